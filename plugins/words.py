"""Words: a comment with a word or phrase of the site's own list is held, called spam or refused.

The lists are the owner's: none comes with the plugin, as what is foul on one site is the subject of
another. Words are compared as readers read them: in any case, with or without accents, in wide or
ordinary letters (Unicode form NFKD, its marks and invisible characters removed), and only as whole
words unless a ``*`` says otherwise. Nothing leaves this server.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from widget import (
    Mode,
    PluginInfo,
    PluginSettings,
    Reads,
    Submission,
    Verdict,
    hookimpl,
    say,
)

NAME = "words"
MAX_WORDS = 500
MESSAGE = say("This comment has words in it that this site does not publish.")


def _check_list(value: str) -> str:
    entries = [" ".join(line.split()) for line in value.replace(",", "\n").splitlines()]
    entries = [entry for entry in entries if entry]
    if len(entries) > MAX_WORDS:
        raise ValueError(f"At most {MAX_WORDS} words or phrases.")
    bare = [entry for entry in entries if not plain(entry).replace("*", "").strip()]
    if bare:
        raise ValueError(f"{bare[0]!r} would find everything.")
    inner = [entry for entry in entries if "*" in entry.removeprefix("*").removesuffix("*")]
    if inner:
        raise ValueError(f"Put * at an end only, not as in {inner[0]!r}.")
    return ", ".join(entries)


WordList = Annotated[str, AfterValidator(_check_list), Field(max_length=20_000)]


class WordsSettings(PluginSettings):
    """The lists of one site: words or phrases, separated by commas; ``*`` is any beginning or end.

    ``kitten`` finds "Kitten!" and not "kittens"; ``kitten*`` finds both.
    """

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")
    hold: WordList = Field("", description="Words that hold a comment for a moderator.")
    spam: WordList = Field("", description="Words that make a comment spam.")
    reject: WordList = Field("", description="Words for which a comment is refused.")


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Holds, calls spam or refuses comments with words of your own lists.",
        order=25,
        reads={Reads.BODY, Reads.NAME, Reads.WEBSITE},
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return WordsSettings


@hookimpl
def check_submission(submission: Submission, settings: WordsSettings) -> Verdict | None:
    """Look for the words of the strictest list first."""
    author = submission.author
    text = plain("\n".join(filter(None, (author.name, author.website, submission.body))))
    if found := find(settings.reject, text):
        return Verdict.reject(f"It has {found!r} in it.", message=MESSAGE, field="body")
    if found := find(settings.spam, text):
        return Verdict.spam(f"It has {found!r} in it.")
    if found := find(settings.hold, text):
        return Verdict.hold(f"It has {found!r} in it.")
    return None


def plain(text: str) -> str:
    """Return a text as it is compared: no case, no accents, no widths, no invisible characters."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = (sign for sign in split if unicodedata.category(sign) not in ("Mn", "Cf"))
    return unicodedata.normalize("NFKC", "".join(kept))


def find(listed: str, text: str) -> str | None:
    """Return the first entry of a list that is in a plain text."""
    for entry in filter(None, (part.strip() for part in listed.split(","))):
        if re.search(_pattern(plain(entry)), text):
            return entry
    return None


def _pattern(entry: str) -> str:
    core = entry.removeprefix("*").removesuffix("*")
    words = r"\s+".join(re.escape(word) for word in core.split())
    # A boundary beside a sign that is no letter, as in "c++", would never be found.
    begin = r"(?<!\w)" if core[0].isalnum() else ""
    end = r"(?!\w)" if core[-1].isalnum() else ""
    begin = rf"{begin}\w*" if entry.startswith("*") else begin
    return rf"{begin}{words}" + ("" if entry.endswith("*") else end)
