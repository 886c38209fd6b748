"""A plugin is replayed from the dashboard: in slices, one at a time, without a trace."""

import csv
import io
import re

import pytest

from tests.integration.conftest import World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from widget.domain.comment import Status
from widget.domain.errors import Conflict, Invalid, NotFound
from widget.domain.person import Role
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import LEASE, claim_due, run_due
from widget.moderation.decide import change_status
from widget.moderation.replayed import Replayed
from widget.moderation.replays import (
    KEPT_DAYS,
    MAX_UNANSWERED,
    REPLAY,
    STUCK_DAYS,
    Wanted,
    cancel,
    go_on,
    start,
)
from widget.store import replays
from widget.store.replays import Replay, State
from widget.store.tables import CommentRow, EventRow, JobRow, ReplayRow, TrailRow

WHO = "person:1"
#: Holds what has more than ``limit`` exclamation marks; says so in words a spreadsheet might run.
LOUD = """
@hookimpl
def check_submission(submission, settings):
    loud = submission.body.count("!")
    if "broken" in submission.body and submission.occasion == "trial":
        raise ValueError("broken")
    if loud > settings.limit:
        return widget.Verdict.hold(f"=SUM({loud})")
"""
VAULT = """\
import widget
from pydantic import Field, SecretStr
from widget import hookimpl

class Settings(widget.PluginSettings):
    mode: widget.Mode = Field(widget.Mode.OFF, description="Mode.")
    key: SecretStr = Field(SecretStr("sesame-old"), description="A key.")

@hookimpl
def plugin_info():
    return widget.PluginInfo(
        name="vault", version="1", description="Asks.",
        reads=set(widget.Reads), sends=widget.Sends({widget.Reads.BODY}, to="vault.example"),
    )

@hookimpl
def plugin_settings():
    return Settings

@hookimpl
def check_submission(submission, settings):
    return widget.Verdict.spam(f"asked about {submission.body}")
"""


@pytest.fixture
def past(world: World) -> World:
    """Return a site with six comments, of which the plugin held the loudest ones."""
    world.plugin("loud", LOUD).file("vault", VAULT).start()
    for body, after in (
        ("Quiet.", None),
        ("One!", Status.PUBLISHED),
        ("One! again", Status.SPAM),
        ("Two!!", Status.PUBLISHED),
        ("Three!!!", Status.SPAM),
        ("Four!!!!", None),
    ):
        world.clock.advance(minutes=1)
        number = world.posted(body)
        if after is not None and world.status(number) is not after:
            change_status(world.parts, number, after, actor=WHO)
    world.clock.advance(minutes=1)
    return world


def rows_of(world: World) -> list[object]:
    with world.parts.database.read() as session:
        return [(row.id, row.status, row.source) for row in session.query(CommentRow)] + [
            session.query(table).count() for table in (TrailRow, EventRow)
        ]


def begin(world: World, plugin: str = "loud", **more: object) -> Replay:
    return start(world.parts, Wanted(site=world.site, plugin=plugin, **more), actor=WHO)  # type: ignore[arg-type]


def stored(world: World, replay: Replay) -> Replay:
    with world.parts.database.read() as session:
        found = replays.find(session, replay.id)
    assert found is not None
    return found


def found(world: World, replay: Replay) -> Replayed:
    return Replayed.from_json(stored(world, replay).found)


def test_a_replay_of_other_settings_says_what_would_change_and_changes_nothing(
    past: World,
) -> None:
    before = rows_of(past)
    replay = begin(past, values={"limit": 0})
    run_due(past.parts)
    after = stored(past, replay)
    assert (after.state, after.total) == (State.DONE, 6)
    told = found(past, replay)
    assert told.said == {"hold": 5, "abstained": 1}
    assert [(one.before, one.after, one.decided) for one in told.changes] == [
        ("abstained", "hold", None),
        ("abstained", "hold", "spam"),
    ]
    assert rows_of(past) == before
    assert past.parts.plugins.get(past.site, "loud").settings.limit == 1
    assert list(after.shown) == [["limit", "1", "0"]]


def test_a_replay_with_the_settings_as_they_are_changes_nothing_of_what_was_said(
    past: World,
) -> None:
    replay = begin(past)
    run_due(past.parts)
    assert (found(past, replay).changed, stored(past, replay).shown) == (0, [])


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ({"most": 2}, 2),
        ({"most": 100}, 6),
    ],
)
def test_only_the_newest_are_asked_about_where_that_is_wanted(
    past: World, wanted: dict[str, int], asked: int
) -> None:
    replay = begin(past, **wanted)
    run_due(past.parts)
    assert (found(past, replay).comments, stored(past, replay).total) == (asked, asked)


def test_a_time_is_chosen_by_its_ends(past: World) -> None:
    times = [past.comment(number).created for number in (2, 5)]
    replay = begin(past, since=times[0], until=times[1])
    run_due(past.parts)
    assert found(past, replay).comments == 3


def test_comments_that_come_while_it_runs_are_not_its_matter(past: World) -> None:
    replay = begin(past)
    past.clock.advance(minutes=1)
    past.posted("Later!!!!!")
    run_due(past.parts)
    assert found(past, replay).comments == 6


def test_it_is_done_in_slices_and_finds_the_same(past: World) -> None:
    whole = begin(past, values={"limit": 0})
    run_due(past.parts)
    sliced = begin(past, values={"limit": 0})
    slices = 0
    while stored(past, sliced).is_active:
        go_on(past.parts, sliced.id, slice_s=0.0)
        slices += 1
    assert slices >= 6
    assert found(past, sliced) == found(past, whole)
    run_due(past.parts)
    assert found(past, sliced) == found(past, whole)


def test_a_replay_whose_worker_died_is_gone_on_with(past: World) -> None:
    replay = begin(past)
    assert [one.kind for one in claim_due(past.parts)].count(REPLAY) == 1
    go_on(past.parts, replay.id, slice_s=0.0)
    assert found(past, replay).comments == 1
    # The process ends here, with the job claimed and not finished; another one starts.
    past.start()
    past.clock.advance(seconds=LEASE.total_seconds() + 1)
    run_due(past.parts)
    assert stored(past, replay).state is State.DONE
    assert found(past, replay).comments == 6


def test_two_workers_at_once_count_no_comment_twice(past: World) -> None:
    replay = begin(past)
    with past.parts.database.read() as session:
        seen = replays.find(session, replay.id)
    assert seen is not None
    go_on(past.parts, replay.id, slice_s=0.0)
    step = replays.Step(position=99, total=6, found={}, at=past.clock())
    with past.parts.database.write() as session:
        assert replays.move(session, seen, step) is None


def test_one_at_a_time_runs_on_a_site(past: World) -> None:
    first = begin(past)
    with pytest.raises(Conflict, match="loud is under way"):
        begin(past)
    assert cancel(past.parts, first)
    begin(past)


def test_a_cancelled_replay_keeps_what_it_found_and_goes_on_no_more(past: World) -> None:
    replay = begin(past)
    go_on(past.parts, replay.id, slice_s=0.0)
    assert cancel(past.parts, replay)
    assert not cancel(past.parts, replay)
    run_due(past.parts)
    assert stored(past, replay).state is State.CANCELLED
    assert found(past, replay).comments == 1


def test_a_plugin_that_answers_nothing_is_not_asked_for_ever(past: World) -> None:
    for number in range(MAX_UNANSWERED + 5):
        past.posted(f"broken {number}")
    past.clock.advance(minutes=1)
    replay = begin(past)
    run_due(past.parts)
    ended = stored(past, replay)
    assert (ended.state, found(past, replay).unanswered) == (State.FAILED, MAX_UNANSWERED)
    assert "no answer" in (ended.error or "")


def test_a_plugin_that_is_gone_meanwhile_ends_its_replay_with_a_reason(past: World) -> None:
    replay = begin(past)
    (past.config.home / "plugins" / "loud.py").unlink()
    past.start()
    run_due(past.parts)
    ended = stored(past, replay)
    assert (ended.state, ended.error) == (State.FAILED, "There is no plugin 'loud'.")


def test_what_sends_comments_away_is_let_explicitly_and_for_some_only(past: World) -> None:
    with pytest.raises(Invalid) as refused:
        begin(past, "vault")
    assert [one.field for one in refused.value.errors] == ["replay.remote", "replay.most"]
    with pytest.raises(Invalid):
        begin(past, "vault", remote=True, most=1001)
    with pytest.raises(Invalid):
        begin(past, "vault", most=5)
    replay = begin(past, "vault", remote=True, most=5)
    run_due(past.parts)
    assert found(past, replay).said == {"spam": 5}


def test_secrets_that_are_tried_are_encrypted_and_never_shown(past: World) -> None:
    replay = begin(past, "vault", remote=True, most=1, values={"key": "sesame-new"})
    assert "sesame" not in str(stored(past, replay))
    with past.parts.database.read() as session:
        sealed = session.query(ReplayRow).one().sealed
        assert replays.settings_of(session, past.parts.keys, replay.id)["key"] == "sesame-new"
    assert b"sesame" not in sealed


def test_settings_at_fault_and_plugins_that_judge_nothing_are_refused(past: World) -> None:
    with pytest.raises(Invalid):
        begin(past, values={"limit": "many"})
    with pytest.raises(NotFound):
        begin(past, "nobody")
    with past.parts.database.read() as session:
        assert replays.of_plugin(session, past.site.id, "loud") == []


def test_results_are_kept_for_some_days_and_what_is_stuck_ends(past: World) -> None:
    promise_periodic(past.parts)
    done = begin(past)
    run_due(past.parts)
    stuck = begin(past)
    with past.parts.database.write() as session:
        # As if the job had failed again and again.
        session.query(JobRow).filter_by(kind=REPLAY).delete()
    past.wait(hours=1)
    assert stored(past, done).state is State.DONE
    assert stored(past, stuck).is_active
    past.wait(days=STUCK_DAYS, hours=2)
    assert not stored(past, stuck).is_active
    past.wait(days=KEPT_DAYS, hours=1)
    with past.parts.database.read() as session:
        assert replays.of_plugin(session, past.site.id, "loud") == []


@pytest.fixture
def desk(past: World) -> Browser:
    """Return the browser of the site's owner."""
    person = add_person(past.parts, "o@example.org", Role.OWNER, past.site, password=None)
    browser = a_browser(past.app)
    browser.post(sign_in_link(past.parts, person))
    return browser


FORM = {"limit": "0", "replay.most": "", "replay.since": "", "replay.until": ""}


def test_an_owner_starts_a_replay_sees_it_wait_and_then_what_it_found(
    past: World, desk: Browser
) -> None:
    assert "/blog/plugins/loud/replays" in desk.get("/blog/plugins/loud").text
    answer = desk.post("/blog/plugins/loud/replays", FORM)
    assert answer.status_code == 303
    path = (answer.location or "").removeprefix("/dashboard")
    waiting = desk.get(path).text
    assert "data-active" in waiting
    assert "It waits for its turn." in waiting
    run_due(past.parts)
    done = desk.get(path).text
    assert "data-active" not in done
    for words in ("6 of 6 comments", "Comments that would change", "/blog/comments/3"):
        assert words in done, words
    assert re.search(r"<code>limit</code> 1 → 0", done)
    assert "limit" in desk.get("/blog/plugins/loud/replays").text


def test_the_changes_come_as_csv_that_no_spreadsheet_runs(past: World, desk: Browser) -> None:
    path = (desk.post("/blog/plugins/loud/replays", FORM).location or "").removeprefix("/dashboard")
    run_due(past.parts)
    answer = desk.get(f"{path}.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["comment"], row["before"], row["after"]) for row in rows] == [
        ("3", "abstained", "hold"),
        ("2", "abstained", "hold"),
    ]
    assert {row["reason"] for row in rows} == {"'=SUM(1)"}


def test_what_was_typed_stays_where_something_is_at_fault(past: World, desk: Browser) -> None:
    wrong = {
        **FORM, "limit": "many", "replay.most": "-1", "replay.since": "yesterday",
        "replay.until": "2026-01-01",
    }  # fmt: skip
    answer = desk.post("/blog/plugins/loud/replays", wrong)
    assert answer.status_code == 422
    for field in ("replay-most", "replay-since"):
        assert f'id="{field}-fault"' in answer.text, field
    for typed in ("many", "yesterday", "-1", "2026-01-01"):
        assert f'value="{typed}"' in answer.text, typed
    answer = desk.post("/blog/plugins/loud/replays", {**FORM, "limit": "many"})
    assert 'id="field-limit-fault"' in answer.text


def test_a_second_replay_is_refused_in_words(desk: Browser) -> None:
    assert desk.post("/blog/plugins/loud/replays", FORM).status_code == 303
    again = desk.post("/blog/plugins/loud/replays", FORM)
    assert again.status_code == 409
    assert "A replay of loud is under way" in again.text


def test_what_is_sent_and_to_whom_is_said_before_it_is(past: World, desk: Browser) -> None:
    page = desk.get("/blog/plugins/vault/replays").text
    assert "It sends the text to vault.example." in page
    assert 'name="replay.remote"' in page
    refused = desk.post("/blog/plugins/vault/replays", {"replay.most": "5"})
    assert refused.status_code == 422
    assert 'id="replay-remote-fault"' in refused.text
    form = {"replay.most": "5", "replay.remote": "on"}
    assert desk.post("/blog/plugins/vault/replays", form).status_code == 303
    assert 'name="replay.remote"' not in desk.get("/blog/plugins/loud/replays").text


def test_it_is_cancelled_in_the_dashboard(past: World, desk: Browser) -> None:
    path = (desk.post("/blog/plugins/loud/replays", FORM).location or "").removeprefix("/dashboard")
    assert desk.post(f"{path}/cancel").status_code == 303
    assert "Cancelled" in desk.get(path).text


def test_a_replay_of_another_plugin_or_site_is_not_found(past: World, desk: Browser) -> None:
    replay = begin(past)
    assert desk.get(f"/blog/plugins/loud/replays/{replay.id}").status_code == 200
    assert desk.get(f"/blog/plugins/vault/replays/{replay.id}").status_code == 404
    assert desk.get(f"/blog/plugins/loud/replays/{1 << 40}").status_code == 404
    assert desk.get("/blog/plugins/cookie_consents/replays").status_code == 404
