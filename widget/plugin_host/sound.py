"""Whether what a plugin answered can be used: of the right type, all the way down.

Nothing here trusts a type annotation: a plugin is somebody else's program.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import overload

from widget.domain.comment import Author, Comment
from widget.domain.submission import MAX_EMAIL, MAX_NAME, MAX_TITLE, MAX_WEBSITE, Submission
from widget.domain.thread_page import PublicAuthor, PublicComment
from widget.domain.verdict import Outcome, Verdict

#: Longest reason or message of a verdict that is kept, characters.
MAX_WORDS = 1000
#: Longest text that a plugin may make of a submission's: masking may lengthen it.
MAX_BODY = 130_000


def own_copy(value: object) -> object:
    """Return what a plugin is handed: it may spoil this copy, and nobody else's."""
    if isinstance(value, Submission | Comment):
        return replace(value, answers=dict(value.answers))
    if isinstance(value, PublicComment):
        return replace(value)
    return value


def sound_verdict(value: object) -> Verdict | None:
    """Return the verdict with its words cut to a length to keep; ``None`` for nonsense."""
    if not isinstance(value, Verdict) or not isinstance(value.outcome, Outcome):
        return None
    words = _is_text(value.reason) and _is_text_or_none(value.message)
    if not (words and _is_text_or_none(value.field) and _is_number(value.score)):
        return None
    if value.retry_after_s is not None and not isinstance(value.retry_after_s, int):
        return None
    return replace(value, reason=_cut(value.reason), message=_cut(value.message))


@overload
def _cut(words: str) -> str: ...
@overload
def _cut(words: str | None) -> str | None: ...
def _cut(words: str | None) -> str | None:
    # What is short enough stays what it is: words of a catalogue can still be translated.
    return words if words is None or len(words) <= MAX_WORDS else words[:MAX_WORDS]


def is_sound_submission(value: object) -> bool:
    """Tell whether what a plugin may change of a submission can be judged and stored."""
    if not isinstance(value, Submission) or not isinstance(value.author, Author):
        return False
    author = value.author
    lines = (
        (author.name, MAX_NAME),
        (author.email, MAX_EMAIL),
        (author.website, MAX_WEBSITE),
        (value.title, MAX_TITLE),
    )
    return (
        _is_text(value.body)
        and len(value.body) <= MAX_BODY
        and all(_is_text_or_none(line) and len(line or "") <= limit for line, limit in lines)
        and sound_facts(value.answers) is not None
    )


def is_sound_public(value: object) -> bool:
    """Tell whether a comment as a plugin presents it can be shown."""
    if not isinstance(value, PublicComment):
        return False
    author = value.author
    if author is not None and not (isinstance(author, PublicAuthor) and _is_text(author.avatar)):
        return False
    lines = (author.name, author.website, author.badge) if author else ()
    flags = (value.pinned, value.featured, value.deleted)
    return (
        _is_text(value.html)
        and _is_text(value.created)
        and all(_is_text_or_none(line) for line in (*lines, value.edited))
        and all(isinstance(flag, bool) for flag in flags)
        and isinstance(value.score, int)
    )


def sound_facts(value: object) -> dict[str, object] | None:
    """Return a mapping that can be written as JSON as a dictionary, ``None`` for nonsense."""
    if not isinstance(value, Mapping):
        return None
    try:
        facts = dict(value)
        json.dumps(facts, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return None
    return facts if all(isinstance(name, str) for name in facts) else None


def is_sound_html(value: object) -> bool:
    """Tell whether a plugin's HTML is text that can be sanitised."""
    return _is_text(value)


def _is_text(value: object) -> bool:
    """Tell whether a value is text that can be encoded and kept: no lone surrogate, no NUL."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)
