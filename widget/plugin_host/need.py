"""Data by need: a plugin is handed what it declares that it reads, and can change nothing else.

What it doesn't read is there and empty: a text of no length, ``None``, an author of whom nothing
is known. What it returns is laid over what was there, for the fields that it reads: nobody writes
back the emptiness that they were shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from widget.domain.comment import Author, Comment
from widget.domain.identity import keyed_hash
from widget.domain.needs import Reads
from widget.domain.submission import History, Submission

#: Makes the hash of an email, by the site's id.
HashEmail = Callable[[int, str], str]


def hash_with(key: bytes) -> HashEmail:
    """Return what makes an author's ``email_hash``: another key, or another site, another hash.

    It is none of those that the database looks emails up by.
    """

    def hash_email(site_id: int, email: str) -> str:
        plain = email.strip().casefold().encode("utf-8", "backslashreplace").decode()
        return keyed_hash(key, "author", str(site_id), plain)

    return hash_email


@dataclass(frozen=True, slots=True)
class Need:
    """What a plugin is handed: the ``reads`` of its card, and the answers to its own fields."""

    plugin: str
    reads: frozenset[Reads]


def handed(need: Need, arguments: Mapping[str, object], hash_email: HashEmail) -> dict[str, object]:
    """Return a hook's arguments as a plugin gets them."""
    shown = _Shown(need, hash_email)
    return {name: shown.value(name, value) for name, value in arguments.items()}


def laid_over(need: Need, before: Submission, returned: Submission) -> Submission:
    """Return a submission as a plugin has prepared it: what it reads and may change is its."""
    reads = need.reads
    old, new = before.author, returned.author
    author = Author(
        name=new.name if Reads.NAME in reads else old.name,
        email=new.email if Reads.EMAIL in reads else old.email,
        website=new.website if Reads.WEBSITE in reads else old.website,
    )
    answers = returned.answers
    if Reads.ANSWERS not in reads:
        others = {k: v for k, v in before.answers.items() if not is_own(need.plugin, k)}
        answers = others | own_answers(need.plugin, returned.answers)
    return replace(
        before,
        author=author,
        body=returned.body if Reads.BODY in reads else before.body,
        title=returned.title if Reads.TITLE in reads else before.title,
        answers=answers,
    )


def own_answers(plugin: str, answers: Mapping[str, object]) -> dict[str, object]:
    """Return the answers to the plugin's own form fields, whose names begin with its name."""
    return {name: value for name, value in answers.items() if is_own(plugin, name)}


def is_own(plugin: str, name: str) -> bool:
    """Tell whether a form field is a plugin's: called as it is, or that and ``_`` first."""
    return name == plugin or name.startswith(f"{plugin}_")


class _Shown:
    """What one plugin is shown of each value."""

    def __init__(self, need: Need, hash_email: HashEmail) -> None:
        self._name = need.plugin
        self._reads = need.reads
        self._hash_email = hash_email

    def value(self, name: str, value: object) -> object:
        if isinstance(value, Submission):
            return self._submission(value)
        if isinstance(value, Comment):
            return self._comment(value)
        if isinstance(value, History):
            return value if Reads.HISTORY in self._reads else History()
        if name == "answers" and isinstance(value, Mapping):
            return self._answers(value)
        return value

    def _submission(self, value: Submission) -> Submission:
        reads = self._reads
        url = Reads.URL in reads
        return replace(
            value,
            author=self._author(value.author, value.site.id),
            body=value.body if Reads.BODY in reads else "",
            url=value.url if url else "",
            permalink=value.permalink if url else "",
            thread=value.thread if url else None,
            title=value.title if Reads.TITLE in reads else None,
            answers=self._answers(value.answers),
            address=value.address if Reads.ADDRESS in reads else None,
            user_agent=value.user_agent if Reads.USER_AGENT in reads else None,
            referrer=value.referrer if Reads.REFERRER in reads else None,
            language=value.language if Reads.LANGUAGE in reads else None,
            role=value.role if Reads.ROLE in reads else None,
        )

    def _comment(self, value: Comment) -> Comment:
        reads = self._reads
        body = Reads.BODY in reads
        return replace(
            value,
            author=self._author(value.author, value.site_id),
            source=value.source if body else "",
            html=value.html if body else "",
            proposed_source=value.proposed_source if body else None,
            original_source=value.original_source if body else None,
            proposed_html=value.proposed_html if body else None,
            answers=self._answers(value.answers),
            address=value.address if Reads.ADDRESS in reads else None,
            user_agent=value.user_agent if Reads.USER_AGENT in reads else None,
            referrer=value.referrer if Reads.REFERRER in reads else None,
            language=value.language if Reads.LANGUAGE in reads else None,
        )

    def _author(self, author: Author, site_id: int) -> Author:
        reads = self._reads
        hashed = Reads.EMAIL_HASH in reads and bool(author.email)
        return Author(
            name=author.name if Reads.NAME in reads else None,
            email=author.email if Reads.EMAIL in reads else None,
            website=author.website if Reads.WEBSITE in reads else None,
            email_hash=self._hash_email(site_id, author.email or "") if hashed else None,
        )

    def _answers(self, answers: Mapping[str, object]) -> dict[str, object]:
        return dict(answers) if Reads.ANSWERS in self._reads else own_answers(self._name, answers)
