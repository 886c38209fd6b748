"""What a comment adds to the counts of its site's days."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.comment import Event, Status
from widget.domain.day_count import Counted, counts_of, day_of, percentile, step_of

FIRST = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 2)
Step = tuple[Status | None, Status, str, float]


def events(*steps: Step, undoes: Sequence[int] = ()) -> list[Event]:
    """Return decisions: before, after, who, and how many hours after the first."""
    return [
        Event(
            id=number,
            comment_id=1,
            before=before,
            after=after,
            actor=actor,
            reason="",
            at=FIRST + timedelta(hours=hours),
            undoes=1 if number in undoes else None,
        )
        for number, (before, after, actor, hours) in enumerate(steps, 1)
    ]


HELD: Step = (None, Status.PENDING, "pipeline", 0)
PUBLISHED: Step = (None, Status.PUBLISHED, "pipeline", 0)


def counted(what: Counted, *given: Event, objecting: Sequence[str] = ()) -> dict[object, int]:
    status = given[-1].after if given else Status.PUBLISHED
    found = counts_of(FIRST, status, given, objecting)
    return {(day, name): number for (day, one, name), number in found.items() if one is what}


def test_a_comment_counts_on_the_day_it_was_written_where_it_stands_now() -> None:
    spam: Step = (Status.PENDING, Status.SPAM, "person:1", 30)
    assert counted(Counted.STATUS, *events(HELD, spam)) == {(TODAY, "spam"): 1}


def test_what_people_and_the_pipeline_decide_counts_on_the_day_of_the_decision() -> None:
    approve: Step = (Status.PENDING, Status.PUBLISHED, "person:1", 2)
    assert counted(Counted.DECIDED, *events(PUBLISHED)) == {(TODAY, "pipeline"): 1}
    assert counted(Counted.DECIDED, *events(HELD)) == {}
    assert counted(Counted.DECIDED, *events(HELD, approve)) == {(TOMORROW, "people"): 1}


@pytest.mark.parametrize(
    ("actor", "before", "after"),
    [
        ("author", Status.PUBLISHED, Status.DELETED),  # an author deletes
        ("import", None, Status.PUBLISHED),  # nobody looked at it
        ("person:1", Status.PUBLISHED, Status.PUBLISHED),  # a mark or an edit
        ("pipeline", Status.PUBLISHED, Status.PENDING),  # readers reported it
    ],
)
def test_what_is_no_decision_is_not_counted(
    actor: str, before: Status | None, after: Status
) -> None:
    assert counted(Counted.DECIDED, *events((before, after, actor, 1))) == {}


def test_a_decision_that_takes_another_back_is_none_of_its_own() -> None:
    approve: Step = (Status.PENDING, Status.PUBLISHED, "person:1", 2)
    back: Step = (Status.PUBLISHED, Status.SPAM, "person:1", 3)
    found = counted(Counted.DECIDED, *events(HELD, approve, back, undoes=[3]))
    assert found == {(TOMORROW, "people"): 1}


def test_a_held_comment_waits_from_when_it_was_held_until_a_person_decides() -> None:
    approve: Step = (Status.PENDING, Status.PUBLISHED, "person:1", 4)
    two_hours = str(step_of(4 * 3600))
    assert counted(Counted.WAITED, *events(HELD, approve)) == {(TOMORROW, two_hours): 1}
    reported: Step = (Status.PUBLISHED, Status.PENDING, "pipeline", 500)
    spam: Step = (Status.PENDING, Status.SPAM, "person:1", 504)
    again = counted(Counted.WAITED, *events(PUBLISHED, reported, spam))
    assert [name for _, name in again] == [two_hours]


def test_what_the_pipeline_settles_by_itself_did_not_wait_for_a_person() -> None:
    recheck: Step = (Status.PENDING, Status.PUBLISHED, "pipeline", 4)
    assert counted(Counted.WAITED, *events(HELD, recheck)) == {}


@pytest.mark.parametrize(
    ("last", "judged", "overruled"),
    [
        (Status.PUBLISHED, 1, 1),
        (Status.SPAM, 1, 0),
        (Status.REJECTED, 1, 0),
        (Status.DELETED, 0, 0),  # says nothing of the comment
    ],
)
def test_a_plugin_is_overruled_where_a_person_publishes_what_it_objects_to(
    last: Status, judged: int, overruled: int
) -> None:
    given = events(HELD, (Status.PENDING, last, "person:1", 1))
    for what, number in (
        (Counted.OBJECTED, 1), (Counted.JUDGED, judged), (Counted.OVERRULED, overruled),
    ):  # fmt: skip
        assert counted(what, *given, objecting=["links"]) == (
            {(TODAY, "links"): number} if number else {}
        )


def test_a_day_is_one_of_utc() -> None:
    east = timezone(timedelta(hours=9))
    assert day_of(datetime(2026, 3, 2, 5, 0, tzinfo=east)) == TODAY


@given(st.lists(st.floats(1, 1e8), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 1.0]))
def test_a_percentile_is_right_to_about_a_tenth(seconds: list[float], share: float) -> None:
    steps = Counter(step_of(one) for one in seconds)
    ordered = sorted(seconds)
    exact = ordered[max(0, -int(-len(ordered) * share // 1) - 1)]
    told = percentile(steps, share)
    assert told is not None
    assert exact / 1.1 <= told <= exact * 1.1


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert percentile({}, 0.5) is None
