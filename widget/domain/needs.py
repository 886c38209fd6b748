"""What a plugin needs to know of a comment and its author, and where it sends it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Reads(StrEnum):
    """One thing that a plugin may read of a submission, its author, its history or a comment.

    ``BODY`` is the text; ``URL`` the page, its thread and the permalink; ``EMAIL_HASH`` stands for
    the email where an author is only to be recognised: the same for the same address on one site,
    and nothing that leads back to it. ``HISTORY`` is what the site knows of the author.
    ``ANSWERS`` are those to the form fields of other plugins; its own a plugin always gets, as it
    gets the site, the time, the occasion and whether it is a reply.
    """

    BODY = "body"
    NAME = "name"
    EMAIL = "email"
    EMAIL_HASH = "email_hash"
    WEBSITE = "website"
    ADDRESS = "address"
    USER_AGENT = "user_agent"
    REFERRER = "referrer"
    LANGUAGE = "language"
    URL = "url"
    TITLE = "title"
    HISTORY = "history"
    ANSWERS = "answers"
    ROLE = "role"

    @property
    def words(self) -> str:
        """Return what it is called in a sentence, after "the"."""
        return _WORDS[self]


_WORDS = {
    Reads.BODY: "text",
    Reads.NAME: "name",
    Reads.EMAIL: "email",
    Reads.EMAIL_HASH: "hash of the email",
    Reads.WEBSITE: "website",
    Reads.ADDRESS: "IP address",
    Reads.USER_AGENT: "browser",
    Reads.REFERRER: "referring page",
    Reads.LANGUAGE: "browser's language",
    Reads.URL: "page",
    Reads.TITLE: "page's title",
    Reads.HISTORY: "counts of the author's comments",
    Reads.ANSWERS: "answers to the form",
    Reads.ROLE: "role of who is signed in",
}

#: What a plugin gets that declares nothing: the text and the page it is for. Both are there for
#: everybody to see once the comment is published; nothing of it says who wrote it.
UNDECLARED = frozenset({Reads.BODY, Reads.URL})


@dataclass(frozen=True, slots=True)
class Sends:
    """What leaves this server: the ``fields`` that a plugin reads and sends, and ``to`` whom.

    ``to`` is a host, or words that stand after "to", as "the address that you set".
    """

    fields: Collection[Reads]
    to: str

    def __str__(self) -> str:
        return f"{in_words(self.fields)} to {self.to}"


def in_words(fields: Iterable[Reads]) -> str:
    """Return fields as a part of a sentence, in their order: "the text, name and page"."""
    wanted = set(fields)
    words = [one.words for one in Reads if one in wanted]
    if len(words) < 2:
        return f"the {words[0]}" if words else "nothing"
    return f"the {', '.join(words[:-1])} and {words[-1]}"
