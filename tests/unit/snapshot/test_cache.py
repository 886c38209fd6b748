"""Snapshots: never an old state after a publish, whoever builds meanwhile; bounded in memory."""

import math
from pathlib import Path

import pytest

from widget.domain.errors import Busy
from widget.snapshot.cache import Snapshot, Snapshots
from widget.snapshot.encode import encode
from widget.snapshot.marks import Marks

THREAD = ("blog", "url:example.org/a")


def snapshot(version: int, *, size: int = 10, thread: tuple[str, str] = THREAD) -> Snapshot:
    return Snapshot(
        site_id=1,
        thread=thread,
        site_version=1,
        thread_version=version,
        encoded=encode({"version": version, "text": "x" * size}),
    )


class Database:
    """The versions that the database would tell."""

    def __init__(self) -> None:
        self.version = 1
        self.asked = 0
        self.is_up = True

    def __call__(self, _: Snapshot) -> tuple[int | None, int]:
        self.asked += 1
        if not self.is_up:
            raise Busy("down")
        return (1, self.version)


def test_what_was_put_is_handed_out_without_asking_the_database_each_time() -> None:
    database = Database()
    kept = Snapshots(1_000_000, database)
    kept.put("q", snapshot(1))
    for _ in range(100):
        assert kept.get("q") is not None
    # Once: something may have changed between building it and putting it here.
    assert database.asked == 1


def test_after_a_publish_nothing_older_is_handed_out() -> None:
    kept = Snapshots(1_000_000, Database())
    kept.put("q", snapshot(1))
    kept.put("q&sort=newest", snapshot(1))
    kept.drop(THREAD, 2)
    assert kept.get("q") is None
    assert kept.get("q&sort=newest") is None


def test_a_snapshot_that_was_overtaken_while_it_was_built_is_not_kept() -> None:
    database = Database()
    kept = Snapshots(1_000_000, database)
    old = snapshot(1)  # built from what the database said before the publish
    database.version = 2
    kept.drop(THREAD, 2)
    kept.put("q", old)
    assert kept.get("q") is None
    kept.put("q", snapshot(2))
    assert kept.get("q") is not None


def test_a_change_on_another_machine_is_seen_when_trust_ends() -> None:
    database = Database()
    kept = Snapshots(1_000_000, database)
    kept.put("q", snapshot(1))
    assert kept.get("q") is not None
    database.version = 2
    held = kept.get("q")
    assert held is not None  # still trusted
    held.checked = -math.inf
    assert kept.get("q") is None


def test_a_change_in_another_process_is_seen_at_once(tmp_path: Path) -> None:
    database = Database()
    here, there = (Snapshots(1_000_000, database, Marks(tmp_path / "marks")) for _ in range(2))
    here.put("q", snapshot(1))
    assert here.get("q") is not None
    database.version = 2
    there.drop(THREAD, 2)
    assert here.get("q") is None


def test_a_change_of_a_site_in_another_process_is_seen_at_once(tmp_path: Path) -> None:
    database = Database()
    here, there = (Snapshots(1_000_000, database, Marks(tmp_path / "marks")) for _ in range(2))
    here.put("q", snapshot(1))
    assert here.get("q") is not None
    there.drop_site(1)
    asked = database.asked
    assert here.get("q") is not None
    assert database.asked == asked + 1


def test_a_change_on_another_page_by_another_process_costs_nothing(tmp_path: Path) -> None:
    database = Database()
    here, there = (Snapshots(1_000_000, database, Marks(tmp_path / "marks")) for _ in range(2))
    here.put("q", snapshot(1))
    assert here.get("q") is not None
    there.drop(("blog", "url:example.org/b"), 2)
    asked = database.asked
    assert here.get("q") is not None
    assert database.asked == asked


def test_what_changed_while_a_snapshot_was_built_is_seen_at_once(tmp_path: Path) -> None:
    database = Database()
    here, there = (Snapshots(1_000_000, database, Marks(tmp_path / "marks")) for _ in range(2))
    old = snapshot(1)
    database.version = 2
    there.drop(THREAD, 2)
    here.put("q", old)
    assert here.get("q") is None


def test_where_there_can_be_no_file_of_marks_a_process_works_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Snapshots(1_000_000, Database(), Marks(tmp_path / "file" / "marks"))
    kept.put("q", snapshot(1))
    assert kept.get("q") is not None
    kept.drop(THREAD, 2)
    assert kept.get("q") is None


def test_a_database_that_gives_no_answer_confirms_nothing() -> None:
    database = Database()
    kept = Snapshots(1_000_000, database)
    kept.put("q", snapshot(1))
    held = kept.get("q")
    assert held is not None
    held.checked = -math.inf
    database.is_up = False
    for _ in range(2):
        with pytest.raises(Busy):
            kept.get("q")
    database.is_up = True
    assert kept.get("q") is held


def test_a_publish_on_one_page_leaves_the_others() -> None:
    kept = Snapshots(1_000_000, Database())
    kept.put("q", snapshot(1))
    kept.drop(("blog", "url:example.org/b"), 9)
    assert kept.get("q") is not None


def test_a_change_of_the_site_drops_all_its_pages() -> None:
    kept = Snapshots(1_000_000, Database())
    kept.put("q", snapshot(1))
    kept.drop_site(1)
    assert kept.get("q") is None
    assert kept.size == 0


def test_memory_is_bounded_and_comes_back() -> None:
    kept = Snapshots(50_000, Database())
    for number in range(200):
        kept.put(f"q{number}", snapshot(1, size=500, thread=("blog", f"url:{number}")))
        assert kept.size <= 50_000
    assert kept.get("q199") is not None
    assert kept.get("q0") is None
    for number in range(200):
        kept.drop(("blog", f"url:{number}"), 2)
    assert kept.size == 0
