"""Webhook check: a program of the owner's is asked about each comment, and answers with a verdict.

The request is a POST of JSON, signed as Standard Webhooks 1.0.0 has it (HMAC-SHA256 over id, time
and body; https://www.standardwebhooks.com). The answer is ``{"outcome": "hold", "reason": "…"}``,
or 204 to abstain. Redirects are not followed, and only public addresses are asked, unless who runs
the server says otherwise.
"""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError

from widget import (
    History,
    Mode,
    Outbound,
    Outcome,
    PluginInfo,
    PluginSettings,
    Reads,
    Sends,
    ServerInfo,
    SettingsProblem,
    Site,
    Submission,
    Verdict,
    WidgetError,
    hookimpl,
    say,
    sign_webhook,
    webhook_key,
)

NAME = "webhook_check"
#: Less than the plugin's deadline: what was wrong is then on the trail.
LIMIT_S = 1.8
#: What the owner's program is told of each comment, and where it came from if the site wants that.
COMMENT = {Reads.BODY, Reads.NAME, Reads.WEBSITE, Reads.LANGUAGE, Reads.HISTORY}
TOLD = {*COMMENT, Reads.URL, Reads.TITLE}
WHENCE = {Reads.ADDRESS, Reads.USER_AGENT}
REFUSED = say("This comment was refused.")


def _check_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("Write a whole address, as https://example.org/check.")
    return value.strip()


def _check_secret(value: SecretStr) -> SecretStr:
    webhook_key(value.get_secret_value())
    return value


class WebhookCheckSettings(PluginSettings):
    """The settings of one site."""

    url: Annotated[str, AfterValidator(_check_url)] = Field(
        "", max_length=500, description="The address that is asked, as https://example.org/check."
    )
    secret: Annotated[SecretStr, AfterValidator(_check_secret)] = Field(
        SecretStr(""), description="Signs each request: whsec_ and at least 24 bytes in base64."
    )
    send_email: bool = Field(False, description="Send the author's email, too.")
    send_address: bool = Field(False, description="Send the IP address and the browser, too.")


class WebhookFailed(WidgetError):
    """The owner's program gave no answer that can be used."""


class Answered(BaseModel):
    """What the owner's program says of a comment."""

    outcome: Outcome | None = None
    reason: str = Field("It gave no reason.", max_length=1000)
    message: str | None = Field(None, max_length=500)
    score: float | None = None


class WebhookCheck:
    """The plugin; it keeps nothing."""

    _outbound: Outbound

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name=NAME,
            version="1.0",
            description="Asks a program of yours about each comment.",
            order=75,
            reads=TOLD,
            reads_if={"send_email": {Reads.EMAIL}, "send_address": WHENCE},
            sends=Sends({*TOLD, Reads.EMAIL, *WHENCE}, to="the address that you set"),
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return WebhookCheckSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Take the way out."""
        self._outbound = server.outbound

    @hookimpl
    def check_settings(
        self, site: Site, settings: WebhookCheckSettings
    ) -> Sequence[SettingsProblem]:
        """Send a ping, unless the plugin is off: an address that doesn't answer is told at once."""
        if settings.mode is Mode.OFF:
            return []
        if not settings.secret.get_secret_value():
            return [SettingsProblem("secret", "Without a secret nobody could tell who asks.")]
        try:
            self._ask(settings, "ping", {"site": site.key})
        except WebhookFailed as failure:
            return [SettingsProblem("url", str(failure))]
        return []

    @hookimpl
    def check_submission(
        self, submission: Submission, history: History, settings: WebhookCheckSettings
    ) -> Verdict | None:
        """Ask the owner's program. What it vouches for is released from the site's policy."""
        answer = self._ask(settings, "comment.check", _told(submission, history, settings))
        if answer.outcome is None:
            return None
        if answer.outcome is Outcome.REJECT:
            return Verdict.reject(answer.reason, message=answer.message or REFUSED)
        return Verdict(outcome=answer.outcome, reason=answer.reason, score=answer.score)

    def _ask(
        self, settings: WebhookCheckSettings, kind: str, data: Mapping[str, object]
    ) -> Answered:
        """Return the answer to a signed request, or raise ``WebhookFailed``."""
        if not settings.url:
            raise WebhookFailed("There is no address to ask.")
        content = json.dumps({"type": kind, "data": data}).encode()
        secret, message_id = settings.secret.get_secret_value(), f"msg_{uuid.uuid4().hex}"
        signature = sign_webhook(secret, message_id, int(time.time()), content)
        headers = {"Content-Type": "application/json", **signature}
        try:
            answer = self._outbound.post(
                settings.url, content=content, headers=headers, limit_s=LIMIT_S
            )
        except ConnectionError as error:
            raise WebhookFailed(str(error)) from error
        if answer.status == 204 or (kind == "ping" and 200 <= answer.status < 300):
            return Answered()
        if answer.status != 200:
            raise WebhookFailed(f"It answered with status {answer.status}.")
        return _read(answer.body)


def plugin() -> WebhookCheck:
    """Return a fresh instance of the plugin."""
    return WebhookCheck()


def _told(
    submission: Submission, history: History, settings: WebhookCheckSettings
) -> dict[str, object]:
    author = submission.author
    seen = asdict(history) | {"first_seen": _time(history.first_seen)}
    told: dict[str, object] = {
        "site": submission.site.key,
        "url": submission.url,
        "permalink": submission.permalink,
        "title": submission.title,
        "kind": submission.kind,
        "occasion": submission.occasion.value,
        "author": {"name": author.name, "website": author.website},
        "body": submission.body,
        "language": submission.language,
        "at": _time(submission.at),
        "history": seen,
    }
    if settings.send_email:
        told["author"] = {"name": author.name, "email": author.email, "website": author.website}
    if settings.send_address:
        told |= {"address": submission.address, "user_agent": submission.user_agent}
    return told


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(body: bytes) -> Answered:
    try:
        return Answered.model_validate_json(body)
    except ValidationError:
        # Outside of the except block: the library's error quotes what was answered.
        pass
    raise WebhookFailed("Its answer is not one of a verdict.")
