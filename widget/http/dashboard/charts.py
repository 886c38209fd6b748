"""Where the marks of a chart go: numbers for templates that draw SVG.

Across, a place is a part of the width in per cent, so that a chart fills any screen and its text
keeps its size; up and down it is in pixels of ``HEIGHT``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Pixels from the top of a chart to its ground line, of which the first few are left free.
HEIGHT = 170
_TOP = 10
#: Times that stand beside a chart of waiting, seconds: each is a line that people know.
_TIMES = (1, 10, 60, 600, 3_600, 6 * 3_600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400)
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across a chart, and the number that it stands for."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: which series it is of (counted from 0), and its rectangle."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``left`` and ``width`` of all its room, and its parts from the ground up."""

    left: float
    width: float
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of stacked bars."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a line; ``before`` is the point to which it is joined, if there is one."""

    x: float
    y: float
    before: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of lines, one for each series."""

    lines: Sequence[Sequence[Point]]
    ticks: Sequence[Tick]


def stacked(rows: Sequence[Sequence[int]]) -> Bars:
    """Return bars of counts, a row for each; the counts of a row stand on each other."""
    step = _round_step(max((sum(row) for row in rows), default=0))
    most = step * max(1, math.ceil(max((sum(row) for row in rows), default=0) / step))
    room = 100 / max(1, len(rows))
    bars = [
        Bar(round(at * room, 4), round(room, 4), _parts(row, most)) for at, row in enumerate(rows)
    ]
    ticks = [Tick(_y(number, most), number) for number in range(0, most + 1, step)]
    return Bars(bars, ticks)


def times(rows: Sequence[Sequence[float | None]]) -> Lines:
    """Return lines of times in seconds, a series for each column, on a logarithmic scale.

    ``None`` is a gap: what lies before it and after it is not joined.
    """
    known = [seconds for row in rows for seconds in row if seconds is not None]
    low = max((one for one in _TIMES if one <= min(known, default=60)), default=_TIMES[0])
    high = min((one for one in _TIMES if one >= max(known, default=3_600)), default=_TIMES[-1])
    if low == high:
        at = max(1, _TIMES.index(low))
        low, high = _TIMES[at - 1], _TIMES[at]
    span = math.log(high / low)

    def height(seconds: float) -> float:
        share = math.log(min(max(seconds, low), high) / low) / span
        return round(HEIGHT - (HEIGHT - _TOP) * share, 2)

    columns = range(len(rows[0]) if rows else 0)
    lines = [_line([row[column] for row in rows], height) for column in columns]
    return Lines(lines, [Tick(height(one), one) for one in _TIMES if low <= one <= high])


def _line(values: Sequence[float | None], height: Callable[[float], float]) -> list[Point]:
    room = 100 / max(1, len(values))
    points: list[Point] = []
    before: tuple[float, float] | None = None
    for at, value in enumerate(values):
        if value is None:
            before = None
            continue
        point = Point(round((at + 0.5) * room, 4), height(value), before)
        points.append(point)
        before = point.x, point.y
    return points


def _parts(row: Sequence[int], most: int) -> list[Part]:
    parts: list[Part] = []
    below = 0
    for series, number in enumerate(row):
        if number > 0:
            top, ground = _y(below + number, most), _y(below, most)
            parts.append(Part(series, top, round(ground - top, 2)))
        below += max(number, 0)
    return parts


def _y(number: float, most: int) -> float:
    return round(HEIGHT - (HEIGHT - _TOP) * number / most, 2)


def _round_step(most: int) -> int:
    """Return a round number of which at most a few reach so far."""
    step = 1
    while most > step * _STEPS:
        digits = str(step)
        step = int({"1": "2", "2": "5", "5": "10"}[digits[0]] + digits[1:])
    return step
