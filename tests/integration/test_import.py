"""An import brings a thread over as it was: in order, unharmed, once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import PAGE
from widget.domain.errors import HostNotAllowed, Invalid
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import audit
from widget.transfer.importer import Report, import_thread
from widget.transfer.plain_json import read_plain_json

THREAD: dict[str, Any] = {
    "title": "Should the old harbour become a park?",
    "article": "What the page said. Nobody needs it here.",
    "comments": [
        {"id": 1, "parent": None, "name": "Marta", "body": "“Yes” – and it’s about time…"},
        {"id": 2, "parent": None, "name": "", "body": "Cranes are old.\n\nKeep two.\nOr three."},
        {"id": 3, "parent": 1, "name": "Jón Þór", "body": "Who pays? «The city», they say."},
        {"id": 4, "parent": 3, "name": None, "body": "5 < 6 & nobody <b>ever</b> asks"},
        {"id": 5, "parent": 1, "name": "Marta", "body": "Read https://example.org/p?a=1&b=2 first"},
        {"id": 6, "parent": None, "name": "王芳", "body": "海港很美。👍"},
    ],
    "notices": ["left out"],
}  # fmt: skip


@pytest.fixture
def run(parts: Parts, site: Site, tmp_path: Path) -> Callable[..., Report]:
    def run_import(thread: object, url: str = PAGE, *, dry_run: bool = False) -> Report:
        file = tmp_path / "thread.json"
        file.write_text(json.dumps(thread), encoding="utf-8")
        return import_thread(parts, site, url, read_plain_json(file), dry_run=dry_run)

    return run_import


def of(*rows: tuple[object, object, str]) -> dict[str, Any]:
    """Return a file of comments, each given by its id, parent and text."""
    keys = ("id", "parent", "body")
    return {"title": "T", "comments": [dict(zip(keys, row, strict=True)) for row in rows]}


def page(client: FlaskClient, url: str = PAGE) -> dict[str, Any]:
    answer = client.get("/api/v1/thread", query_string={"site": "blog", "url": url})
    found: dict[str, Any] = answer.get_json()
    return found


def texts(comments: list[dict[str, Any]]) -> list[Any]:
    """Return the texts of comments, each with those of its replies."""
    return [
        (comment["html"].removeprefix("<p>").removesuffix("</p>\n"),
         texts(comment["replies"]["comments"]))
        for comment in comments
    ]  # fmt: skip


def test_a_thread_is_shown_whole_in_order_with_its_replies_and_unharmed(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    report = run(THREAD)

    assert (report.added, report.known, report.left_out) == (6, 0, [])
    shown = page(client)
    assert shown["thread"]["count"] == 6
    assert shown["thread"]["title"] == THREAD["title"]
    link = (
        'Read <a href="https://example.org/p?a=1&amp;b=2" rel="nofollow ugc noopener noreferrer">'
        "https://example.org/p?a=1&amp;b=2</a> first"
    )
    assert texts(shown["comments"]) == [
        (
            "“Yes” – and it’s about time…",
            [
                (
                    "Who pays? «The city», they say.",
                    [("5 &lt; 6 &amp; nobody &lt;b&gt;ever&lt;/b&gt; asks", [])],
                ),
                (link, []),
            ],
        ),
        ("Cranes are old.</p>\n<p>Keep two.<br>\nOr three.", []),
        ("海港很美。👍", []),
    ]
    names = [comment["author"]["name"] for comment in shown["comments"]]
    assert names == ["Marta", None, "王芳"]


def test_a_second_run_adds_nothing(
    run: Callable[..., Report], client: FlaskClient, parts: Parts
) -> None:
    run(THREAD)
    before = page(client)
    again = run(THREAD)
    assert (again.added, again.known) == (0, 6)
    assert page(client)["comments"] == before["comments"]
    with parts.database.read() as session:
        assert audit.wrong_counts(session) == []


def test_a_file_that_has_grown_adds_what_is_new_under_what_is_there(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    run(THREAD)
    more = {
        **THREAD,
        "comments": [*THREAD["comments"], {"id": 7, "parent": 6, "body": "So is ours."}],
    }
    assert (run(more).added, page(client)["thread"]["count"]) == (1, 7)
    assert texts(page(client)["comments"])[2] == ("海港很美。👍", [("So is ours.", [])])


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    report = run(THREAD, dry_run=True)
    assert (report.added, report.known) == (6, 0)
    assert page(client)["thread"]["id"] is None
    run(THREAD)
    report = run(THREAD, dry_run=True)
    assert (report.added, report.known) == (0, 6)


def test_the_same_numbers_on_another_page_are_other_comments(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    run(of((1, None, "Here."), (2, 1, "Reply here.")))
    other = "https://example.org/other"
    report = run(of((1, None, "There."), (2, 1, "Reply there.")), other)
    assert (report.added, report.known) == (2, 0)
    assert texts(page(client)["comments"]) == [("Here.", [("Reply here.", [])])]
    assert texts(page(client, other)["comments"]) == [("There.", [("Reply there.", [])])]


def test_answers_may_stand_before_what_they_answer(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    run(of((3, 2, "Third."), (2, 1, "Second."), (4, None, "Fourth."), (1, None, "First.")))
    assert texts(page(client)["comments"]) == [
        ("First.", [("Second.", [("Third.", [])])]),
        ("Fourth.", []),
    ] or texts(page(client)["comments"]) == [
        ("Fourth.", []),
        ("First.", [("Second.", [("Third.", [])])]),
    ]


def test_a_long_chain_in_the_wrong_order_is_sorted_out_at_once(run: Callable[..., Report]) -> None:
    rows = [(n, n - 1 if n > 1 else None, f"Number {n}.") for n in range(3_000, 0, -1)]
    assert run(of(*rows), dry_run=True).added == 3_000


@pytest.mark.parametrize(
    ("thread", "words"),
    [
        (of((1, 2, "a"), (2, 1, "b")), "circle"),
        (of((1, 1, "a")), "circle"),
        (of((9, None, "x"), (1, 3, "a"), (2, 1, "b"), (3, 2, "c")), "circle"),
        (of((1, 99, "a")), "99"),  # answers what is not there
        (of((1, None, "a"), (1, None, "b")), "same id"),
        ({"title": "T"}, "comments"),
        ({"comments": [{"id": 1}]}, "body"),
        ({"comments": [{"body": "x"}]}, "id"),
        ({"comments": "all of them"}, "comments"),
        ([], "file"),
    ],
)
def test_what_makes_no_thread_is_refused_whole_with_the_reason(
    run: Callable[..., Report], client: FlaskClient, thread: object, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        run(thread)
    said = " ".join(f"{fault.field} {fault.message}" for fault in caught.value.errors)
    assert words in said
    assert page(client)["thread"]["id"] is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null"])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Invalid):
        read_plain_json(tmp_path / "x.json")


def test_what_cannot_be_taken_is_left_out_and_said_with_its_answers(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    report = run(of((1, None, "\u200b"), (2, 1, "To nothing."), (3, None, "Taken.")))
    assert report.added == 1
    assert [line.split(":")[0] for line in report.left_out] == ["1", "2"]
    assert texts(page(client)["comments"]) == [("Taken.", [])]


def test_a_page_of_another_site_is_refused(run: Callable[..., Report]) -> None:
    with pytest.raises(HostNotAllowed):
        run(THREAD, "https://elsewhere.example/a")


def test_times_of_the_source_are_kept(run: Callable[..., Report], client: FlaskClient) -> None:
    rows = [
        {"id": "a", "body": "Old.", "created": "2015-11-25T11:00:00+01:00"},
        {"id": "b", "body": "Older.", "created": "2014-01-01T00:00:00Z"},
    ]
    run({"comments": rows})
    times = [comment["created"] for comment in page(client)["comments"]]
    assert times == ["2014-01-01T00:00:00Z", "2015-11-25T10:00:00Z"]


def test_an_email_in_the_source_is_in_no_answer(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    run({"comments": [{"id": 1, "name": "Ada", "email": "ada@example.net", "body": "Hello."}]})
    assert "ada@example.net" not in json.dumps(page(client))


def test_a_field_that_cannot_be_kept_is_told_and_costs_no_comment(
    run: Callable[..., Report], client: FlaskClient
) -> None:
    row = {"id": 1, "name": "Ada", "email": "at home", "website": "javascript:x", "body": "Hello"}
    report = run({"comments": [row]})
    assert report.added == 1
    assert [line.split(" as")[0] for line in report.left_out] == [
        "1: the email,",
        "1: the website,",
    ]
    (comment,) = page(client)["comments"]
    assert (comment["author"]["name"], comment["author"]["website"]) == ("Ada", None)
