"""Remote check: asks a service how foul the words of a comment are, and holds the foul ones.

The service is any that takes ``POST`` with ``{"text": "…", "language": "en"}`` and the key as a
bearer token, and answers ``{"rating": 0.93}``: 0 is fine, 1 is foul. It is an example of how a
plugin asks somebody else:

* what leaves the server is as little as will do; ``PluginInfo.reads`` and ``sends`` say what, and
  the server hands it nothing else;
* the address is the operator's to set, not a site owner's: who may choose where a server sends
  requests to can reach the network that it stands in;
* every request has a time limit of its own, and so has the whole of an answer;
* no answer is no opinion: the hook raises, the server holds the comment and asks again later;
* nothing that is raised, logged or returned has the key in it.
"""

import json
import time
import weakref
from collections.abc import Sequence
from typing import Annotated

import httpx
from pydantic import AfterValidator, Field, SecretStr
from widget import (
    Mode,
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
)

NAME = "remote_check"
#: For connecting and for each piece of an answer; and for all of it.
TIMEOUT_S, TOTAL_S = 0.7, 1.5
MAX_ANSWER_BYTES = 16_384
#: So much of a text is rated; whoever is foul is so from the start.
MAX_TEXT = 10_000
UNAUTHORISED = (401, 403)


def _check_key(key: SecretStr) -> SecretStr:
    value = key.get_secret_value().strip()
    if not all("!" <= sign <= "~" for sign in value):
        raise ValueError("A key has letters, digits and signs of ASCII only.")
    return SecretStr(value)


class RemoteCheckSettings(PluginSettings):
    """The settings of one site. The plugin is off until an owner gives a key."""

    key: Annotated[SecretStr, AfterValidator(_check_key)] = Field(
        SecretStr(""), description="The site's key for the service."
    )
    hold_from: float = Field(
        0.7, ge=0, le=1, description="Comments that are rated this or more are held."
    )


class RatingFailed(WidgetError):
    """The service gave no rating that can be used."""


class KeyRefused(RatingFailed):
    """The service doesn't know the key."""


class RemoteCheck:
    """The plugin; its connections are shared by all sites of a process."""

    def __init__(self) -> None:
        self._url = ""
        self._http = httpx.Client(
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
        )
        weakref.finalize(self, self._http.close)

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card; it is asked after the plugins that ask nobody."""
        return PluginInfo(
            name=NAME,
            version="1.0",
            description="Holds comments that a service rates as foul.",
            order=70,
            deadline_s=3.0,
            requires=">=1.0,<2",
            reads={Reads.BODY},
            sends=Sends({Reads.BODY}, to="the rating service"),
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return RemoteCheckSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Learn the service's address: ``url`` in the operator's ``[plugins.remote_check]``."""
        url = server.options.get("url", "")
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("url must begin with https:// or http://.")
        self._url = url

    @hookimpl
    def check_settings(
        self, site: Site, settings: RemoteCheckSettings
    ) -> Sequence[SettingsProblem]:
        """Ask for a rating before the settings are kept, unless the plugin is off."""
        if settings.mode is Mode.OFF:
            return []
        try:
            self._rating("A test of the connection.", site, settings)
        except KeyRefused as failure:
            return [SettingsProblem("key", str(failure))]
        except RatingFailed as failure:
            return [SettingsProblem("mode", f"The service can't be used. {failure}")]
        return []

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: RemoteCheckSettings
    ) -> Verdict | None:
        """Hold what is rated as foul. A good rating is no vouch: others may still hold it."""
        rating = self._rating(submission.body, submission.site, settings)
        if rating < settings.hold_from:
            return None
        return Verdict.hold(f"The service rates its words {rating:.2f}.", score=rating)

    def _rating(self, text: str, site: Site, settings: RemoteCheckSettings) -> float:
        """Return the service's rating, or raise ``RatingFailed``."""
        key = settings.key.get_secret_value()
        if not self._url:
            raise RatingFailed("The operator has set no url in [plugins.remote_check].")
        if not key:
            raise KeyRefused("The site has no key for the service.")
        question = {"text": text[:MAX_TEXT], "language": site.settings.language}
        try:
            status, answer = self._post(question, key)
        except httpx.HTTPError as error:
            words = f"The service gave no answer ({type(error).__name__})."
        else:
            if status in UNAUTHORISED:
                raise KeyRefused("The service does not know this key.")
            if status == httpx.codes.OK:
                return _read_rating(answer)
            words = f"The service answered with status {status}."
        # Outside the except block: the library's error may quote what was sent.
        raise RatingFailed(words)

    def _post(self, question: dict[str, str], key: str) -> tuple[int, bytes]:
        """Send a question; return the status and the body, read up to the limits."""
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        content = json.dumps(question)
        body = b""
        with self._http.stream("POST", self._url, headers=headers, content=content) as response:
            for part in response.iter_raw():
                body += part
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > began + TOTAL_S:
                    raise httpx.ReadTimeout("The answer is too long, or too slow.")
        return response.status_code, body


def plugin() -> RemoteCheck:
    """Return a fresh instance of the plugin."""
    return RemoteCheck()


def _read_rating(answer: bytes) -> float:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        said = None
    rating = said.get("rating") if isinstance(said, dict) else None
    # Not a number is neither less nor more; true is a number to Python.
    if isinstance(rating, int | float) and not isinstance(rating, bool) and 0 <= rating <= 1:
        return float(rating)
    raise RatingFailed("The service's answer has no rating from 0 to 1.")
