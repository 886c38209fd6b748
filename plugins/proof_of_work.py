"""Proof of work: the reader's browser does a second of arithmetic before a comment is taken.

Nobody sees it, nobody clicks on pictures, nothing is asked of an outside service. For one reader it
is nothing; for who posts a hundred thousand times it is a bill. The scheme is ALTCHA's (PBKDF2 of a
nonce and a counter, RFC 8018), signed by this server, made by its library. The box solves it while
the reader writes. Readers without JavaScript can't: their comments are held, or refused, as the
site wants. One solution is good for a few comments, so that a lost answer can be asked for again.
"""

import base64
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import altcha
from flask import Flask
from pydantic import Field

from widget import (
    FieldType,
    FormField,
    Occasion,
    PluginInfo,
    PluginSettings,
    Site,
    Submission,
    Verdict,
    hookimpl,
    say,
)

NAME = "proof_of_work"
ALGORITHM = "PBKDF2/SHA-256"
#: Rounds of one try; how many tries there are is the site's setting.
COST = 1000
VALID_FOR = timedelta(minutes=30)
#: How often one solution is taken: for a form that is sent again, not for a flood.
MAX_USES = 5
MAX_REMEMBERED = 100_000
MESSAGE = say("The check of your browser ran out of time. Please send your comment again.")
REFUSED = say("This site takes comments from browsers with JavaScript only.")


class Without(StrEnum):
    """What becomes of a comment that comes without a solution."""

    HOLD = "hold"
    REJECT = "reject"


class ProofOfWorkSettings(PluginSettings):
    """The settings of one site."""

    tries: int = Field(
        400,
        ge=10,
        le=20_000,
        description="Work for one comment, at most: 400 tries take about a second on a phone.",
    )
    without: Without = Field(
        Without.HOLD, description="Comments without a solution: hold them, or reject them."
    )


class ProofOfWork:
    """Makes challenges and checks what comes back. One for each process."""

    def __init__(self) -> None:
        self._secret = ""
        self._uses: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name=NAME,
            version="1.0",
            description="Lets the reader's browser do a little work before it posts.",
            order=15,
            reads=(),
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return ProofOfWorkSettings

    @hookimpl
    def start_plugin(self, app: Flask) -> None:
        """Take the server's secret, the same in all processes and nodes, to sign with."""
        self._secret = f"{NAME}:{app.secret_key!r}"

    @hookimpl
    def form_fields(self, site: Site, settings: ProofOfWorkSettings) -> Sequence[FormField]:
        """Return the field whose value is a new challenge."""
        challenge = altcha.create_challenge(
            ALGORITHM,
            COST,
            counter=secrets.randbelow(settings.tries),
            expires_at=datetime.now(UTC) + VALID_FOR,
            data={"site": site.key},
            hmac_secret=self._secret,
            hmac_key_secret=f"key:{self._secret}",
        )
        value = json.dumps(challenge.to_dict(), separators=(",", ":"))
        return [FormField(name=NAME, type=FieldType.CHALLENGE, label=NAME, value=value)]

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: ProofOfWorkSettings
    ) -> Verdict | None:
        """Check the solution of a new comment."""
        if submission.occasion is not Occasion.NEW:
            return None
        answer = submission.answers.get(NAME)
        if not isinstance(answer, str) or not answer:
            return _without(settings)
        result = altcha.verify_solution(answer, self._secret, hmac_key_secret=f"key:{self._secret}")
        if result.expired:
            return Verdict.reject("The solution is too old.", message=MESSAGE, field=NAME)
        if not result.verified or _site_of(answer) != submission.site.key:
            return Verdict.hold("The solution is wrong.")
        uses = self._count(answer)
        if uses > MAX_USES:
            return Verdict.reject(f"Used {uses} times.", message=MESSAGE, field=NAME)
        return None

    def _count(self, answer: str) -> int:
        nonce = str(json.loads(_decoded(answer))["challenge"]["signature"])
        with self._lock:
            self._uses[nonce] = self._uses.get(nonce, 0) + 1
            if len(self._uses) > MAX_REMEMBERED:
                self._uses.popitem(last=False)
            return self._uses[nonce]


def plugin() -> ProofOfWork:
    """Return a fresh instance of the plugin."""
    return ProofOfWork()


def _without(settings: ProofOfWorkSettings) -> Verdict:
    reason = "There is no solution: a browser without JavaScript, or a program."
    if settings.without is Without.REJECT:
        return Verdict.reject(reason, message=REFUSED)
    return Verdict.hold(reason)


def _site_of(answer: str) -> object:
    return json.loads(_decoded(answer))["challenge"]["parameters"]["data"]["site"]


def _decoded(answer: str) -> bytes:
    return base64.b64decode(answer)
