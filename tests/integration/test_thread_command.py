"""Pages by command: listed, shown, closed, given a policy, moved, merged, put back."""

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Done, Run

A, B = "https://example.org/a", "https://example.org/b"


@pytest.fixture
def blog(run: Run, tmp_path: Path) -> Run:
    """Return ``run`` with a site that has three comments on one page, one a reply."""
    assert run("site", "add", "blog", "--host", "example.org").code == 0
    rows = [
        {"id": 1, "body": "First."},
        {"id": 2, "body": "A reply.", "parent": 1},
        {"id": 3, "body": "Second."},
    ]
    (tmp_path / "thread.json").write_text(json.dumps({"title": "About bridges", "comments": rows}))
    assert run("import", "json", "thread.json", "--site", "blog", "--url", A).code == 0
    return run


def thread(run: Run, *words: str) -> Done:
    return run("thread", *words, "--site", "blog")


def counts(run: Run) -> dict[str, int]:
    return {row["url"]: row["count"] for row in thread(run, "list", "--json").rows}


def test_pages_are_listed_and_searched(blog: Run) -> None:
    (row,) = thread(blog, "list", "--json").rows
    assert (row["url"], row["title"], row["count"], row["state"]) == (A, "About bridges", 3, "open")
    assert "About bridges" in thread(blog, "list", "--search", "BRIDGES").out
    assert thread(blog, "list", "--search", "tunnels").out == ""
    assert thread(blog, "list", "--state", "closed").out == ""


def test_a_page_is_closed_and_opened_and_shown(blog: Run) -> None:
    assert thread(blog, "close", A).out == f"Closed {A}.\n"
    assert thread(blog, "show", A, "--json").rows["state"] == "closed"
    thread(blog, "open", A)
    shown = thread(blog, "show", A, "--json").rows
    assert (shown["state"], shown["stays_open"], shown["comments"]) == (
        "open", True, {"published": 3},
    )  # fmt: skip
    thread(blog, "open", A, "--let-close")
    assert not thread(blog, "show", A, "--json").rows["stays_open"]


def test_a_page_has_a_policy_before_anybody_comments_there(blog: Run) -> None:
    assert thread(blog, "policy", B, "hold").out == f"The policy of {B} is hold.\n"
    assert "policy: hold" in thread(blog, "show", B).out
    assert thread(blog, "policy", B, "site").out == f"The policy of {B} is its site’s.\n"


def test_a_comment_goes_with_its_replies_and_comes_back(blog: Run) -> None:
    assert thread(blog, "move", "1", B).out == (
        f"Moved 2 comments to {B}. To take it back: thread undo 1.\n"
    )
    assert counts(blog) == {A: 1, B: 2}
    assert f"{A} -> {B}" in thread(blog, "show", B).out
    assert f"{A} -> {B}" in blog("moderation", "show", "2").out
    assert blog("moderation", "show", "2", "--json").rows["moves"][0]["to"] == B
    assert thread(blog, "undo", "1").out == f"Brought 2 comments back to {A}.\n"
    assert counts(blog) == {A: 3, B: 0}
    assert "All counters are right." in blog("check").out


def test_two_pages_are_merged_and_parted(blog: Run) -> None:
    thread(blog, "merge", A, B)
    assert counts(blog) == {B: 3}
    shown = thread(blog, "show", A, "--json").rows
    assert (shown["url"], shown["merged"]) == (B, [A])
    assert f"also    {A}" in thread(blog, "show", B).out
    again = thread(blog, "merge", A, B)
    assert (again.code, again.err) == (1, "Error: to: This is the page itself.\n")
    thread(blog, "undo", "1")
    assert counts(blog) == {A: 3, B: 0}
    assert "All counters are right." in blog("check").out


def test_an_import_that_is_run_again_knows_what_was_moved_and_merged(blog: Run) -> None:
    thread(blog, "move", "1", B)
    thread(blog, "merge", A, "https://example.org/c")
    done = blog("import", "json", "thread.json", "--site", "blog", "--url", A)
    assert "3" in done.out
    assert sum(counts(blog).values()) == 3
    assert "All counters are right." in blog("check").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", B), "Nobody has commented on this page."),
        (("show", "id:nothing"), "Nobody has commented on this page."),
        (("move", "1", A), "to: The comment is on this page already."),
        (("move", "1", "id:nothing"), "to: No page has the thread id:nothing."),
        (("move", "1", "https://elsewhere.example/"), "not one of the site"),
        (("move", "999", B), "There is no such comment."),
        (("undo", "1"), "There is nothing to take back."),
    ],
)
def test_what_can_not_be_is_said_in_one_line(blog: Run, words: tuple[str, ...], said: str) -> None:
    done = thread(blog, *words)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert said in done.err
