"""Charts say what the numbers are, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.http.dashboard.charts import HEIGHT, stacked, times

COUNTS = st.lists(st.lists(st.integers(0, 10**7), min_size=3, max_size=3), max_size=40)
WAITS = st.lists(
    st.lists(st.none() | st.floats(0, 1e10), min_size=2, max_size=2), min_size=1, max_size=40
)


@given(COUNTS)
def test_parts_of_bars_stand_on_each_other_and_are_as_high_as_their_numbers(
    rows: list[list[int]],
) -> None:
    chart = stacked(rows)
    scale = chart.ticks[-1].value / (chart.ticks[0].y - chart.ticks[-1].y)
    for row, bar in zip(rows, chart.bars, strict=True):
        assert [part.series for part in bar.parts] == [n for n, one in enumerate(row) if one]
        ground = float(HEIGHT)
        for part in bar.parts:
            assert part.y + part.height == pytest.approx(ground, abs=0.02)
            assert part.height * scale == pytest.approx(row[part.series], abs=0.02 * scale)
            ground = part.y
        assert ground >= 0


@given(COUNTS)
def test_lines_across_are_few_and_at_round_numbers(rows: list[list[int]]) -> None:
    values = [tick.value for tick in stacked(rows).ticks]
    assert values[0] == 0
    assert 2 <= len(values) <= 6
    assert values[-1] >= max((sum(row) for row in rows), default=0)
    assert str(int(values[1]))[0] in "125"


@given(WAITS)
def test_a_longer_time_is_never_lower(rows: list[list[float | None]]) -> None:
    chart = times(rows)
    for column, line in enumerate(chart.lines):
        values = [row[column] for row in rows if row[column] is not None]
        heights = [point.y for point in line]
        assert [y for _, y in sorted(zip(values, heights, strict=True))] == sorted(heights)[::-1]
        assert all(0 <= y <= HEIGHT for y in heights)


def test_days_without_a_decision_leave_a_gap() -> None:
    (line,) = times([[60.0], [90.0], [None], [30.0]]).lines
    assert [point.before is not None for point in line] == [False, True, False]
