"""The overview of a site: its numbers are those that counting gives, and come without counting."""

import random
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from tests.conftest import PAGE
from tests.integration.conftest import Run, World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.errors import NotFound
from widget.domain.person import Role
from widget.jobs.periodic import promise_periodic
from widget.moderation.decide import change_status, undo
from widget.moderation.mark import Badge, mark
from widget.moderation.overview import Overview, overview
from widget.store import audit, day_counts
from widget.store.day_recount import recount
from widget.store.tables import DayCountRow

WHO = "person:7"
HOLDS = checks(
    """
    if "fail" in submission.body and submission.occasion == "new":
        raise ValueError("broken")
    if "bad" in submission.body:
        return widget.Verdict.hold("bad")
    """
)


def look(world: World, days: int = 30) -> Overview:
    return overview(world.parts, world.site, days)


def wrong(world: World) -> list[str]:
    with world.parts.database.read() as session:
        return audit.wrong_counts(session)


def rows(world: World) -> int:
    with world.parts.database.read() as session:
        return session.query(DayCountRow).count()


def test_comments_count_on_their_day_where_they_stand_now(world: World) -> None:
    world.plugin("holds", HOLDS).start()
    world.posted("Good.")
    held = world.posted("A bad one.")
    world.wait(days=2)
    world.posted("Good again.")
    change_status(world.parts, held, Status.SPAM, actor=WHO)
    found = look(world)
    by_day = {step.since.day: step.stand for step in found.steps if step.comments}
    assert by_day[2]["published"] == by_day[2]["spam"] == by_day[4]["published"] == 1
    assert (len(found.steps), found.whole.comments, found.whole.stand["pending"]) == (30, 3, 0)
    assert (found.whole.by_pipeline, found.whole.by_people) == (2, 1)


def test_the_days_before_are_told_for_comparison(world: World) -> None:
    world.start()
    world.posted("Old.")
    world.wait(days=30)
    world.posted("New.")
    assert (look(world).whole.comments, look(world).before) == (1, 1)
    assert (look(world, 31).whole.comments, look(world, 31).before) == (2, 0)


def test_a_year_is_told_by_weeks_that_begin_on_mondays(world: World) -> None:
    world.start()
    world.posted()
    steps = look(world, 365).steps
    assert len(steps) in (53, 54)
    assert all(step.since.weekday() == 0 for step in steps[1:])
    assert sum((step.until - step.since).days + 1 for step in steps) == 365
    assert steps[-1].comments == 1


def test_how_long_people_let_comments_wait_is_told_by_the_day_of_the_decision(
    world: World,
) -> None:
    world.plugin("holds", HOLDS).start()
    ids = [world.posted(f"bad {number}") for number in range(10)]
    for number, one in enumerate(ids):
        world.wait(hours=1)
        change_status(world.parts, one, Status.PUBLISHED if number else Status.SPAM, actor=WHO)
    whole = look(world).whole
    assert whole.median_s == pytest.approx(5 * 3600, rel=0.1)
    assert whole.p90_s == pytest.approx(9 * 3600, rel=0.1)


def test_plugins_that_object_are_told_with_how_often_people_overruled_them(world: World) -> None:
    world.plugin("holds", HOLDS).plugin("quiet", checks("return None")).start()
    first, second, third = (world.posted(f"bad {number}") for number in range(3))
    change_status(world.parts, first, Status.PUBLISHED, actor=WHO)
    change_status(world.parts, second, Status.SPAM, actor=WHO)
    (told,) = look(world).plugins
    assert (told.plugin, told.objected, told.judged, told.overruled) == ("holds", 3, 2, 1)
    undo(world.parts, first, actor=WHO)
    (told,) = look(world).plugins
    assert (told.judged, told.overruled) == (1, 0)
    assert third


def test_a_plugin_in_shadow_objects_to_nothing(world: World) -> None:
    world.plugin("holds", HOLDS, mode="SHADOW").start()
    world.posted("bad")
    assert look(world).plugins == []


def test_the_pages_with_most_to_do_come_first(world: World, react: Callable[..., object]) -> None:
    world.plugin("holds", HOLDS).start()
    one, other = "https://example.org/one", "https://example.org/other"
    world.posted("bad", url=one)
    for _ in range(2):
        world.posted("bad", url=other)
    world.posted("Good.", url="https://example.org/quiet")
    reported = world.posted("Good.", url=one)
    for reader in (1, 2):
        world.client.post(
            f"/api/v1/comments/{reported}/flag",
            json={"reason": "spam"},
            headers={"Origin": "https://example.org"},
            environ_base={"REMOTE_ADDR": f"10.0.0.{reader}"},
        )
    told = {page.thread.url: (page.held, page.reported) for page in look(world).pages}
    assert told == {other: (2, 0), one: (1, 1)}


def test_after_anything_in_any_order_the_counts_are_what_counting_gives(world: World) -> None:
    """Posts, failures, edits, reports, decisions, undone ones, marks, rechecks, days going by."""
    world.plugin("holds", HOLDS).start(policy="first_time", hold_after_flags=2)
    chance = random.Random(20261123)
    ids: list[int] = []
    tokens: dict[int, str] = {}
    for number in range(60):
        body = chance.choice(["Good", "Good", "bad", "bad", "bad", "fail bad"])
        answer = world.post(f"{body} {number}.").get_json()
        ids.append(answer["comment"]["id"])
        tokens[ids[-1]] = answer["token"]
        one = chance.choice(ids)
        try:
            chance.choice(
                [
                    lambda one=one: change_status(
                        world.parts, one, chance.choice(list(Status)), actor=WHO
                    ),
                    lambda one=one: change_status(world.parts, one, Status.PUBLISHED, actor=WHO),
                    lambda one=one: undo(world.parts, one, actor=WHO),
                    lambda one=one: mark(world.parts, one, badge=Badge.EXPERT, actor=WHO),
                    lambda one=one: world.client.patch(
                        f"/api/v1/comments/{one}",
                        json={"body": chance.choice(["Good now.", "bad now."])},
                        headers={"Authorization": f"Bearer {tokens[one]}"},
                    ),
                    lambda: world.wait(hours=chance.randint(1, 40)),
                ]
            )()
        except NotFound:
            continue
        if number % 10 == 9:
            with world.parts.database.write() as session:
                day_counts.add_up(session)
    assert wrong(world) == []
    with world.parts.database.read() as session:
        counted = recount(session)
    found = look(world, 365)
    assert found.whole.comments == len(ids)
    assert {what for _, _, what, _ in counted} == set(day_counts.Counted)


def test_a_wrong_count_is_found_and_named(world: World) -> None:
    world.start()
    world.posted()
    with world.parts.database.write() as session:
        session.query(DayCountRow).filter_by(what="status").update({"number": 5})
    (line,) = wrong(world)
    assert line == ("the site blog has 5 of status published on 2026-01-02, and counting gives 1")


def test_the_rows_of_a_count_are_added_up_and_count_the_same(world: World) -> None:
    world.start()
    for number in range(30):
        world.posted(f"Number {number}.")
    before = look(world)
    assert rows(world) == 60
    promise_periodic(world.parts)
    world.wait(seconds=1)
    assert rows(world) == 2
    assert look(world) == before
    assert wrong(world) == []


def test_what_a_day_brought_is_not_counted_by_looking_at_comments(world: World) -> None:
    world.start()
    world.posted()
    asked: list[str] = []

    def on_query(*parts: object) -> None:
        asked.append(str(parts[2]))

    event.listen(world.parts.database.engine, "before_cursor_execute", on_query)
    found = look(world)
    event.remove(world.parts.database.engine, "before_cursor_execute", on_query)
    assert found.whole.comments == 1
    assert not [query for query in asked if "FROM trail" in query or "FROM event" in query]
    # What waits is looked at by its own indexes, up to a limit.
    of_comments = [query for query in asked if "FROM comment" in query]
    assert all("LIMIT" in query for query in of_comments), of_comments


@pytest.fixture
def desk(world: World) -> Browser:
    """Return the browser of a moderator of the site."""
    world.plugin("holds", HOLDS).start()
    app: Flask = world.app
    person = add_person(world.parts, "m@example.org", Role.MODERATOR, world.site, password=None)
    browser = a_browser(app)
    browser.post(sign_in_link(world.parts, person))
    return browser


@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_page_tells_it_as_charts_and_as_tables(world: World, desk: Browser, days: int) -> None:
    held = world.posted("bad")
    world.posted("Good.")
    change_status(world.parts, held, Status.PUBLISHED, actor=WHO)
    page = desk.get(f"/blog/overview?days={days}")
    assert page.status_code == 200
    assert page.text.count('role="img"') == 3
    assert page.text.count("<desc") == 3
    assert page.text.count("Show as table") == 3
    for words in ("2 published, 0 held", "UTC", "holds", "Overruled"):
        assert words in page.text, words
    assert "style=" not in page.text


def test_the_page_of_an_empty_site_says_so(desk: Browser) -> None:
    page = desk.get("/blog/overview")
    for words in ("Nothing waits.", "No plugin objected", "No person decided"):
        assert words in page.text, words


def test_a_period_that_is_not_offered_is_refused(desk: Browser) -> None:
    assert desk.get("/blog/overview?days=3").status_code == 400
    assert desk.get("/blog/overview?days=x").status_code == 400


def test_a_title_of_a_page_is_text(world: World, desk: Browser) -> None:
    world.posted("bad", title="<script>alert(1)</script>")
    assert "<script>alert" not in desk.get("/blog/overview").text


def test_the_command_says_the_same(run: Run, tmp_path: object) -> None:
    del tmp_path
    assert run("site", "add", "blog", "--host", "example.org").code == 0
    told = run("site", "stats", "blog", "--days", "7", "--json").rows
    assert (told["days"], len(told["steps"]), told["whole"]["comments"]) == (7, 7, 0)
    printed = run("site", "stats", "blog", "--days", "365").out
    assert "decided by plugins and policy 0, by people 0" in printed
    assert run("site", "stats", "blog", "--days", "0").code == 2
    assert run("site", "stats", "nobody").code == 1
    assert PAGE not in printed
