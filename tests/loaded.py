"""What every command needs, loaded once in the process that commands are forked from."""

import pkgutil
from importlib import import_module

import alembic.command
import sqlalchemy.dialects.sqlite

import plugins
import widget.cli

for _found in pkgutil.iter_modules(widget.cli.__path__):
    import_module(f"widget.cli.{_found.name}")
for _found in pkgutil.iter_modules(plugins.__path__):
    import_module(f"plugins.{_found.name}")

assert alembic.command
assert sqlalchemy.dialects.sqlite
