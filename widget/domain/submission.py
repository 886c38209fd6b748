"""A submission: what a reader sent, with its limits and its field errors."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from widget.domain.comment import Author
from widget.domain.errors import FieldError, Invalid
from widget.domain.hosts import check_http_url
from widget.domain.site import Presence, Site, SiteSettings
from widget.domain.words import say

MAX_NAME = 80
MAX_EMAIL = 254
MAX_WEBSITE = 500
MAX_TITLE = 300
NAME_MISSING = say("Please give your name.")
EMAIL_MISSING = say("Please give your email address.")
WEBSITE_MISSING = say("Please give your website.")
#: More combining marks on one letter than any written language stacks.
MAX_MARKS = 8

#: Letters and symbols by category that are drawn as nothing: Hangul fillers, an empty cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb]")


class Occasion(StrEnum):
    """Why a submission is judged."""

    NEW = "new"
    EDIT = "edit"
    RECHECK = "recheck"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a reader sent, cleaned and complete; the thing that plugins judge.

    ``url`` is canonical. ``address`` is the reader's IP address as the configuration of
    proxies says. ``permalink`` leads to the comment's page. ``role`` is the dashboard role of
    an author who is signed in, else ``None``. ``comment_id`` is set where the comment is
    stored already (an edit, a recheck). ``at`` is in UTC.
    """

    site: Site
    url: str
    thread: str | None = None
    title: str | None = None
    parent: int | None = None
    author: Author = field(default_factory=Author)
    body: str
    answers: Mapping[str, object] = field(default_factory=dict)
    address: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    referrer: str | None = None
    language: str | None = None
    permalink: str
    role: str | None = None
    occasion: Occasion = Occasion.NEW
    comment_id: int | None = None
    at: datetime

    @property
    def kind(self) -> str:
        """Return ``"reply"`` where the submission has a parent, else ``"comment"``."""
        return "reply" if self.parent is not None else "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the site knows of a submission's author, by email or else by address.

    Counts are of earlier comments on the site that have each status now.
    """

    published: int = 0
    pending: int = 0
    spam: int = 0
    rejected: int = 0
    first_seen: datetime | None = None


def clean_author(author: Author, settings: SiteSettings) -> Author:
    """Return the author with fields tidied and those that the site doesn't ask for dropped.

    Raises:
        Invalid: naming each field that is missing, too long or malformed.
    """
    errors: list[FieldError] = []
    name = _clean_line(author.name)
    email = (author.email or "").strip() or None
    website = (author.website or "").strip() or None
    wanted = (
        ("author.name", name, settings.author_name, MAX_NAME, NAME_MISSING),
        ("author.email", email, settings.author_email, MAX_EMAIL, EMAIL_MISSING),
        ("author.website", website, settings.author_website, MAX_WEBSITE, WEBSITE_MISSING),
    )
    for where, value, presence, limit, words in wanted:
        if value is None and presence is Presence.REQUIRED:
            errors.append(FieldError(where, words))
        elif value is not None and len(value) > limit:
            errors.append(
                FieldError(where, say("This is longer than {limit} characters.", limit=limit))
            )
    if errors:
        raise Invalid(errors)
    keep = {where: value for where, value, presence, _, _ in wanted if presence is not Presence.OFF}
    return Author(
        name=keep.get("author.name"),
        email=_checked_email(keep.get("author.email")),
        website=_checked_website(keep.get("author.website")),
    )


def clean_body(body: str, settings: SiteSettings) -> str:
    """Return the text with Unix line ends, in Unicode form NFC, free of control characters.

    Raises:
        Invalid: where nothing readable is left or the site's length limit is passed.
    """
    text = _CONTROLS.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
    text = _cut_marks(unicodedata.normalize("NFC", text)).strip("\n").rstrip()
    if not has_visible_text(text):
        raise Invalid([FieldError("body", say("Please write something."))])
    if len(text) > settings.max_length:
        message = say(
            "This is {length} characters long; the limit is {limit}.",
            length=len(text),
            limit=settings.max_length,
        )
        raise Invalid([FieldError("body", message)])
    return text


def clean_title(title: str | None) -> str | None:
    """Return a page title as one line of at most 300 characters, or ``None``."""
    line = _clean_line(title)
    return line[:MAX_TITLE] if line else None


def has_visible_text(text: str) -> bool:
    """Tell whether anything in ``text`` can be seen: not only blanks and format characters."""
    return any(
        unicodedata.category(character)[0] not in "ZCM" and character not in _BLANK_LETTERS
        for character in text
    )


def _clean_line(value: str | None) -> str | None:
    if value is None:
        return None
    text = " ".join(_BIDI_CONTROLS.sub("", _CONTROLS.sub("", value)).split())
    line = _cut_marks(unicodedata.normalize("NFC", text))
    return line if has_visible_text(line) else None


def _cut_marks(text: str) -> str:
    marks = 0
    kept: list[str] = []
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _checked_email(email: str | None) -> str | None:
    if email is None:
        return None
    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        message = say("This is not an email address that mail can be sent to.")
        raise Invalid([FieldError("author.email", message)]) from error


def _checked_website(website: str | None) -> str | None:
    if website is None:
        return None
    try:
        address = check_http_url(website if "://" in website else f"https://{website}")
    except ValueError as error:
        message = say("This is not a web address that begins with https:// or http://.")
        raise Invalid([FieldError("author.website", message)]) from error
    if len(address) > MAX_WEBSITE:
        message = say(
            "This is longer than {limit} characters once it is encoded.", limit=MAX_WEBSITE
        )
        raise Invalid([FieldError("author.website", message)])
    return address
