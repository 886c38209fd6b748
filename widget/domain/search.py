"""What a moderator looks for, and the words and tags that a comment is found by.

Both sides are cut into the same words here, so that a search means the same on every database:
without case and accents, and one character a word where a script writes without spaces.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

#: So many words of one comment are kept; what comes later is not found.
MAX_WORDS = 10_000
#: So many terms of one search count.
MAX_TERMS = 20
#: Scripts that don't part words by spaces: Han, kana, Thai, Lao, Burmese, Khmer.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_HREF = re.compile(r'href="(https?://[^"]+)"')
_MAX_WORD = 64
_FIRST_YEAR = 1970


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: words that follow each other, the last perhaps only begun."""

    words: tuple[str, ...]
    is_begun: bool = False
    is_unwanted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What narrows a list of comments; what is empty narrows nothing.

    ``text`` is looked for in texts and names of authors. ``plugin`` objected at last, for a reason
    with the words of ``reason``. ``host`` is linked to. ``author`` is a comment whose author is
    meant; ``author_hash`` is the keyed hash of an email or an address. The days are UTC and
    belong to the span.
    """

    text: str = ""
    plugin: str = ""
    reason: str = ""
    host: str = ""
    page: str = ""
    thread: int | None = None
    author: int | None = None
    author_hash: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is looked for."""
        return self == Search()

    def as_json(self) -> dict[str, Any]:
        """Return what is not empty, to be kept."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in values.items()
            if value not in (None, "")
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the search that ``as_json`` kept."""
        days = {name: date.fromisoformat(kept[name]) for name in ("since", "until") if name in kept}
        return cls(**{**kept, **days})

    @property
    def is_by_author(self) -> bool:
        """Tell whether one author's comments are looked for."""
        return self.author is not None or bool(self.author_hash)


def words_in(text: str) -> list[str]:
    """Return the words of a text as they are looked for."""
    plain = text.casefold()
    if not plain.isascii():
        # Folded again: some letters are capitals only once they are taken apart (Unicode §3.13).
        folded = unicodedata.normalize("NFKD", plain).casefold()
        parts = unicodedata.normalize("NFKD", folded)
        plain = "".join(one for one in parts if not unicodedata.combining(one))
    return [word[:_MAX_WORD] for word in _WORD.findall(plain)]


def terms_in(text: str) -> list[Term]:
    """Return what a search asks for.

    Words, ``"several together"``, one that is ``begun*``, and what is ``-unwanted``.
    """
    found = []
    for minus, quoted, bare in _TERM.findall(text):
        words = tuple(words_in(quoted or bare))
        if words:
            begun = bare.endswith("*")
            found.append(Term(words, is_begun=begun, is_unwanted=bool(minus)))
    return found[:MAX_TERMS]


def phrase(text: str) -> list[Term]:
    """Return a whole text as one term, none where it has no words."""
    words = tuple(words_in(text)[:MAX_TERMS])
    return [Term(words)] if words else []


def hosts_in(html: str, website: str | None) -> set[str]:
    """Return the hosts that a comment links to, its author's website among them."""
    found = set()
    for url in (*_HREF.findall(html), website or ""):
        try:
            host = urlsplit(url).hostname
        except ValueError:
            continue
        if host:
            found.add(host.removeprefix("www."))
    return found


def day_tags(day: date) -> tuple[str, str, str]:
    """Return the tags of a day: its year, month and itself."""
    return f"y:{day.year}", f"m:{day:%Y%m}", f"d:{day:%Y%m%d}"


def span_tags(since: date | None, until: date | None, today: date) -> list[str]:
    """Return the fewest tags that make up the days from ``since`` to ``until``."""
    first = max(since or date(_FIRST_YEAR, 1, 1), date(_FIRST_YEAR, 1, 1))
    last = min(until or today, today + timedelta(days=2))
    return list(_span(first, last))


def _span(day: date, last: date) -> Iterator[str]:
    while day <= last:
        year, month = date(day.year, 12, 31), _end_of_month(day)
        if day.month == day.day == 1 and year <= last:
            yield day_tags(day)[0]
            day = year
        elif day.day == 1 and month <= last:
            yield day_tags(day)[1]
            day = month
        else:
            yield day_tags(day)[2]
        day += timedelta(days=1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def tag(kind: str, value: object) -> str:
    """Return a tag; a colon is in no word, so that no text is taken for one."""
    return f"{kind}:{value}"


def joined(words: Iterable[str]) -> str:
    """Return words as the one text that SQLite keeps."""
    return " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What one comment is found by."""

    body: Sequence[str]
    author: Sequence[str]
    reason: Sequence[str]
    tags: Sequence[str]
