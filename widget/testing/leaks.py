"""What must not turn up: the reader's email and address, an owner's secrets."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass

from pydantic import SecretStr, ValidationError

from widget.domain.plugin import PluginSettings

#: What a secret setting holds where the author of a plugin gives none.
SECRET = "canary-secret-51c9"  # noqa: S105 — nobody's secret
#: Libraries whose lines of each request a server doesn't log.
_QUIET = ("httpx", "httpcore", "alembic", "huey")


def with_secrets(model: type[PluginSettings], values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values with something in each secret setting that they leave out."""
    left_out = [
        name
        for name, setting in model.model_fields.items()
        if setting.annotation is SecretStr and name not in values
    ]
    filled = {**values, **dict.fromkeys(left_out, SECRET)}
    try:
        model.model_validate(filled)
    except ValidationError:  # it wants secrets of a form that nobody can guess
        return values
    return filled


def secrets_of(settings: PluginSettings) -> Mapping[str, str]:
    """Return what each secret setting holds, by a name for messages."""
    found = {
        name: value.get_secret_value()
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }
    return {f"the secret setting {name!r}": value for name, value in found.items() if value}


def leaks_in(value: object, forbidden: Mapping[str, str]) -> str | None:
    """Return the name of the first forbidden thing that is said anywhere in a value."""
    said = "\n".join(_texts_in(value)).casefold()
    return next((name for name, text in forbidden.items() if text.casefold() in said), None)


def _texts_in(value: object) -> Iterator[str]:
    """Yield every text in a value, however deep: of mappings, sequences and dataclasses, too."""
    if isinstance(value, Mapping):
        inner: Iterable[object] = value.items()
    elif isinstance(value, list | tuple | set | frozenset):
        inner = value
    elif is_dataclass(value):
        inner = [getattr(value, one.name) for one in fields(value)]
    else:
        yield str(value)
        return
    for one in inner:
        yield from _texts_in(one)


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect what would be on a server's log, with tracebacks, while the block runs."""
    lines: list[str] = []
    collector = _Collector(lines)
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in _QUIET}
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield lines
    finally:
        root.removeHandler(collector)
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


class _Collector(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))
