"""The overview of a site with very many comments: how soon it is there.

    python -m benchmarks.overview [--comments 1000000]

Comments of a year with their decisions and trails are written straight into a database whose schema
is that before days were counted; the upgrade counts them, which is timed, too. Then the overview
is made again and again.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config as Alembic
from alembic.script import ScriptDirectory
from sqlalchemy import text

from widget import paths
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.site import SiteSettings
from widget.moderation.overview import overview
from widget.publication.parts import Parts
from widget.store import schema, sites
from widget.store.database import WRITES

GOAL_MS = 100.0
THREADS = 10_000
ROUNDS = 9
_BATCH = 10_000
_COMMENT = (
    "INSERT INTO comment (id, site_id, thread_id, status, visible, reply_count, avatar, answers,"
    " source, html, created, score, pinned, featured) VALUES (:id, 1, :thread, :status, :visible,"
    " 0, 'a', '{}', 'Text.', '<p>Text.</p>', :created, 0, :no, :no)"
)
_EVENT = (
    "INSERT INTO event (comment_id, before, after, actor, reason, at)"
    " VALUES (:comment, :before, :after, :actor, '', :at)"
)
_TRAIL = (
    "INSERT INTO trail (comment_id, round, plugin, version, mode, answer, outcome, reason,"
    " duration_ms, settings_revision, at) VALUES (:comment, 1, :plugin, '1', 'on', 'verdict',"
    " 'hold', '', 1.0, 1, :at)"
)


def main() -> int:
    """Seed, upgrade, ask; 1 past the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comments", type=int, default=1_000_000)
    count = parser.parse_args().comments
    with tempfile.TemporaryDirectory() as folder:
        parts = parts_of(create_app(Config(home=Path(folder))))
        _before_days(parts)
        _seed(parts, count)
        began = time.perf_counter()
        schema.upgrade(parts.database)
        print(f"{count:,} comments: the upgrade took {time.perf_counter() - began:.1f} s")
        slowest = max(_ask(parts, days) for days in (30, 90, 365))
        parts.database.engine.dispose()
    return int(slowest > GOAL_MS)


def _before_days(parts: Parts) -> None:
    config = Alembic()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    scripts = ScriptDirectory(str(paths.MIGRATIONS)).walk_revisions()
    (ours,) = [script for script in scripts if script.path.endswith("overview.py")]
    engine = parts.database.engine
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, str(ours.down_revision))


def _seed(parts: Parts, count: int) -> None:
    now = datetime.now(UTC)
    with parts.database.write() as session:
        settings = json.dumps(SiteSettings().model_dump(mode="json"))
        session.execute(
            text(
                "INSERT INTO site (id, key, title, hosts, settings, version, created)"
                " VALUES (1, 'blog', 'Blog', '[]', :settings, 1, :now)"
            ),
            {"settings": settings, "now": _moment(now)},
        )
        session.execute(
            text(
                "INSERT INTO thread (id, site_id, key, url, state, version, count, created)"
                " VALUES (:id, 1, :key, 'https://example.org/', 'open', 1, 0, :now)"
            ),
            [{"id": n, "key": f"url:{n}", "now": _moment(now)} for n in range(1, THREADS + 1)],
        )
    for begin in range(0, count, _BATCH):
        _add(parts, range(begin, min(count, begin + _BATCH)), count, now)


def _add(parts: Parts, numbers: range, count: int, now: datetime) -> None:
    rows, events, trail = [], [], []
    for number in numbers:
        at = now - timedelta(days=365 * (count - number) / count)
        held = number % 5 == 0
        # One in a thousand waits; the rest of those held was decided on.
        after = "pending" if number % 1000 == 0 else "spam" if number % 10 == 0 else "published"
        comment = number + 1
        rows.append(
            {"id": comment, "thread": number % THREADS + 1, "status": after, "no": False}
            | {"visible": after == "published", "created": _moment(at)}
        )
        first = {"comment": comment, "before": None, "actor": "pipeline", "at": _moment(at)}
        events.append(first | {"after": "pending" if held else after})
        if held:
            trail.append({"comment": comment, "plugin": f"plugin_{number % 7}", "at": _moment(at)})
        if held and after != "pending":
            later = _moment(at + timedelta(minutes=number % 3000))
            decided = {"comment": comment, "before": "pending", "after": after, "at": later}
            events.append(decided | {"actor": "person:1"})
    with parts.database.write() as session:
        session.execute(text(_COMMENT), rows)
        session.execute(text(_EVENT), events)
        session.execute(text(_TRAIL), trail)


def _moment(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ")


def _ask(parts: Parts, days: int) -> float:
    with parts.database.read() as session:
        site = sites.list_sites(session)[0]
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = overview(parts, site, days)
        took.append((time.perf_counter() - began) * 1000)
    median = statistics.median(took)
    print(f"{days:4} days, {found.whole.comments:9,} comments: {median:6.1f} ms")
    return median


if __name__ == "__main__":
    sys.exit(main())
