"""``X.Y=Z`` on the command line: settings of a site and of its plugins."""

from collections.abc import Sequence
from typing import Any

import click


def grouped(assignments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the values by owner and name.

    Raises:
        click.BadParameter: for what is not written like this.
    """
    groups: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        path, equals, value = assignment.partition("=")
        owner, dot, name = path.partition(".")
        if not (equals and dot and owner and name):
            raise click.BadParameter(f"{assignment!r} is not X.Y=Z", param_hint="--set")
        groups.setdefault(owner, {})[name] = value
    return groups
