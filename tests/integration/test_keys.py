"""Rotating the keys: everything is encrypted anew, and all of it still reads."""

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Run, execute
from widget.store.keys import FILE_NAME, new_key

MAIL = "ada@example.net"
PAGE = ("--site", "blog", "--url", "https://example.org/a")
SEALED = (("comment", "email"), ("person", "email"), ("plugin_setting", '"values"'))


def fill(run: Run, tmp_path: Path) -> None:
    """Make a site with a setting, a person, and comments with emails."""
    rows = [{"id": n, "email": f"{n}-{MAIL}", "body": f"Number {n}."} for n in range(1, 4)]
    (tmp_path / "thread.json").write_text(json.dumps({"comments": rows}))
    for arguments in (
        ("site", "add", "blog", "--host", "example.org", "--set", "rate_limit.mode=off"),
        ("user", "add", MAIL, "--role", "admin"),
        ("import", "json", "thread.json", *PAGE),
    ):
        done = run(*arguments)
        assert done.code == 0, done.err


def key_ids(home: Path) -> set[bytes]:
    """Return which keys the stored values are encrypted with."""
    asked = [f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL" for table, column in SEALED]
    return {bytes(row[0])[:4] for rows in execute(home, *asked) for row in rows}


def test_after_a_rotation_everything_is_under_the_new_key_and_reads_as_before(
    run: Run, home: Path, tmp_path: Path
) -> None:
    fill(run, tmp_path)
    before = key_ids(home)
    assert len(before) == 1

    done = run("keys", "rotate")

    assert (done.code, done.err) == (0, "")
    assert "Encrypted 5 values" in done.out
    assert "Restart" in done.out
    after = key_ids(home)
    assert len(after) == 1
    assert after.isdisjoint(before)
    assert [row["email"] for row in run("user", "list", "--json").rows] == [MAIL]
    assert run("site", "show", "blog", "--json").rows["settings"]["rate_limit"]["mode"] == "off"
    # Known by the hashes that were kept: the same person and comments, not new ones.
    run("user", "add", MAIL, "--role", "admin")
    assert len(run("user", "list", "--json").rows) == 1
    assert "3 were known" in run("import", "json", "thread.json", *PAGE).out
    assert len(json.loads((home / FILE_NAME).read_text())["keys"]) == 2
    assert "Encrypted 5 values" in run("keys", "rotate").out


def test_configured_keys_are_rotated_by_putting_a_new_one_first(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(), new_key()
    monkeypatch.setenv("COMMENT_WIDGET_SECRET_KEYS", old)
    fill(run, tmp_path)
    before = key_ids(home)
    monkeypatch.setenv("COMMENT_WIDGET_SECRET_KEYS", f"{new},{old}")
    assert run("keys", "rotate").code == 0
    assert key_ids(home).isdisjoint(before)
    assert not (home / FILE_NAME).exists()
    monkeypatch.setenv("COMMENT_WIDGET_SECRET_KEYS", old)
    lost = run("user", "list")
    assert (lost.code, lost.out) == (1, "")
    assert lost.err == "Error: A stored value was encrypted with a key that is gone.\n"


def test_no_email_is_in_the_clear_in_the_folder(run: Run, home: Path, tmp_path: Path) -> None:
    fill(run, tmp_path)
    for path in home.iterdir():
        assert MAIL.encode() not in path.read_bytes(), path.name
