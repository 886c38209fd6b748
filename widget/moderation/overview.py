"""overview(): what came in on a site, what became of it, who decided, and how long that took."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from widget.domain.comment import PIPELINE, Status
from widget.domain.day_count import PEOPLE, Counted, Counts, day_of, percentile
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import day_counts
from widget.store.day_counts import by_day
from widget.store.queue import FLAGGED, queue_counts
from widget.store.to_do import PageToDo, pages_to_do

#: Up to so many days are told one by one, more of them by weeks.
BY_DAY = 92
#: The longest time that is looked at, days.
MOST_DAYS = 3660
_PAGES = 10
_OF_PLUGINS = (Counted.OBJECTED, Counted.JUDGED, Counted.OVERRULED)
_OF_DAYS = (Counted.STATUS, Counted.DECIDED, Counted.WAITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened from one day to another, both included.

    ``stand`` are the comments that were written then, by where they stand now. ``by_pipeline`` and
    ``by_people`` are decisions made then; ``waited`` how many held comments had waited for people
    for how long, by the steps of ``domain.day_count``.
    """

    since: date
    until: date
    stand: Mapping[str, int]
    by_pipeline: int = 0
    by_people: int = 0
    waited: Mapping[int, int] = field(default_factory=dict)

    @property
    def comments(self) -> int:
        """Return how many comments were written."""
        return sum(self.stand.values())

    @property
    def median_s(self) -> float | None:
        """Return within how many seconds people decided on half of what was held."""
        return percentile(self.waited, 0.5)

    @property
    def p90_s(self) -> float | None:
        """Return within how many seconds people decided on nine tenths of what was held."""
        return percentile(self.waited, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """To how many comments a plugin objects, and what people made of those."""

    plugin: str
    objected: int
    judged: int
    overruled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of a site over some days, the last of them today.

    ``steps`` are its days or weeks, the oldest first. ``before`` is how many comments were written
    in as many days before. ``waiting`` and ``reported`` are what waits now, counted up to
    ``store.queue.COUNT_LIMIT``.
    """

    days: int
    is_daily: bool
    whole: Figures
    steps: Sequence[Figures]
    before: int
    plugins: Sequence[Objections]
    pages: Sequence[PageToDo]
    waiting: int
    reported: int


def overview(parts: Parts, site: Site, days: int) -> Overview:
    """Return the figures of a site over so many days (UTC), today among them."""
    today = day_of(parts.now())
    since = today - timedelta(days=days - 1)
    earlier = since - timedelta(days=days)
    with parts.database.read() as session:
        counts = by_day(session, site.id, since, today, _OF_DAYS)
        of_plugins = day_counts.totals(session, site.id, since, today, _OF_PLUGINS)
        before = day_counts.totals(
            session, site.id, earlier, since - timedelta(days=1), (Counted.STATUS,)
        )
        pages = pages_to_do(session, site.id, _PAGES)
        waits = queue_counts(session, site.id)
    daily = days <= BY_DAY
    spans = list(_spans(since, today, daily=daily))
    return Overview(
        days=days,
        is_daily=daily,
        whole=_figures(since, today, counts),
        steps=_steps(spans, counts),
        before=before.total(),
        plugins=_objections(of_plugins),
        pages=pages,
        waiting=waits[Status.PENDING.value],
        reported=waits[FLAGGED],
    )


def in_words(seconds: float | None) -> str:
    """Return a time of waiting in its largest unit."""
    if seconds is None:
        return "–"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            number = seconds / length
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{seconds:.0f} s"


def _spans(since: date, until: date, *, daily: bool) -> Iterator[tuple[date, date]]:
    """Yield the days, or the weeks from Monday to Sunday as far as they lie between the two."""
    first = since
    while first <= until:
        last = first if daily else min(until, first + timedelta(days=6 - first.weekday()))
        yield first, last
        first = last + timedelta(days=1)


def _steps(spans: Sequence[tuple[date, date]], counts: Counts) -> list[Figures]:
    """Return the figures of each span; each day's counts are looked at once."""
    span_of = {
        first + timedelta(days=number): at
        for at, (first, last) in enumerate(spans)
        for number in range((last - first).days + 1)
    }
    parted: list[Counts] = [Counter() for _ in spans]
    for key, number in counts.items():
        parted[span_of[key[0]]][key] = number
    return [_figures(*span, own) for span, own in zip(spans, parted, strict=True)]


def _figures(since: date, until: date, counts: Counts) -> Figures:
    stand = {status.value: 0 for status in Status}
    decided: Counter[str] = Counter()
    waited: Counter[int] = Counter()
    for (_, what, name), number in counts.items():
        if what is Counted.STATUS:
            stand[name] += number
        elif what is Counted.DECIDED:
            decided[name] += number
        else:
            waited[int(name)] += number
    return Figures(
        since=since,
        until=until,
        stand=stand,
        by_pipeline=decided[PIPELINE],
        by_people=decided[PEOPLE],
        waited=waited,
    )


def _objections(counts: Counter[tuple[Counted, str]]) -> list[Objections]:
    """Return each plugin that objected to anything, the one that did most first."""
    plugins = {name for (what, name), number in counts.items() if what is Counted.OBJECTED}
    found = [
        Objections(
            plugin=name,
            objected=counts[Counted.OBJECTED, name],
            judged=counts[Counted.JUDGED, name],
            overruled=counts[Counted.OVERRULED, name],
        )
        for name in plugins
        if counts[Counted.OBJECTED, name] > 0
    ]
    return sorted(found, key=lambda one: (-one.objected, one.plugin))
