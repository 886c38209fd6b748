"""Values that note which of their fields a plugin has read."""

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import FrameType
from typing import Any, cast

from widget.domain.comment import Author, Comment
from widget.domain.needs import Reads
from widget.domain.submission import History, Submission

_SENT = {
    "address": Reads.ADDRESS,
    "user_agent": Reads.USER_AGENT,
    "referrer": Reads.REFERRER,
    "language": Reads.LANGUAGE,
}
#: By the type of a value, what has to be declared for each of its fields.
GUARDED: Mapping[type, Mapping[str, Reads]] = {
    Submission: {
        **_SENT,
        "body": Reads.BODY,
        "url": Reads.URL,
        "permalink": Reads.URL,
        "thread": Reads.URL,
        "title": Reads.TITLE,
        "role": Reads.ROLE,
    },
    Comment: {
        **_SENT,
        "source": Reads.BODY,
        "html": Reads.BODY,
        "proposed_source": Reads.BODY,
        "proposed_html": Reads.BODY,
    },
    Author: {
        "name": Reads.NAME,
        "email": Reads.EMAIL,
        "website": Reads.WEBSITE,
        "email_hash": Reads.EMAIL_HASH,
    },
    History: {one.name: Reads.HISTORY for one in fields(History)},
}
#: Copying, comparing and printing a value is no reading of its fields.
_WHOLE = frozenset({"replace", "_replace", "__eq__", "__hash__", "__repr__"})


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A field that was read, and what the plugin's card doesn't say."""

    field: str
    needs: Reads


class Watch:
    """Notes what is read of values and not declared."""

    def __init__(self, declared: Collection[Reads]) -> None:
        self.noted: set[Undeclared] = set()
        self._kinds = {
            base: self._kind(
                base, {name: one for name, one in guarded.items() if one not in declared}
            )
            for base, guarded in GUARDED.items()
        }

    def over(self, value: object) -> object:
        """Return a copy of a value that is watched, and so is what lies in it."""
        kind = self._kinds.get(type(value))
        if kind is None or not is_dataclass(value):
            return value
        inner = {one.name: self.over(getattr(value, one.name)) for one in fields(value)}
        return kind(**inner)

    def _kind(self, base: type, guarded: Mapping[str, Reads]) -> type:
        def read(this: object, name: str) -> object:
            if name in guarded and not _is_of_the_whole(sys._getframe(1)):
                self.noted.add(Undeclared(f"{base.__name__}.{name}", guarded[name]))
            return cast("Callable[[object, str], object]", base.__getattribute__)(this, name)

        made: dict[str, Any] = {"__slots__": (), "__getattribute__": read}
        return type(base.__name__, (base,), made)


def _is_of_the_whole(frame: FrameType) -> bool:
    made_by_dataclasses = frame.f_code.co_filename == "<string>"
    in_dataclasses = frame.f_globals.get("__name__") == "dataclasses"
    return frame.f_code.co_name in _WHOLE and (made_by_dataclasses or in_dataclasses)
