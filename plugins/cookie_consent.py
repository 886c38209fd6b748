"""Consent for what the box keeps on a reader's device.

No cookie is ever set. The box can remember a reader's name and email, an unfinished draft and
the key by which they may edit their comments; all of that only after they ticked the box that
this plugin adds to the form. Without the field, because the plugin or ``consent`` is off,
nothing is ever kept. What each reader answered is recorded with their comment, with the version
of the privacy policy. Nothing leaves this server.

A second checkbox, with words of the site's own, asks whether a comment may be checked by others.
Plugins that send comments away, and need that consent, are asked only where it was ticked.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from markupsafe import Markup
from pydantic import Field

from widget import (
    FieldType,
    FormField,
    FormLink,
    FormNotice,
    Mode,
    Occasion,
    PluginInfo,
    PluginSettings,
    Site,
    Submission,
    Verdict,
    hookimpl,
    say,
)

NAME = "cookie_consent"
#: By this field readers agree that others check what they send, where the site asks them.
SENDING = f"{NAME}_sending"
LABEL = say("Remember my name, email and drafts on this device")
HELP = say(
    "If you agree, your browser keeps your name, your email address, what you are writing and "
    "the keys for editing your comments. You can change this here at any time."
)
NOTICE = say("Nothing is kept on your device unless you agree to it.")
NOTICE_OFF = say("Nothing is kept on your device.")
MESSAGE = say("Please agree to the storage on your device to post a comment.")
POLICY = say("Privacy policy")
#: What an HTML form sends for a ticked box. JSON clients send ``true``.
_TICKED = frozenset({"on", "true", "1"})


class Consent(StrEnum):
    """Whether readers are asked, and whether they have to agree."""

    OFF = "off"
    ASK = "ask"
    REQUIRED = "required"


class CookieConsentSettings(PluginSettings):
    """What readers are asked, and in which words."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (asked, but never enforced) or on.")
    consent: Consent = Field(
        Consent.ASK,
        description="Off (nothing is ever kept), ask, or required (no comment without it).",
    )
    label: str = Field(
        "", max_length=200, description="The words beside the checkbox; empty for the usual ones."
    )
    help: str = Field(
        "", max_length=500, description="The sentence that explains it; empty for the usual one."
    )
    notice: str = Field(
        "", max_length=500, description="The words before the policy's link; empty: the usual ones."
    )
    sending_label: str = Field(
        "",
        max_length=200,
        description="Your words beside a second checkbox, by which readers agree that their "
        "comment is checked by others; empty asks nothing.",
    )


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Asks readers before anything is kept on their device.",
        order=10,
        reads=(),
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return CookieConsentSettings


@hookimpl
def form_fields(site: Site, settings: CookieConsentSettings) -> Sequence[FormField]:
    """Return a checkbox for each thing that readers are asked to agree to."""
    policy = site.settings.privacy_policy_url
    link = FormLink(href=policy, text=POLICY) if policy else None
    label = settings.sending_label.strip()
    sending = FormField(name=SENDING, type=FieldType.CHECKBOX, label=label, link=link)
    fields = [] if settings.consent is Consent.OFF else [_storage_field(site, settings, link)]
    return [*fields, sending] if label else fields


def _storage_field(site: Site, settings: CookieConsentSettings, link: FormLink | None) -> FormField:
    return FormField(
        name=NAME,
        type=FieldType.CHECKBOX,
        label=settings.label.strip() or LABEL,
        help=settings.help.strip() or HELP,
        required=settings.consent is Consent.REQUIRED,
        purpose="device_storage",
        version=site.settings.privacy_policy_version,
        link=link,
    )


@hookimpl
def form_notices(site: Site, settings: CookieConsentSettings) -> Sequence[FormNotice]:
    """Return a notice that leads to the site's privacy policy, where it has one."""
    policy = site.settings.privacy_policy_url
    if not policy:
        return []
    usual = NOTICE_OFF if settings.consent is Consent.OFF else NOTICE
    words = settings.notice.strip() or usual
    return [FormNotice(html=Markup('{} <a href="{}">{}</a>').format(words, policy, POLICY))]


@hookimpl
def consent_given(answers: Mapping[str, object], settings: CookieConsentSettings) -> bool | None:
    """Say whether the reader agreed that others check the comment; storage is another matter."""
    return _is_yes(answers.get(SENDING)) if settings.sending_label.strip() else None


@hookimpl
def check_submission(submission: Submission, settings: CookieConsentSettings) -> Verdict | None:
    """Refuse a new comment without the consent that the site requires."""
    if settings.consent is not Consent.REQUIRED or submission.occasion is not Occasion.NEW:
        return None
    if _is_yes(submission.answers.get(NAME)):
        return None
    return Verdict.reject(
        "The reader did not agree to storage on their device, which this site requires.",
        message=MESSAGE,
        field=NAME,
    )


@hookimpl
def record_submission(
    submission: Submission, settings: CookieConsentSettings
) -> Mapping[str, object] | None:
    """Keep what the reader answered, and to which version of the policy."""
    if submission.occasion is not Occasion.NEW:
        return None
    answers, said = submission.answers, dict[str, object]()
    if settings.consent is not Consent.OFF and answers.get(NAME) is not None:
        said["consent"] = _is_yes(answers[NAME])
    if settings.sending_label.strip():
        said["sending"] = _is_yes(answers.get(SENDING))
    version = submission.site.settings.privacy_policy_version
    return {**said, "policy_version": version} if said else None


def _is_yes(answer: object) -> bool:
    """Tell whether an answer is a clear yes; whatever else it is, it is none."""
    if isinstance(answer, str):
        return answer.strip().lower() in _TICKED
    return answer is True
