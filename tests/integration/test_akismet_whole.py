"""Akismet in the whole line: a comment, the stand-in's answer, a moderator's correction."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from werkzeug.test import TestResponse

from tests.conftest import PAGE, Clock
from tests.plugins.akismet_stand_in import KEY, AkismetStandIn
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.errors import Invalid
from widget.domain.site import Site
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.publication.parts import Parts
from widget.store import comments, trails

Post = Callable[..., TestResponse]


@pytest.fixture
def akismet() -> Iterator[AkismetStandIn]:
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        stand_in = AkismetStandIn(server)
        yield stand_in
        stand_in.released.set()


@pytest.fixture
def config(config: Config, akismet: AkismetStandIn) -> Config:
    return config.model_copy(update={"plugins": {"akismet": {"server_url": akismet.url}}})


@pytest.fixture
def checked(parts: Parts, site: Site) -> Site:
    """Return a site whose comments Akismet checks."""
    settings = {"mode": "on", "key": KEY}
    parts.plugins.save(site, "akismet", settings, actor="test", now=parts.now())
    return site


def status(parts: Parts, comment_id: int) -> Status:
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment_id).status


def test_a_wrong_key_is_refused_when_it_is_set(parts: Parts, site: Site) -> None:
    settings = {"mode": "on", "key": "wrong"}
    with pytest.raises(Invalid) as caught:
        parts.plugins.save(site, "akismet", settings, actor="test", now=parts.now())
    assert [fault.field for fault in caught.value.errors] == ["akismet.key"]


@pytest.mark.usefixtures("checked")
def test_readers_are_told_that_akismet_is_used(client: FlaskClient) -> None:
    page = client.get(f"/api/v1/thread?site=blog&url={PAGE}").get_json()
    notices = {notice["plugin"]: notice["html"] for notice in page["form"]["notices"]}
    assert "https://akismet.com/privacy/" in notices["akismet"]


@pytest.mark.usefixtures("checked")
def test_ham_is_published_and_spam_waits_until_a_moderator_corrects_it(
    parts: Parts, post: Post, akismet: AkismetStandIn
) -> None:
    assert post("A good one").status_code == 201
    akismet.says = "true"
    held = post("A doubtful one", author={"name": "Ada", "email": "ada@example.net"})
    number = held.get_json()["comment"]["id"]
    assert (held.status_code, held.get_json()["status"]) == (202, "pending")
    assert status(parts, number) is Status.SPAM
    change_status(parts, number, Status.PUBLISHED, actor="person:1")
    run_due(parts)
    assert akismet.asked[-1] == "submit-ham"
    assert akismet.last["comment_author_email"] == "ada@example.net"
    change_status(parts, number, Status.SPAM, actor="person:1")
    run_due(parts)
    assert akismet.asked[-1] == "submit-spam"


@pytest.mark.usefixtures("checked")
def test_what_akismet_discards_is_refused_and_kept_for_moderators(
    parts: Parts, post: Post, akismet: AkismetStandIn
) -> None:
    akismet.says, akismet.discard = "true", True
    refused = post("Blatant")
    assert refused.status_code == 403
    assert "spam" in refused.get_json()["detail"]
    assert status(parts, 1) is Status.REJECTED


@pytest.mark.usefixtures("checked")
def test_a_comment_waits_while_akismet_is_down_and_is_published_when_it_is_back(
    parts: Parts, post: Post, akismet: AkismetStandIn, clock: Clock
) -> None:
    akismet.answer("down", status=500)
    held = post("Patient")
    number = held.get_json()["comment"]["id"]
    assert held.status_code == 202
    with parts.database.read() as session:
        entries = {entry.plugin: entry for entry in trails.trail_of(session, number)}
    assert entries["akismet"].answer == "failed"
    assert KEY not in entries["akismet"].reason
    clock.advance(seconds=31)
    run_due(parts)
    assert status(parts, number) is Status.PENDING
    akismet.fails_with = None
    clock.advance(seconds=121)
    run_due(parts)
    assert status(parts, number) is Status.PUBLISHED
    assert akismet.last["recheck_reason"] == "recheck"
