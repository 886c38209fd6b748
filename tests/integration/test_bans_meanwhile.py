"""A ban counts from the moment that it is set, wherever a comment of the banned is by then."""

import threading
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN
from tests.integration.bans_kit import ADA, AWAY, HOME, ban, end, newest, send, sent
from tests.integration.conftest import Run, World
from tests.integration.plugin_files import checks
from widget.domain.ban import BanAct
from widget.domain.comment import Status
from widget.domain.trail import Answer
from widget.domain.verdict import Outcome
from widget.jobs.periodic import promise_periodic
from widget.moderation.recheck import BACK_OFF_S
from widget.submission.judging import KEPT_REFUSALS, REFUSED

#: It waits until the test lets it go on, and vouches for everything.
SLOW = """\
    import threading
    arrived, go_on = threading.Event(), threading.Event()

    @hookimpl
    def start_plugin(app):
        app.arrived, app.go_on = arrived, go_on

    @hookimpl
    def check_submission(submission):
        arrived.set()
        go_on.wait()
        return widget.Verdict.allow("fine")
    """
#: It fails while ``down`` is beside it, and counts how often it was asked.
FAILING = """\
from pathlib import Path

HERE = Path(__file__).parent


""" + checks("""\
    with (HERE / "asked.log").open("a") as log:
        log.write(submission.occasion.value + chr(10))
    if (HERE / "down").exists():
        raise OSError("the service is down")
    return widget.Verdict.allow("fine")
    """)


@pytest.fixture
def blog(world: World) -> World:
    """Return a server on which comments are published at once."""
    return world.start()


@pytest.fixture
def slow(world: World) -> World:
    """Return a server with a plugin that takes its time."""
    return world.plugin("slow", SLOW, deadline_s=20.0).start()


@pytest.fixture
def failing(world: World) -> World:
    """Return a server with a plugin that fails."""
    world.plugin("remote", FAILING)
    (world.config.home / "plugins" / "down").touch()
    return world.start()


def recovers(world: World) -> None:
    (world.config.home / "plugins" / "down").unlink()


def asked(world: World) -> list[str]:
    path = world.config.home / "plugins" / "asked.log"
    return path.read_text().split() if path.exists() else []


def while_judged(
    world: World, sending: Callable[[], TestResponse], doing: Callable[[], object]
) -> TestResponse:
    """Do something while the slow plugin judges what is sent; return the answer to that."""
    answers: list[TestResponse] = []
    sender = threading.Thread(target=lambda: answers.append(sending()))
    gate = vars(world.app)
    sender.start()
    assert gate["arrived"].wait(30)
    doing()
    gate["go_on"].set()
    sender.join()
    return answers[0]


def test_who_is_banned_while_plugins_are_asked_is_refused(slow: World) -> None:
    answer = while_judged(slow, lambda: send(slow, email=ADA), lambda: ban(slow, "email", ADA))
    assert (answer.status_code, answer.get_json()["detail"]) == (403, REFUSED)
    assert slow.shown() == []
    comment = newest(slow)
    assert slow.status(comment) is Status.REJECTED
    # What the plugin said is on the trail, too.
    assert set(slow.trail(comment)) >= {"ban", "slow"}
    assert slow.trail(comment)["slow"].outcome is Outcome.ALLOW


def test_a_ban_that_holds_and_is_set_while_plugins_are_asked_holds(slow: World) -> None:
    answer = while_judged(
        slow,
        lambda: send(slow, email=ADA),
        lambda: ban(slow, "domain", "example.net", act=BanAct.HOLD),
    )
    assert answer.status_code == 202
    assert slow.shown() == []


def test_who_is_banned_while_their_edit_is_judged_changes_nothing(slow: World) -> None:
    vars(slow.app)["go_on"].set()
    posted = send(slow, "Before.", email=ADA).get_json()
    for gate in ("arrived", "go_on"):
        vars(slow.app)[gate].clear()
    answer = while_judged(
        slow, lambda: _edit(slow, posted, AWAY), lambda: ban(slow, "network", HOME)
    )
    assert answer.status_code == 403
    assert slow.comment(posted["comment"]["id"]).source == "Before."


@pytest.mark.parametrize(
    ("kind", "value"), [("email", ADA), ("domain", "mail.example.net"), ("network", HOME)]
)
def test_a_check_that_is_made_good_does_not_publish_what_the_banned_wrote(
    failing: World, kind: str, value: str
) -> None:
    comment = sent(failing, email=ADA)
    assert failing.status(comment) is Status.PENDING
    ban(failing, kind, value)
    recovers(failing)
    failing.wait(seconds=BACK_OFF_S[0])
    assert failing.status(comment) is Status.REJECTED
    assert failing.shown() == []
    assert failing.trail(comment)["ban"].outcome is Outcome.REJECT
    assert asked(failing) == ["new"], "nothing is asked of whom a ban refuses"


def test_of_a_ban_that_holds_the_check_is_made_good_and_the_comment_stays_held(
    failing: World,
) -> None:
    comment = sent(failing, email=ADA)
    ban(failing, "email", ADA, act=BanAct.HOLD)
    recovers(failing)
    failing.wait(seconds=BACK_OFF_S[0])
    assert failing.status(comment) is Status.PENDING
    trail = failing.trail(comment)
    assert (trail["ban"].outcome, trail["remote"].outcome) == (Outcome.HOLD, Outcome.ALLOW)
    assert asked(failing) == ["new", "recheck"]


def test_a_check_that_is_made_good_publishes_what_others_wrote(failing: World) -> None:
    comment = sent(failing, email=ADA)
    ban(failing, "email", "bob@mail.example.net")
    recovers(failing)
    failing.wait(seconds=BACK_OFF_S[0])
    assert failing.status(comment) is Status.PUBLISHED


def test_who_is_banned_while_a_check_is_made_good_is_not_published(world: World) -> None:
    hook = SLOW.replace(
        "        arrived.set()\n",
        "        if submission.occasion is not widget.Occasion.RECHECK:\n"
        '            raise OSError("down")\n'
        "        arrived.set()\n",
    )
    world.plugin("slow", hook, deadline_s=20.0).start()
    comment = sent(world, email=ADA)
    worker = threading.Thread(target=world.wait, kwargs={"seconds": BACK_OFF_S[0]})
    worker.start()
    assert vars(world.app)["arrived"].wait(30)
    ban(world, "email", ADA)
    vars(world.app)["go_on"].set()
    worker.join()
    assert world.status(comment) is Status.REJECTED
    assert world.shown() == []


def test_an_edit_that_waits_for_its_check_is_not_published_for_the_banned(
    failing: World,
) -> None:
    recovers(failing)
    posted = send(failing, "Before.", email=ADA).get_json()
    (failing.config.home / "plugins" / "down").touch()
    assert _edit(failing, posted, HOME).get_json()["status"] == "pending"
    ban(failing, "email", ADA)
    recovers(failing)
    failing.wait(seconds=BACK_OFF_S[0])
    kept = failing.comment(posted["comment"]["id"])
    assert (kept.source, kept.proposed_source) == ("Before.", "After.")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", ADA), ("domain", "example.net"), ("domain", "ada.example.org"), ("network", HOME)],
)
def test_an_edit_by_who_is_banned_has_no_effect_wherever_they_are_now(
    blog: World, kind: str, value: str
) -> None:
    posted = send(blog, "Before.", email=ADA, website="https://ada.example.org/").get_json()
    first = ban(blog, kind, value)
    answer = _edit(blog, posted, AWAY)
    assert (answer.status_code, answer.get_json()["detail"]) == (403, REFUSED)
    end(blog, first)
    ban(blog, kind, value, act=BanAct.HOLD)
    answer = _edit(blog, posted, AWAY)
    assert (answer.status_code, answer.get_json()["status"]) == (200, "pending")
    assert blog.comment(posted["comment"]["id"]).source == "Before."


@pytest.mark.parametrize("act", BanAct)
@pytest.mark.parametrize(
    ("kind", "value"), [("email", ADA), ("domain", "example.net"), ("network", HOME)]
)
def test_votes_and_reports_with_the_token_of_a_banned_author_have_no_effect(
    blog: World, kind: str, value: str, act: BanAct
) -> None:
    other = sent(blog, address="192.0.2.1", email="bob@example.org")
    own = send(blog, email=ADA).get_json()["token"]
    ban(blog, kind, value, act=act)
    for name, body in (("vote", {"value": 1}), ("flag", {"reason": "spam"})):
        answer = _react(blog, other, name, body, own)
        assert answer.status_code == 403
        assert answer.get_json()["detail"] == "This can’t be done."
    stood = blog.comment(other)
    assert (stood.score, stood.flag_count) == (0, 0)
    # Who has no such token, or one of another author, votes as before.
    assert _react(blog, other, "vote", {"value": 1}, None).status_code == 200


def test_an_address_that_was_cut_is_taken_for_nobodys(blog: World) -> None:
    blog.start()
    token = send(blog, address="203.0.113.9").get_json()["token"]
    other = sent(blog, address="192.0.2.1")
    promise_periodic(blog.parts)
    blog.wait(days=31)
    assert blog.comment(1).address == "203.0.113.0"
    ban(blog, "network", "203.0.113.0/32")
    assert _react(blog, other, "vote", {"value": 1}, token).status_code == 200


def test_no_plugin_can_be_called_as_bans_are_on_a_trail(world: World, run: Run) -> None:
    world.plugin("ban", checks("return widget.Verdict.reject('no')")).start()
    assert world.parts.plugins.registry.get("ban") is None
    (fault,) = world.parts.plugins.registry.faults
    assert fault.name == "ban"
    assert fault.reason == "The server uses the name ban itself: give it another."
    # As any plugin that can't be used, it holds; what it would say is not heard.
    assert world.trail(world.posted())["ban"].answer is Answer.FAILED
    refused = run("plugins", "new", "ban")
    assert (refused.code, refused.err) == (
        1, "Error: name: The server uses the name ban itself.\n",
    )  # fmt: skip


def test_of_what_a_ban_refuses_no_limit_is_used_up_and_one_that_holds_uses_it(
    blog: World,
) -> None:
    blog.set("rate_limit", mode="on", per_address="2/day")
    first = ban(blog, "email", ADA)
    for number in range(4):
        assert send(blog, f"Number {number}.", email=ADA).status_code == 403
    assert [send(blog, f"Other {n}.").status_code for n in range(3)] == [201, 201, 429]
    end(blog, first)
    ban(blog, "email", ADA, act=BanAct.HOLD)
    held = [send(blog, f"Held {n}.", email=ADA, address=AWAY).status_code for n in range(3)]
    assert held == [202, 202, 429]


def test_a_script_that_is_banned_does_not_fill_the_list_of_refused_comments(blog: World) -> None:
    ban(blog, "network", HOME, message="Please stop.")
    answers = [send(blog, f"Number {number}.") for number in range(KEPT_REFUSALS + 5)]
    assert {(one.status_code, one.get_json()["detail"]) for one in answers} == {
        (403, "Please stop.")
    }
    assert newest(blog) == KEPT_REFUSALS
    blog.clock.advance(days=1, seconds=1)
    assert send(blog, "The next day.").status_code == 403
    assert newest(blog) == KEPT_REFUSALS + 1


def _edit(world: World, posted: dict[str, object], address: str) -> TestResponse:
    comment = posted["comment"]
    assert isinstance(comment, dict)
    return world.client.patch(
        f"/api/v1/comments/{comment['id']}",
        json={"body": "After."},
        headers={"Origin": ORIGIN, "Authorization": f"Bearer {posted['token']}"},
        environ_base={"REMOTE_ADDR": address},
    )


def _react(
    world: World, comment: int, name: str, body: dict[str, object], token: str | None
) -> TestResponse:
    head = {"Origin": ORIGIN} | ({"Authorization": f"Bearer {token}"} if token else {})
    return world.client.post(
        f"/api/v1/comments/{comment}/{name}",
        json=body,
        headers=head,
        environ_base={"REMOTE_ADDR": AWAY},
    )
