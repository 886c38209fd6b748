"""Sentences for readers that can be said in their language.

A sentence is its English text: it travels through the code as any string, and where it leaves the
server it is looked up in the reader's catalogue by that text. One with values in it remembers how
it was made.
"""

import math
import re
from collections.abc import Mapping
from typing import Self

#: From so many of a unit on, a time is said in it.
_MANY = 1.5
_PLACE = re.compile(r"\{(\w+)\}")


class Words(str):
    """An English sentence that remembers its template, its values, or the sentences it joins."""

    template: str
    plural: str | None
    values: Mapping[str, object]
    parts: tuple[str, ...]

    @classmethod
    def _made(
        cls,
        text: str,
        *,
        template: str = "",
        plural: str | None = None,
        values: Mapping[str, object] | None = None,
        parts: tuple[str, ...] = (),
    ) -> Self:
        words = cls(text)
        words.template = template
        words.plural = plural
        words.values = dict(values or {})
        words.parts = parts
        return words


def say(template: str, **values: object) -> Words:
    """Return a sentence for readers: ``say("At most {limit} characters.", limit=80)``.

    Write whole sentences and name the values: other languages order them otherwise. A text of
    your own that is in no catalogue is shown as it is.
    """
    return Words._made(fill(template, values), template=template, values=values)


def say_n(one: str, other: str, n: int, **values: object) -> Words:
    """Return a sentence with a number ``{n}`` in it, in English in its singular or plural."""
    values = {"n": n, **values}
    chosen = one if n == 1 else other
    return Words._made(fill(chosen, values), template=one, plural=other, values=values)


def joined(*sentences: str) -> Words:
    """Return some sentences one after the other, each to be said in the reader's language."""
    return Words._made(" ".join(sentences), parts=sentences)


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its values. Each is put in once: braces in a value stay."""
    return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), template)


def try_again_in(wait_s: float) -> Words:
    """Return "Please try again in 2 minutes.", in the unit that says it in few words."""
    minutes, hours, days = wait_s / 60, wait_s / 3600, wait_s / 86_400
    if days >= _MANY:
        n = math.ceil(days)
        return say_n("Please try again in {n} day.", "Please try again in {n} days.", n)
    if hours >= _MANY:
        n = math.ceil(hours)
        return say_n("Please try again in {n} hour.", "Please try again in {n} hours.", n)
    if minutes >= _MANY:
        n = math.ceil(minutes)
        return say_n("Please try again in {n} minute.", "Please try again in {n} minutes.", n)
    n = math.ceil(wait_s)
    return say_n("Please try again in {n} second.", "Please try again in {n} seconds.", n)
