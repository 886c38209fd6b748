"""Akismet: asks Akismet whether a comment is spam, and tells it where a moderator disagrees.

It is told what ``TOLD`` says of each new or edited comment, and again where a person makes spam of
one or publishes what was spam. Where Akismet is down, slow or speaks nonsense the hook raises: the
comment is held and the check tried again. No error holds the API key. Documented at
https://akismet.com/developers/detailed-docs/comment-check/
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Sequence
from datetime import UTC
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import Field, SecretStr

from widget import (
    FieldType,
    FormField,
    FormNotice,
    Mode,
    Occasion,
    PluginInfo,
    PluginSettings,
    Reads,
    Sends,
    ServerInfo,
    SettingsProblem,
    Site,
    Status,
    Submission,
    Verdict,
    WidgetError,
    hookimpl,
    say,
)

if TYPE_CHECKING:  # akismet and httpx are imported as they are needed: that takes 0.1 s
    import httpx
    from akismet import AkismetArguments, SyncClient

SERVER_URL = "https://rest.akismet.com"
HONEYPOT = "akismet_hp"
#: For connecting and for each piece of an answer; and for all of it, which is a few words long.
TIMEOUT_S, TOTAL_S, MAX_ANSWER_BYTES = 1.5, 1.8, 16_384
NOTICE_WITH_EMAIL = say(
    "This site uses Akismet to keep out spam. When you post, your comment, name, email address and "
    "website, IP address, your browser's name and the address of this page are sent to Akismet."
)
NOTICE = say(
    "This site uses Akismet to keep out spam. When you post, your comment, name and website, IP "
    "address, your browser's name and the address of this page are sent to Akismet."
)
LINK = f'<a href="https://akismet.com/privacy/">{say("How Akismet processes your data")}</a>'
REFUSED = say("This comment looks like spam and was not accepted.")
CERTAIN = "Akismet is certain that this is spam, and advises to discard it."
#: What Akismet is told; the email besides, unless ``send_email`` is off.
WHENCE = {Reads.ADDRESS, Reads.USER_AGENT, Reads.REFERRER, Reads.ROLE}
TOLD = {Reads.BODY, Reads.NAME, Reads.WEBSITE, Reads.URL, *WHENCE}
ROLES = {"admin": "administrator", "owner": "administrator"}
RECHECK_REASONS = {Occasion.EDIT: "edit", Occasion.RECHECK: "recheck"}
#: What a person's decision tells Akismet. Its discard advice ends as a rejection.
REPORTS: dict[tuple[Status | None, Status], str] = {
    (Status.SPAM, Status.PUBLISHED): "ham",
    (Status.REJECTED, Status.PUBLISHED): "ham",
    (Status.PUBLISHED, Status.SPAM): "spam",
    (Status.PENDING, Status.SPAM): "spam",
}
Result = TypeVar("Result")


class Discard(StrEnum):
    """What becomes of a comment that Akismet is so sure about that it advises to discard it."""

    REJECT = "reject"
    SPAM = "spam"


class AkismetSettings(PluginSettings):
    """The settings of one site."""

    key: SecretStr = Field(SecretStr(""), description="The site's API key, from akismet.com.")
    send_email: bool = Field(True, description="Send the author's email, too: it judges better.")
    discard: Discard = Field(
        Discard.REJECT, description="What Akismet advises to discard: reject it, or keep as spam."
    )
    test: bool = Field(False, description="Mark what is sent as a test: Akismet learns nothing.")


class AkismetFailed(WidgetError):
    """Akismet gave no answer that can be used."""


class Akismet:
    """The plugin; its connections are made as they are first needed in a process."""

    def __init__(self) -> None:
        self._server: ServerInfo | None = None
        self._http: httpx.Client | None = None
        self._lock = threading.Lock()

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name="akismet",
            version="1.0",
            description="Asks Akismet whether a comment is spam.",
            order=80,
            reads=TOLD,
            reads_if={"send_email": {Reads.EMAIL}},
            sends=Sends({*TOLD, Reads.EMAIL}, to="akismet.com"),
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return AkismetSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Learn of the operator's ``server_url``, if Akismet is to be asked elsewhere."""
        url = server.options.get("server_url", SERVER_URL)
        if not url.startswith(("http://", "https://")):
            raise ValueError("server_url must begin with https:// or http://.")
        self._server = server

    @hookimpl
    def check_settings(self, site: Site, settings: AkismetSettings) -> Sequence[SettingsProblem]:
        """Verify the key with Akismet, unless the plugin is off."""
        if settings.mode is Mode.OFF:
            return []
        try:
            if self._ask(site, settings, lambda client: client.verify_key()):
                return []
            words = f"Akismet does not know this key for {_blog_url(site)}."
        except AkismetFailed as failure:
            words = f"The key could not be verified. {failure}"
        return [SettingsProblem("key", words)]

    @hookimpl
    def form_fields(self) -> Sequence[FormField]:
        """Add a field that nobody sees: what fills it in is a program."""
        return [FormField(name=HONEYPOT, type=FieldType.HIDDEN, label=say("Leave this empty."))]

    @hookimpl
    def form_notices(self, settings: AkismetSettings) -> Sequence[FormNotice]:
        """Tell readers that Akismet is used, and how it processes their data."""
        words = NOTICE_WITH_EMAIL if settings.send_email else NOTICE
        return [FormNotice(html=f"{words} {LINK}")]

    @hookimpl
    def check_submission(self, submission: Submission, settings: AkismetSettings) -> Verdict | None:
        """Ask Akismet. Its "ham" is no vouch: others may still hold the comment."""
        if submission.answers.get(HONEYPOT):
            return Verdict.spam("The hidden field was filled in, which only programs do.")
        site, address = submission.site, submission.address
        about = self._about(submission, settings)
        if not address:
            raise AkismetFailed("The reader's IP address is not known; Akismet needs it.")
        if reason := RECHECK_REASONS.get(submission.occasion):
            about["recheck_reason"] = reason
        answer = self._ask(site, settings, lambda one: one.comment_check(address, **about))
        return _verdict(answer.name, settings)

    @hookimpl
    def comment_decided(
        self,
        submission: Submission,
        before: Status | None,
        after: Status,
        actor: str,
        settings: AkismetSettings,
    ) -> None:
        """Report spam that was missed and ham that was not spam, as a person decided."""
        report = REPORTS.get((before, after))
        address, about = submission.address, self._about(submission, settings)
        # An address that isn't there was imported, or forgotten by now: no retry would find it.
        if report is None or not actor.startswith("person:") or not address:
            return
        submit = f"submit_{report}"
        self._ask(submission.site, settings, lambda one: getattr(one, submit)(address, **about))

    def _about(self, submission: Submission, settings: AkismetSettings) -> AkismetArguments:
        """Return what Akismet is told besides the address; what isn't known is left out."""
        author = submission.author
        trying = settings.test or submission.occasion is Occasion.TRIAL
        about: AkismetArguments = {
            "blog_charset": "UTF-8",
            "blog_lang": submission.site.settings.language.replace("-", "_").lower(),
            "comment_author": author.name or "",
            "comment_author_email": (author.email or "") if settings.send_email else "",
            "comment_author_url": author.website or "",
            "comment_content": submission.body,
            "comment_date_gmt": submission.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "comment_type": submission.kind,
            # The library can't send what was in the field; a filled one never comes this far.
            "honeypot_field_name": HONEYPOT,
            "is_test": trying or (self._server is not None and self._server.test_mode),
            # The page, not the comment on it: so Akismet wants it.
            "permalink": submission.url,
            "referrer": submission.referrer or "",
            "user_agent": submission.user_agent or "",
            "user_role": ROLES.get(submission.role or "", submission.role or ""),
        }
        return cast("AkismetArguments", {name: value for name, value in about.items() if value})

    def _ask(
        self, site: Site, settings: AkismetSettings, call: Callable[[SyncClient], Result]
    ) -> Result:
        """Return Akismet's answer, or raise ``AkismetFailed``.

        The failure is chained to nothing: the library's errors may quote the key.
        """
        import akismet  # noqa: PLC0415 — takes 0.1 s, and most sites go without

        key = settings.key.get_secret_value().strip()
        if not key:
            raise AkismetFailed("The site has no API key for Akismet.")
        config = akismet.Config(key=key, url=_blog_url(site))
        client = akismet.SyncClient(config, http_client=self._connections())
        try:
            return call(client)
        except akismet.APIKeyError:
            words = "Akismet does not accept the API key of this site."
        except akismet.RequestError as error:
            words = str(error)  # a fixed sentence, with an HTTP status at most
        except akismet.AkismetError:
            words = "Akismet gave an answer that can't be understood."
        raise AkismetFailed(words)

    def _connections(self) -> httpx.Client:
        """Return what all sites share; closed with the plugin or the process."""
        with self._lock:
            if self._server is None:
                raise AkismetFailed("The plugin was not started.")
            if self._http is None:
                self._http = _connect(self._server)
                weakref.finalize(self, self._http.close)
            return self._http


def plugin() -> Akismet:
    """Return a fresh instance of the plugin."""
    return Akismet()


def _verdict(answer: str, settings: AkismetSettings) -> Verdict | None:
    if answer == "HAM":
        return None
    if answer == "SPAM" or settings.discard is Discard.SPAM:
        return Verdict.spam("Akismet takes this for spam." if answer == "SPAM" else CERTAIN)
    return Verdict.reject(CERTAIN, message=REFUSED)


def _blog_url(site: Site) -> str:
    """Return the site's front page as Akismet knows the site: its first host."""
    scheme, _, name = site.hosts[0].rpartition("://")
    return f"{scheme or 'https'}://{name.removeprefix('*.')}"


def _connect(server: ServerInfo) -> httpx.Client:
    """Return an HTTP client for Akismet: without redirects, cookies and proxies."""
    import akismet  # noqa: PLC0415 — as above
    import httpx  # noqa: PLC0415 — as above

    base = httpx.URL(server.options.get("server_url", SERVER_URL))

    def aim(request: httpx.Request) -> None:  # the library itself knows one server only
        request.url = request.url.copy_with(scheme=base.scheme, host=base.host, port=base.port)
        request.headers["Host"] = base.netloc.decode("ascii")
        request.extensions["began"] = time.monotonic()

    def read(response: httpx.Response) -> None:
        """Read the answer, up to the limits; the client would read for ever."""
        if not isinstance(response.stream, httpx.SyncByteStream):
            raise TypeError("This client is not asynchronous.")
        body = b""
        for part in response.stream:
            body += part
            late = time.monotonic() > response.request.extensions["began"] + TOTAL_S
            if late or len(body) > MAX_ANSWER_BYTES:
                raise httpx.ReadTimeout("The answer is too long, or too slow.")
        response.stream.close()
        response.stream = httpx.ByteStream(body)

    library = akismet.USER_AGENT.split(" | ", 1)[0]
    return httpx.Client(
        event_hooks={"request": [aim], "response": [read]},
        headers={"User-Agent": f"{server.software} | {library}", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        timeout=TIMEOUT_S,
    )
