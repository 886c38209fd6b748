"""Duplicates: the same text again, or nearly the same, is told its author or waits for a moderator.

Of each comment a sketch is kept, the smallest hashes of its runs of three words (Broder, *On the
resemblance and containment of documents*, 1997). The share of hashes that two sketches have in
common is about the share of runs that the texts have in common. Nothing leaves this server, and no
text is kept a second time.
"""

import json
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pydantic import BaseModel, Field

from widget import (
    Comment,
    Memory,
    PluginInfo,
    PluginSettings,
    Reads,
    ServerInfo,
    Status,
    Submission,
    Verdict,
    hookimpl,
    say,
)

NAME = "duplicates"
AGAIN = say("You have posted this already.")
#: Hashes of a sketch; by the smallest of them a comment is found again.
SKETCH, FOUND_BY = 64, 8
#: So many comments that share a hash are compared, those that share most first.
COMPARED = 8
#: So many comments are known by one hash.
KNOWN = 7
#: A longer text is told by its beginning.
MAX_TEXT = 20_000


class Again(StrEnum):
    """What becomes of a text that its author has posted on the page already."""

    REJECT = "reject"
    HOLD = "hold"


class DuplicatesSettings(PluginSettings):
    """The settings of one site."""

    again: Again = Field(
        Again.REJECT,
        description="The same text by the same name on the same page: reject (told) or hold.",
    )
    alike: float = Field(
        0.7, ge=0.3, le=1, description="Share of a text that makes it nearly the same as another."
    )
    least_words: int = Field(
        6, ge=1, le=100, description="Shorter texts may be said more than once: not compared."
    )
    keep_days: int = Field(180, ge=1, le=3650, description="Days for which texts are compared.")


class Kept(BaseModel):
    """What is kept of a comment: who wrote it where, as numbers, and its sketch."""

    page: int
    name: int
    whole: int
    sketch: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier comment, and the share of the text that it has in common with a later one."""

    comment: int
    kept: Kept
    share: float


class Duplicates:
    """The plugin; what it knows lies in the server's memory."""

    _memory: Memory

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        about = "Notices a text that was posted before, here or on another page."
        return PluginInfo(
            name=NAME,
            version="1.0",
            description=about,
            order=35,
            reads={Reads.BODY, Reads.NAME, Reads.URL},
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return DuplicatesSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Take the memory that sketches are kept in."""
        self._memory = server.memory

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: DuplicatesSettings
    ) -> Verdict | None:
        """Compare with earlier comments of the site. A comment is no duplicate of its own edit."""
        if len(words_of(submission.body)) < settings.least_words:
            return None
        new = _kept(submission.url, submission.author.name, submission.body)
        match = self._most_alike(submission, new, settings)
        if match is None:
            return None
        own = (match.kept.page, match.kept.name) == (new.page, new.name)
        if match.kept.whole == new.whole:
            reason = f"It is the text of comment {match.comment} again."
            if own and settings.again is Again.REJECT:
                return Verdict.reject(reason, message=AGAIN, field="body")
        else:
            reason = f"It is nearly the text of comment {match.comment} ({match.share:.0%})."
        return Verdict.hold(reason, score=round(match.share, 2))

    @hookimpl
    def comment_decided(
        self,
        comment: Comment,
        submission: Submission,
        after: Status,
        settings: DuplicatesSettings,
    ) -> None:
        """Keep a sketch of what was posted; what is deleted may be posted again."""
        site_id, own = comment.site_id, f"c:{comment.id}"
        if after in (Status.DELETED, Status.REJECTED):
            self._memory.forget(site_id, [own])
            return
        kept = _kept(submission.url, comment.author.name, comment.source)
        found_by = [_key(one) for one in kept.sketch[:FOUND_BY]]
        known = self._memory.read(site_id, found_by)
        # The newest of many drop out first but for this one: the first is what others repeat.
        values = {
            key: json.dumps([*_ids(known.get(key), but=comment.id)[:KNOWN], comment.id]).encode()
            for key in found_by
        }
        values[own] = kept.model_dump_json().encode()
        self._memory.write(site_id, values, keep_days=settings.keep_days)

    def _most_alike(
        self, submission: Submission, new: Kept, settings: DuplicatesSettings
    ) -> Match | None:
        """Return the earlier comment that has most in common, if that is enough."""
        site_id = submission.site.id
        sharing = self._memory.read(site_id, [_key(one) for one in new.sketch[:FOUND_BY]])
        ids = Counter(one for value in sharing.values() for one in _ids(value))
        # Also where the comment itself is judged again: what came after it is the duplicate.
        before = submission.comment_id or float("inf")
        asked = [one for one, _ in ids.most_common(COMPARED) if one < before]
        found = self._memory.read(site_id, [f"c:{one}" for one in asked])
        matches = [
            Match(comment, kept, alike(kept.sketch, new.sketch))
            for comment in asked
            if (value := found.get(f"c:{comment}"))
            for kept in [Kept.model_validate_json(value)]
        ]
        best = max(matches, key=lambda match: (match.share, -match.comment), default=None)
        return best if best and best.share >= settings.alike else None


def plugin() -> Duplicates:
    """Return a fresh instance of the plugin."""
    return Duplicates()


def words_of(text: str) -> list[str]:
    """Return a text's words as they are compared: no case, no marks of punctuation.

    A script without blanks, as Chinese or Thai, is compared by its characters.
    """
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    spaced = "".join(
        f" {one} " if _is_unspaced(one) else one if _counts(one) else " " for one in plain
    )
    return spaced.split()


def sketch_of(words: Sequence[str]) -> tuple[int, ...]:
    """Return the smallest hashes of a text's runs of three words, in order."""
    runs = zip(words, words[1:], words[2:], strict=False) if len(words) > 3 else pairwise(words)
    hashes = {zlib.crc32(" ".join(run).encode()) for run in runs} or {_number(words)}
    return tuple(sorted(hashes)[:SKETCH])


def alike(one: Sequence[int], other: Sequence[int]) -> float:
    """Return about which share of their runs two texts have in common, 0 to 1."""
    smallest = sorted({*one, *other})[:SKETCH]
    common = set(one) & set(other)
    return sum(number in common for number in smallest) / len(smallest)


def _kept(url: str, name: str | None, body: str) -> Kept:
    words = words_of(body)
    return Kept(
        page=_number([url]),
        name=_number([name or ""]),
        whole=_number(words),
        sketch=sketch_of(words),
    )


def _number(words: Sequence[str]) -> int:
    return zlib.crc32("\0".join(words).encode("utf-8", "surrogatepass"))


def _ids(value: bytes | None, but: int | None = None) -> list[int]:
    return [one for one in json.loads(value or b"[]") if one != but]


def _key(number: int) -> str:
    return f"s:{struct.pack('>I', number).hex()}"


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _is_unspaced(character: str) -> bool:
    """Tell whether a script has no blanks between words: Thai to Khmer, kana, Han."""
    return "\u0e00" <= character <= "\u109f" or "\u1780" <= character <= "\u17ff" or (
        "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff"
    )  # fmt: skip
