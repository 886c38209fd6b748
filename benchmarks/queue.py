"""The queue of a site with very many comments: how soon each list and each search is there.

    python -m benchmarks.queue [--comments 1000000] [--database sqlite|postgresql]

Comments with words of very different frequency, authors, trails and decisions are written straight
into a fresh database and indexed as the job of an upgrade does it. Then a moderator's page is made
again and again for lists and searches, as the dashboard makes it: the comments with their trails,
the counts of the lists, and how many a search finds.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from tests.postgresql import AS_SHIPPED, running_postgresql
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.search import Search
from widget.domain.site import SiteSettings
from widget.http.dashboard.queue import MOST
from widget.publication.parts import Parts
from widget.store import queue, schema, search_index
from widget.store.queue import QueueQuery
from widget.store.tables import CommentRow, EventRow, SiteRow, ThreadRow, TrailRow

GOAL_MS = 100.0
THREADS = 10_000
AUTHORS = 60_000
ROUNDS = 9
_BATCH = 5_000
_VOCABULARY = 20_000
_WORDS_EACH = 30
_PLUGINS = ("links", "words", "duplicates", "learned_spam", "akismet")


@dataclass(frozen=True, slots=True)
class Question:
    """What a moderator asks for."""

    name: str
    query: QueueQuery


def main() -> int:
    """Seed, index, ask; 1 past the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if asked.database == "postgresql":
            url = stack.enter_context(running_postgresql(AS_SHIPPED)).new_database()
        parts = parts_of(create_app(Config(home=home, database_url=url)))
        schema.upgrade(parts.database)
        _timed(f"{asked.comments:,} comments written", lambda: _seed(parts, asked.comments))
        _timed("indexed", lambda: _index(parts, asked.comments))
        if asked.database == "postgresql":
            with parts.database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                    "VACUUM ANALYZE"
                )
        slowest = max(_ask(parts, question) for question in _questions(asked.comments))
        parts.database.engine.dispose()
    return int(slowest > GOAL_MS)


def _questions(count: int) -> Iterator[Question]:
    def asked(status: Status | None, **search: object) -> QueueQuery:
        wanted = Search(**search)  # type: ignore[arg-type]  # the fields of a search
        return QueueQuery(site_id=1, status=status, search=wanted)

    held, spam, public = Status.PENDING, Status.SPAM, Status.PUBLISHED
    day = date.today() - timedelta(days=200)
    yield Question("held", asked(held))
    yield Question("all", asked(None))
    yield Question("reported", QueueQuery(site_id=1, status=None, flagged=True))
    yield Question("all, deep", QueueQuery(site_id=1, status=None, after=count // 2))
    yield Question("all: the most frequent word", asked(None, text="w0"))
    yield Question("all: a rare word", asked(None, text=f"w{_VOCABULARY - 5}"))
    yield Question("held: the most frequent word", asked(held, text="w0"))
    yield Question("held: two frequent words", asked(held, text="w0 w1"))
    yield Question("spam: three frequent words together", asked(spam, text='"w0 w1 w2"'))
    yield Question("spam: a rare word", asked(spam, text=f"w{_VOCABULARY - 5}"))
    yield Question("published: begun words", asked(public, text="w19*"))
    yield Question("published: a word without another", asked(public, text="w3 -w0"))
    yield Question("spam: by a plugin", asked(spam, plugin="words"))
    yield Question("held: by a plugin and reason", asked(held, plugin="links", reason="7 links"))
    yield Question("all: of a day long ago", asked(None, since=day, until=day))
    yield Question("spam: of half a year", asked(spam, since=day))
    yield Question("all: on a page", asked(None, thread=17))
    yield Question("all: on pages by name", asked(None, page="article 123"))
    yield Question("all: of an author", asked(None, author=count // 2))
    yield Question("all: of an author, a word", asked(None, author=count // 2, text="w1"))
    yield Question("all: links to a host", asked(None, host="shop17.example"))


def _ask(parts: Parts, question: Question) -> float:
    took, found = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with parts.database.read() as session:
            page = queue.queue_page(session, parts.keys, question.query)
            queue.queue_counts(session, 1)
            if not question.query.search.is_empty:
                found = queue.count_found(session, question.query, MOST)
        took.append((time.perf_counter() - began) * 1000)
    median = statistics.median(took)
    print(f"| {question.name} | {len(page.items)} | {found:,} | {median:.1f} |", flush=True)
    return median


def _timed(what: str, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    print(f"{what} in {time.perf_counter() - began:.0f} s", flush=True)


def _index(parts: Parts, count: int) -> None:
    below: int | None = count + 1
    while below is not None:
        with parts.database.write() as session:
            below = search_index.index_below(session, below, 1000)


def _seed(parts: Parts, count: int) -> None:
    now = datetime.now(UTC)
    with parts.database.write() as session:
        settings = SiteSettings().model_dump(mode="json")
        session.execute(
            insert(SiteRow),
            {"id": 1, "key": "blog", "title": "Blog", "hosts": [], "settings": settings,
             "version": 1, "created": now},
        )  # fmt: skip
        session.execute(
            insert(ThreadRow),
            [
                {"id": n, "site_id": 1, "key": f"url:{n}", "url": f"https://example.org/{n}",
                 "title": f"An article {n}", "state": "open", "version": 1, "count": 0,
                 "created": now}
                for n in range(1, THREADS + 1)
            ],
        )  # fmt: skip
    chance = random.Random(20261123)
    words = [f"w{n}" for n in range(_VOCABULARY)]
    weights = [1 / (n + 1) for n in range(_VOCABULARY)]
    for begin in range(1, count + 1, _BATCH):
        ids = range(begin, min(count + 1, begin + _BATCH))
        texts = iter(chance.choices(words, weights, k=len(ids) * _WORDS_EACH))
        with parts.database.write() as session:
            _add(session.execute, ids, count, texts)


def _add(execute: Callable[..., object], ids: range, count: int, texts: Iterator[str]) -> None:
    now = datetime.now(UTC)
    rows, events, trail = [], [], []
    for one in ids:
        at = now - timedelta(days=365 * (count - one) / count)
        held = one % 5 == 0
        # One in a thousand waits; the rest of those held was decided on.
        status = "pending" if one % 1000 == 0 else "spam" if one % 10 == 0 else "published"
        body = " ".join(next(texts) for _ in range(_WORDS_EACH))
        link = f' <a href="https://shop{one % 997}.example/">x</a>' if one % 7 == 0 else ""
        rows.append(
            {"id": one, "site_id": 1, "thread_id": one % THREADS + 1, "status": status,
             "visible": status == "published", "reply_count": 0, "name": f"Name {one % 5000}",
             "email_hash": f"{one % AUTHORS:064x}", "avatar": "a", "answers": {}, "source": body,
             "html": f"<p>{body}{link}</p>", "created": at, "score": 0, "base_score": 0,
             "flag_count": int(one % 5000 == 1), "pinned": False, "featured": False}
        )  # fmt: skip
        events.append(
            {"comment_id": one, "site_id": 1, "before": None, "actor": "pipeline", "at": at,
             "after": "pending" if held else status, "reason": "links: 9 links."}
        )  # fmt: skip
        if held:
            trail.append(
                {"comment_id": one, "round": 1, "plugin": _PLUGINS[one // 5 % 5], "version": "1",
                 "mode": "on", "answer": "verdict", "outcome": "hold", "duration_ms": 1.0,
                 "reason": f"It has {one // 5 % 11} links.", "settings_revision": 1, "at": at}
            )  # fmt: skip
    execute(insert(CommentRow), rows)
    execute(insert(EventRow), events)
    execute(insert(TrailRow), trail)


if __name__ == "__main__":
    sys.exit(main())
