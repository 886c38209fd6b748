"""Apprise: what becomes of comments is told to Slack, Discord, Telegram, ntfy and others.

The library Apprise knows how to talk to some hundred services; it is not installed with the server
(``pip install comment-widget[apprise]``). The owner of a site may name services whose hosts are
fixed. An address with a host of its own, as that of a Matrix server, could reach the network that
the server stands in: which of those kinds there are is for who runs the server to say, in
``[plugins.apprise]``, ``schemas = "matrixs ntfys"``.
"""

import hashlib
import html
import re
from collections.abc import Sequence

from pydantic import Field, SecretStr

from widget import (
    Comment,
    PluginInfo,
    PluginSettings,
    Reads,
    Sends,
    ServerInfo,
    SettingsProblem,
    Site,
    Status,
    Submission,
    hookimpl,
)

NAME = "apprise"
#: Services that are one company's, whose host no address can change.
SAFE_SCHEMAS = frozenset({"slack", "discord", "tgram", "pover", "pbul", "gchat", "ifttt", "join"})
MAX_URLS = 10
#: What the services are told of a comment.
TOLD = frozenset({Reads.BODY, Reads.NAME})
MAX_TEXT = 500
#: For so long a decision is known to have been told, should its job be repeated.
KEEP_DAYS = 7
_TAG = re.compile(r"<[^>]*>")
_WORDS = {Status.PENDING: "waits for a decision", Status.PUBLISHED: "is published"}


class NotTold(Exception):
    """A service was not reached; it is told later."""


class AppriseSettings(PluginSettings):
    """The settings of one site."""

    urls: SecretStr = Field(
        SecretStr(""), description="Addresses of services as Apprise writes them, one on each line."
    )
    tell_held: bool = Field(True, description="Tell of comments that wait for a decision.")
    tell_published: bool = Field(False, description="Tell of comments that are published.")


class ApprisePlugin:
    """The plugin in one process."""

    def __init__(self) -> None:
        self._server: ServerInfo | None = None

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name=NAME,
            version="1.0",
            description="Tells Slack, Discord, Telegram and others of comments.",
            order=90,
            # The library takes a second to load when it is first asked.
            deadline_s=10.0,
            reads=TOLD,
            sends=Sends(TOLD, to="the services that you name"),
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return AppriseSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Keep what the server lets a plugin do."""
        self._server = server

    @hookimpl
    def check_settings(self, site: Site, settings: AppriseSettings) -> Sequence[SettingsProblem]:
        """Say which address can't be used, never quoting its secrets."""
        del site
        if settings.mode.value == "off":
            return []
        problem = self._problem(_addresses(settings))
        return [SettingsProblem("urls", problem)] if problem else []

    @hookimpl
    def comment_decided(
        self,
        comment: Comment,
        submission: Submission,
        before: Status | None,
        after: Status,
        settings: AppriseSettings,
    ) -> None:
        """Tell each service once.

        Raises:
            NotTold: where one of them was not reached: the others are not told again.
        """
        wanted = {Status.PENDING: settings.tell_held, Status.PUBLISHED: settings.tell_published}
        if before is after or not wanted.get(after):
            return
        title = f"{submission.site.title}: a comment {_WORDS[after]}"
        body = self._text(comment, submission)
        missed = 0
        for address in _addresses(settings):
            missed += not self._tell(comment, after, address, title, body)
        if missed:
            raise NotTold(f"{missed} of {len(_addresses(settings))} services were not reached.")

    def _tell(self, comment: Comment, after: Status, address: str, title: str, body: str) -> bool:
        memory = self._started.memory
        service = hashlib.sha256(address.encode()).hexdigest()[:16]
        key = f"{comment.id}:{after.value}:{service}"
        if memory.read(comment.site_id, [key]):
            return True
        if self._problem([address]) or not _send(address, title, body):
            return False
        memory.write(comment.site_id, {key: b"told"}, keep_days=KEEP_DAYS)
        return True

    def _text(self, comment: Comment, submission: Submission) -> str:
        text = " ".join(html.unescape(_TAG.sub(" ", comment.html)).split())
        cut = f"{text[:MAX_TEXT]} …" if len(text) > MAX_TEXT else text
        place = f"/dashboard/{submission.site.key}/comments/{comment.id}"
        name = comment.author.name or "Anonymous"
        return f"{name}: {cut}\n\n{self._started.public_url}{place}"

    def _problem(self, addresses: Sequence[str]) -> str | None:
        """Return what is wrong with addresses, ``None`` where they can be used."""
        if not addresses:
            return "Write the address of a service."
        if len(addresses) > MAX_URLS:
            return f"At most {MAX_URLS} services are told."
        try:
            import apprise  # noqa: PLC0415  # optional, and slow to load
        except ImportError:
            return "The server doesn't have Apprise: pip install comment-widget[apprise]."
        allowed = SAFE_SCHEMAS | set(self._started.options.get("schemas", "").split())
        for number, address in enumerate(addresses, 1):
            schema = address.partition("://")[0].lower()
            if schema not in allowed:
                return f"Line {number}: {schema!r} is none of {', '.join(sorted(allowed))}."
            if not apprise.Apprise().add(address):
                return f"Line {number}: this is not an address of {schema}."
        return None

    @property
    def _started(self) -> ServerInfo:
        if self._server is None:
            raise NotTold("The plugin has not started.")
        return self._server


def plugin() -> ApprisePlugin:
    """Return a fresh instance of the plugin."""
    return ApprisePlugin()


def _addresses(settings: AppriseSettings) -> list[str]:
    return settings.urls.get_secret_value().split()


def _send(address: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415  # optional, and slow to load

    told = apprise.Apprise()
    return bool(told.add(address) and told.notify(title=title, body=body))
