"""Apprise tells each service once, tells nobody's address, and reaches no network of its own."""

import json
import sys
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from widget.plugins import apprise
from widget.plugins.apprise import AppriseSettings, NotTold

from widget import Author, Comment, ServerInfo, SettingsProblem, Status
from widget.testing import a_server, a_submission


@pytest.fixture
def told(outside_server: HTTPServer) -> HTTPServer:
    """Return a service that takes what it is told."""
    outside_server.clear()
    outside_server.expect_request("/").respond_with_data("ok")
    return outside_server


@pytest.fixture
def server() -> ServerInfo:
    return a_server(options={"schemas": "json"})


class Telling:
    """A site whose services are told by the plugin."""

    def __init__(self, server: ServerInfo, *urls: str, **settings: object) -> None:
        self.plugin = apprise.plugin()
        self.plugin.start_plugin(server)
        self.settings = AppriseSettings.model_validate(
            {"mode": "on", "urls": "\n".join(urls), **settings}
        )
        self.submission = a_submission()

    def decide(self, after: Status, before: Status | None = None, **fields: object) -> None:
        values: dict[str, Any] = {
            "id": 14,
            "site_id": 1,
            "thread_id": 1,
            "parent": None,
            "root": None,
            "author": Author(name="Ada", email="ada@example.net"),
            "source": "It *sings*.",
            "html": "<p>It <em>sings</em> &amp; hums.</p>",
            "created": self.submission.at,
            "address": "203.0.113.7",
        }
        comment = Comment(status=after, **(values | fields))
        self.plugin.comment_decided(comment, self.submission, before, after, self.settings)

    def problems(self) -> list[SettingsProblem]:
        return list(self.plugin.check_settings(self.submission.site, self.settings))


def url_of(server: HTTPServer) -> str:
    return f"json://127.0.0.1:{server.port}/"


def test_a_held_comment_is_told_with_a_link_and_without_an_address(
    told: HTTPServer, server: ServerInfo
) -> None:
    Telling(server, url_of(told)).decide(Status.PENDING)
    ((request, _),) = told.log
    said = json.loads(request.data)
    assert said["title"].endswith(": a comment waits for a decision")
    assert said["message"].startswith("Ada: It sings & hums.")
    assert said["message"].endswith("/comments/14")
    assert "ada@example.net" not in request.data.decode()
    assert "203.0.113.7" not in request.data.decode()


def test_a_decision_is_told_once_however_often_its_job_runs(
    told: HTTPServer, server: ServerInfo
) -> None:
    telling = Telling(server, url_of(told))
    telling.decide(Status.PENDING)
    telling.decide(Status.PENDING)
    assert len(told.log) == 1


def test_a_service_that_is_away_is_told_later_and_the_others_not_again(
    told: HTTPServer, server: ServerInfo
) -> None:
    telling = Telling(server, url_of(told), "json://127.0.0.1:9/")
    for _ in range(2):
        with pytest.raises(NotTold, match="1 of 2 services were not reached"):
            telling.decide(Status.PENDING)
    assert len(told.log) == 1


@pytest.mark.parametrize(
    ("after", "before"),
    [(Status.PUBLISHED, None), (Status.SPAM, None), (Status.PENDING, Status.PENDING)],
)
def test_nothing_is_told_of_what_was_not_asked_for(
    told: HTTPServer, server: ServerInfo, after: Status, before: Status | None
) -> None:
    Telling(server, url_of(told)).decide(after, before)
    assert told.log == []


def test_a_published_comment_is_told_where_it_was_asked_for(
    told: HTTPServer, server: ServerInfo
) -> None:
    Telling(server, url_of(told), tell_published=True).decide(Status.PUBLISHED, html="x" * 900)
    ((request, _),) = told.log
    message = json.loads(request.data)["message"]
    assert len(message) < 700
    assert " …" in message


@pytest.mark.parametrize(
    ("urls", "words"),
    [
        ((), "Write the address of a service."),
        (("slack://TokenA/TokenB/TokenC/#x", "json://127.0.0.1/"), "Line 2: 'json' is none of"),
        (("file:///etc/passwd",), "Line 1: 'file' is none of"),
        (("discord://",), "Line 1: this is not an address of discord."),
        (tuple(f"discord://1234{n}/abcdef" for n in range(11)), "At most 10 services"),
    ],
)
def test_what_could_not_work_or_reaches_elsewhere_is_told_to_the_owner(
    urls: tuple[str, ...], words: str
) -> None:
    (problem,) = Telling(a_server(), *urls).problems()
    assert problem.setting == "urls"
    assert words in problem.message
    assert "TokenA" not in problem.message


def test_addresses_of_services_with_fixed_hosts_are_taken() -> None:
    assert Telling(a_server(), "discord://123456789/abcdef").problems() == []
    assert Telling(a_server(), mode="off").problems() == []


def test_a_server_without_the_library_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    (problem,) = Telling(a_server(), "discord://123456789/abcdef").problems()
    assert "pip install comment-widget[apprise]" in problem.message
