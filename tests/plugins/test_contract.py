"""Every built-in plugin keeps the contract that anybody's plugin is held to."""

import pytest
from widget.plugins import (
    akismet,
    apprise,
    closing,
    cookie_consent,
    duplicates,
    email_privacy,
    honeypot,
    known_authors,
    learned_spam,
    links,
    proof_of_work,
    rate_limit,
    webhook_check,
    words,
)

from tests.plugins.akismet_stand_in import KEY, AkismetStandIn
from tests.repository.files import ROOT
from widget import ServerInfo
from widget.testing import a_server, a_submission
from widget.testing.contract import PluginContract


class TestAkismet(PluginContract):
    plugin = akismet
    settings = {"key": KEY}
    gives_up_with = (akismet.AkismetFailed,)

    @pytest.fixture(autouse=True)
    def _stand_in(self, akismet_server: AkismetStandIn) -> None:
        self.url = akismet_server.url

    def server(self) -> ServerInfo:
        return a_server(options={"server_url": self.url})


class TestAkismetFindsSpam(TestAkismet):
    settings = {"key": KEY, "discard": "spam", "send_email": False}

    @pytest.fixture(autouse=True)
    def _spam(self, akismet_server: AkismetStandIn) -> None:
        akismet_server.says = "true"


class TestAkismetRefusesTheKey(TestAkismet):
    settings = {}


class TestCookieConsent(PluginContract):
    plugin = cookie_consent
    settings = {"consent": "required"}
    submissions = (a_submission(answers={"cookie_consent": True}),)


class TestDuplicates(PluginContract):
    plugin = duplicates


class TestEmailPrivacyMasks(PluginContract):
    plugin = email_privacy
    settings = {"region": "DE"}
    submissions = (a_submission(body="Write to ada@example.net, or call 030 901820."),)


class TestEmailPrivacyHolds(TestEmailPrivacyMasks):
    settings = {"in_body": "hold", "region": "DE"}


class TestHoneypot(PluginContract):
    plugin = honeypot


class TestKnownAuthors(PluginContract):
    plugin = known_authors
    settings = {"published": 1, "days": 0}


class TestLearnedSpam(PluginContract):
    plugin = learned_spam


class TestLinks(PluginContract):
    plugin = links
    settings = {"blocked": "bad.example, reader.example"}
    submissions = (
        a_submission(body="https://bad.example/canary-7f3a@reader.example"),
        a_submission(body="https://a.example https://b.example"),
    )


class TestProofOfWork(PluginContract):
    plugin = proof_of_work


class TestProofOfWorkRejects(PluginContract):
    plugin = proof_of_work
    settings = {"without": "reject"}


class TestRateLimit(PluginContract):
    plugin = rate_limit
    settings = {"per_address": "3/hour", "per_email": "2/hour"}
    deterministic = False


class TestWebhookCheck(PluginContract):
    plugin = webhook_check
    settings = {
        "url": "https://example.org/check",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "send_email": True,
        "send_address": True,
    }
    gives_up_with = (webhook_check.WebhookFailed,)


class TestWords(PluginContract):
    plugin = words
    settings = {"hold": "wind*", "spam": "*casino", "reject": "c++, a b"}
    submissions = (a_submission(body="The WÍNDS of the sea-casino"), a_submission(body="C++!"))


def test_no_built_in_plugin_is_left_out() -> None:
    held = {
        getattr(one.plugin, "__name__", "").rpartition(".")[2]
        for one in globals().values()
        if isinstance(one, type) and issubclass(one, PluginContract)
    }
    there = {path.stem for path in (ROOT / "plugins").glob("*.py")} - {"__init__"}
    assert held - {""} == there


class TestApprise(PluginContract):
    plugin = apprise


class TestClosing(PluginContract):
    plugin = closing
    settings = {"after_days": 30, "after_comments": 100}
