"""Where plugins come from: built in, installed, or a file in the server's plugin folder."""

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from widget import paths

ENTRY_POINTS = "comment_widget"
#: A folder's files get names of their own: a file ``json.py`` there must hide no library.
PRIVATE = "_comment_widget_plugin_"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin that was found and not yet loaded."""

    name: str
    origin: str
    load: Callable[[], object]


def find_plugins(folder: Path) -> Iterator[Candidate]:
    """Find the built-in plugins, then the installed ones, then those of the folder."""
    for module in pkgutil.iter_modules([str(paths.PLUGINS)]):
        yield Candidate(module.name, "built in", _built_in(module.name))
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        origin = f"package {point.dist.name}" if point.dist else "package"
        yield Candidate(point.name, origin, point.load)
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        yield Candidate(path.stem, f"file {path}", _from_file(path))


def as_plugin(loaded: object) -> object:
    """Return what is registered: the result of a module's ``plugin()``, else the object."""
    make = getattr(loaded, "plugin", None)
    if isinstance(loaded, ModuleType) and callable(make):
        made: object = make()
        return made
    return loaded


def _built_in(name: str) -> Callable[[], ModuleType]:
    return lambda: importlib.import_module(f"widget.plugins.{name}")


def _from_file(path: Path) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        name = PRIVATE + path.stem
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    return load
