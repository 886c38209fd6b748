"""Email privacy: email addresses and phone numbers in a comment are masked before publication.

Readers write their own or somebody else's address into a text without thinking who collects it.
By the site's setting such a text is masked before it is judged and stored, or held for a
moderator. Nothing is sent anywhere. That the email of the form is never published, is encrypted
at rest and is looked up by keyed hash is the core's doing, not this plugin's.

Phone numbers are found by Google's rules for each country (the ``phonenumbers`` library). For
email addresses in running text, with the ways in which people disguise them, there is no kept
library: they are found here, in one pass that takes time in proportion to the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Annotated

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatcher
from pydantic import AfterValidator, Field

from widget import (
    Author,
    FormNotice,
    Mode,
    PluginInfo,
    PluginSettings,
    Presence,
    Reads,
    Site,
    Submission,
    Verdict,
    hookimpl,
    say,
)

#: The same in every language, without a letter or digit of what it stands for, and nothing that
#: Markdown reads as a mark.
EMAIL_MASK = "•••@•••"
PHONE_MASK = "••• ••• •••"
NOTICE = say("Your email address will not be published.")

# What may stand before the @, a character at a time. Chinese, Japanese and Korean are written
# without blanks: there, an address ends where the script changes.
_OTHER = r"""\s@＠﹫<>()\[\]{}"“”„‘’‚'`«»‹›…、。，！？：；（）「」『』—–•|\\/*=?&#%!^$,;:~"""
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LOCAL = f"(?:[^{_OTHER}{_CJK}]++|[{_CJK}]++)"
_LABEL = f"(?:[^{_OTHER}{_CJK}.]++|[{_CJK}]++)"
# The @ and the dots as typed, escaped for Markdown, HTML or a URL, or spelled out in brackets.
_OPEN, _CLOSE = r"[ \t]{0,3}+[\[({<][ \t]{0,3}+", r"[ \t]{0,3}+[\])}>][ \t]{0,3}+"
_AT = rf"(?:\\?[@＠﹫]|%40|&\#0*+64;|&\#x0*+40;|&commat;|{_OPEN}at{_CLOSE})"
_DOT = rf"(?:\\?\.|&\#0*+46;|&\#x0*+2e;|&period;|{_OPEN}(?:dot|\.){_CLOSE}|[ \t]dot[ \t])"
# At least one label after the first begins as a top-level domain does: 1.2.3 is a version.
_DOMAIN = (
    f"{_LABEL}(?:{_DOT}{_LABEL})*?{_DOT}(?=[^\\W\\d_][^{_OTHER}.]){_LABEL}(?:{_DOT}{_LABEL})*+"
)
_ADDRESS = f"{_LOCAL}{_AT}{_DOMAIN}"
_LINKS = re.compile(r"\[([^\[\]\n]{0,300}+)\]\([ \t]?<?(mailto|tel):[^()\n]++\)", re.IGNORECASE)
_URLS = re.compile(r"(?:https?://|www\.)[^\s<>]++", re.IGNORECASE)
_HINT = re.compile(_AT, re.IGNORECASE)


@cache
def _emails() -> re.Pattern[str]:
    """Return what finds addresses, made when it is first needed: that takes a while.

    Whatever is no address is passed over a whole word at a time, or the time would be quadratic.
    """
    return re.compile(
        rf"(?P<handle>(?<![^\s(/])@{_ADDRESS})"  # @name@server is how some networks name people
        rf"|(?P<email>mailto:{_ADDRESS}(?:\?[^\s<>()\"]*+)?+|<{_ADDRESS}>|{_ADDRESS})"
        rf"|{_LOCAL}",
        re.IGNORECASE,
    )


class InBody(StrEnum):
    """What happens to an address or a phone number inside a comment."""

    MASK = "mask"
    HOLD = "hold"
    OFF = "off"


def _check_region(value: str) -> str:
    region = value.strip().upper()
    if region and region not in SUPPORTED_REGIONS:
        raise ValueError("Give the two letters of a country, as DE or US, or leave it empty.")
    return region


class EmailPrivacySettings(PluginSettings):
    """The settings of one site."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")
    in_body: InBody = Field(
        InBody.MASK,
        description="Email addresses and phone numbers in a comment: mask, hold or leave them.",
    )
    region: Annotated[str, AfterValidator(_check_region)] = Field(
        "",
        description="Country whose national phone numbers are found too, as DE. Without one: "
        "numbers that begin with + and a country's code.",
    )


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name="email_privacy",
        version="1.0",
        description="Masks or holds email addresses and phone numbers in comments.",
        order=20,
        reads={Reads.BODY, Reads.NAME, Reads.EMAIL, Reads.WEBSITE},
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return EmailPrivacySettings


@hookimpl
def form_notices(site: Site) -> Sequence[FormNotice]:
    """Tell readers that their email will not be published, where the form asks for it."""
    return [] if site.settings.author_email is Presence.OFF else [FormNotice(html=NOTICE)]


@hookimpl
def prepare_submission(submission: Submission, settings: EmailPrivacySettings) -> Submission | None:
    """Mask what is found in the text and in the author's name and website."""
    if settings.in_body is not InBody.MASK:
        return None
    author, own = submission.author, submission.author.email
    name = mask(author.name or "", settings.region, own) or None
    website = author.website
    if website and mask_emails(website, own) != website:
        website = None  # a link with a mask in it leads nowhere
    body = mask(submission.body, settings.region, own)
    return replace(submission, body=body, author=Author(name, own, website))


@hookimpl
def check_submission(submission: Submission, settings: EmailPrivacySettings) -> Verdict | None:
    """Hold what holds an address or a phone number; the reason names its kind and place only."""
    if settings.in_body is not InBody.HOLD:
        return None
    author, own = submission.author, submission.author.email
    found = [
        f"{kind} in the {place}"
        for place, text in (("text", submission.body), ("name", author.name or ""))
        for kind in _kinds(text, settings.region, own)
    ]
    if author.website and "an email address" in _kinds(author.website, "", own):
        found.append("an email address in the website's address")
    return Verdict.hold(f"There is {', and '.join(found)}.") if found else None


def mask(text: str, region: str = "", own: str | None = None) -> str:
    """Return the text with each address and number masked; masking it again changes nothing.

    ``own`` is the author's email address, which is masked however unusual it looks.
    """
    return mask_phones(mask_emails(_LINKS.sub(_without_link, text), own), region)


def mask_emails(text: str, own: str | None = None) -> str:
    """Return the text with each email address masked."""
    if own:
        text = re.sub(re.escape(own), EMAIL_MASK, text, flags=re.IGNORECASE)
    if not _HINT.search(text):
        return text
    return _emails().sub(lambda match: EMAIL_MASK if match["email"] else match[0], text)


def mask_phones(text: str, region: str = "") -> str:
    """Return the text with each phone number masked, except for digits in web addresses."""
    kept: list[str] = []
    end = 0
    for start, stop in _phones(text, region):
        kept += [text[end:start], PHONE_MASK]
        end = stop
    return "".join(kept) + text[end:]


def _phones(text: str, region: str) -> Iterator[tuple[int, int]]:
    urls = [match.span() for match in _URLS.finditer(text)]
    for match in PhoneNumberMatcher(text, region or None, leniency=Leniency.VALID):
        while urls and urls[0][1] <= match.start:
            urls.pop(0)
        if not (urls and urls[0][0] <= match.start):
            yield match.start, match.end


def _kinds(text: str, region: str, own: str | None) -> Iterator[str]:
    if mask_emails(text, own) != text:
        yield "an email address"
    if mask_phones(text, region) != text:
        yield "a phone number"


def _without_link(match: re.Match[str]) -> str:
    """Return the words of a Markdown link to an address, and the mask unless they are it."""
    label = match[1]
    is_email = match[2].lower() == "mailto"
    masked = mask_emails(label) if is_email else mask_phones(label)
    hidden = EMAIL_MASK if is_email else PHONE_MASK
    return label if masked != label or hidden in label else f"{label} {hidden}".strip()
