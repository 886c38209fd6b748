"""Plugins are tried out on a comment, and on past ones, without a trace."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from tests.integration.conftest import World, environment_of
from widget.cli import cli
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.errors import Invalid, NotAllowed, NotFound
from widget.domain.submission import Occasion, Submission
from widget.moderation.decide import change_status
from widget.moderation.replay import Question, replay
from widget.moderation.replayed import Replayed
from widget.moderation.trial import Trial, try_out
from widget.store.tables import CommentRow, EventRow, JobRow, TrailRow

SEES = """
@hookimpl
def check_submission(submission, history, settings):
    if "bad" in submission.body:
        return widget.Verdict.spam(f"bad, after {history.published} good ones")
"""
CALLS = """
@hookimpl
def check_submission(submission, settings):
    if submission.body == "break":
        raise ValueError("broken")
"""


def rows_of(world: World) -> list[int]:
    with world.parts.database.read() as session:
        tables = (CommentRow, TrailRow, EventRow, JobRow)
        return [session.query(table).count() for table in tables]


@pytest.fixture
def tried(world: World) -> Callable[..., Trial]:
    """Return a function that tries a comment on a site with a plugin that sees what is bad."""
    world.plugin("sees", SEES).start()

    def try_it(body: str, **changes: dict[str, object]) -> Trial:
        page = "https://example.org/"
        submission = Submission(
            site=world.site,
            url=page,
            permalink=page,
            body=body,
            occasion=Occasion.TRIAL,
            at=world.clock(),
        )
        return try_out(world.parts, submission, changes)

    return try_it


def test_a_trial_says_what_each_plugin_would_say_and_leaves_nothing(
    world: World, tried: Callable[..., Trial]
) -> None:
    before = rows_of(world)
    trial = tried("A **bad** one.")
    said = {
        entry.plugin: entry.verdict and entry.verdict.outcome for entry in trial.judgement.entries
    }
    assert said["sees"] == "spam"
    assert said["email_privacy"] is None
    assert (trial.judgement.outcome, trial.html) == ("spam", "<p>A <strong>bad</strong> one.</p>\n")
    assert rows_of(world) == before


def test_a_setting_is_tried_and_not_kept(world: World, tried: Callable[..., Trial]) -> None:
    assert tried("A bad one.", sees={"mode": "off"}).judgement.reason == "policy: publish."
    assert tried("A bad one.", sees={"mode": "shadow"}).judgement.outcome == "allow"
    assert tried("A bad one.").judgement.outcome == "spam"
    with pytest.raises(Invalid):
        tried("x", words={"hold": ["not a text"]})
    with pytest.raises(NotFound):
        tried("x", nobody={"mode": "on"})


@pytest.fixture
def replayed(world: World) -> Callable[..., Replayed]:
    """Return a function that replays a plugin over five comments that people decided on."""
    world.plugin("calls", CALLS).start(policy="hold")
    decisions = {
        "A good one.": Status.PUBLISHED,
        "A bad one that was published.": Status.PUBLISHED,
        "A bad one.": Status.SPAM,
        "A rude one.": Status.REJECTED,
        "Nobody looked at this bad one.": None,
        "A deleted bad one.": Status.DELETED,
    }
    for body, after in decisions.items():
        number = world.posted(body)
        if after is not None:
            change_status(world.parts, number, after, actor="person:1")
    world.plugin("sees", SEES).start()

    def run(plugin: str = "sees", **more: object) -> Replayed:
        return replay(world.parts, Question(site=world.site, plugin=plugin, **more))  # type: ignore[arg-type]

    return run


def test_a_replay_sets_a_plugin_against_what_moderators_decided(
    world: World, replayed: Callable[..., Replayed]
) -> None:
    before = rows_of(world)
    found = replayed()
    assert found.comments == 6
    assert found.said == {"spam": 4, "abstained": 2}
    assert dict(found.decided) == {
        (True, True): 1,
        (True, False): 1,
        (False, True): 1,
        (False, False): 1,
    }
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert [(one.decided, one.outcome) for one in found.otherwise] == [
        (Status.PUBLISHED, "spam"),
        (Status.REJECTED, None),
    ]
    assert rows_of(world) == before


def test_a_replay_knows_of_an_author_what_was_known_then(
    replayed: Callable[..., Replayed],
) -> None:
    assert replayed().otherwise[0].reason == "bad, after 1 good ones"


def test_a_replay_asks_a_plugin_that_is_off_and_leaves_out_the_others(
    world: World, replayed: Callable[..., Replayed]
) -> None:
    world.set("sees", mode="off")
    assert replayed().said["spam"] == 4
    assert replayed("calls").said == {"abstained": 6}


def test_a_plugin_that_fails_in_a_replay_is_counted_and_stops_nothing(
    world: World, replayed: Callable[..., Replayed]
) -> None:
    world.posted("break")
    assert replayed("calls").said == {"abstained": 6, "failed": 1}


def test_a_plugin_that_sends_comments_away_is_asked_only_where_that_is_wanted(
    replayed: Callable[..., Replayed],
) -> None:
    with pytest.raises(NotAllowed, match="--remote"):
        replayed("akismet")


def test_the_commands_say_it_in_words_and_as_json(
    world: World, replayed: Callable[..., Replayed], config: Config
) -> None:
    run = CliRunner(env=environment_of(config)).invoke
    said = run(cli, ["moderation", "try", "A bad one.", "--site", "blog"])
    assert "sees" in said.output
    assert "spam: sees: bad, after 0 good ones" in said.output
    asked = ["moderation", "try", "bad", "--site", "blog", "--set", "sees.mode=off", "--json"]
    assert json.loads(run(cli, asked).output)["reason"] == "policy: all comments are held."
    said = run(cli, ["moderation", "replay", "--site", "blog", "--plugin", "sees", "--dry-run"])
    assert "6 comments: abstained 2, spam 4" in said.output
    assert "0.500" in said.output
    asked = ["moderation", "replay", "--site", "blog", "--plugin", "sees", "--json"]
    assert json.loads(run(cli, asked).output)["precision"] == 0.5
    later = json.loads(run(cli, [*asked, "--since", "2030-01-01"]).output)
    assert (later["comments"], later["precision"]) == (0, None)
