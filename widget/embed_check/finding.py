"""One thing that was found on a page."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a finding means for the reader of the page."""

    #: The comments can't be shown, or none can be sent.
    ERROR = "error"
    #: They are shown, but something is not as it was probably meant.
    WARNING = "warning"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, in a sentence; ``mend`` is what to do, ``code`` what to paste."""

    level: Level
    title: str
    mend: str = ""
    code: str = ""


def error(title: str, mend: str = "", code: str = "") -> Finding:
    """Return a finding that keeps the comments away."""
    return Finding(Level.ERROR, title, mend, code)


def warning(title: str, mend: str = "", code: str = "") -> Finding:
    """Return a finding that is worth a look."""
    return Finding(Level.WARNING, title, mend, code)


def fine(title: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(Level.FINE, title)
