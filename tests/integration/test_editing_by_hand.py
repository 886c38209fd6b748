"""A moderator's edit: readers see that it was one, the author's text is kept and comes back."""

import pytest
from flask import Flask

from tests.integration.dashboard_kit import Browser, a_browser, add_comment, add_person
from tests.integration.test_search import found
from widget.domain.comment import Comment, Status
from widget.domain.person import Role
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import comments, trails

MOD = "mod@example.org"
PAGE = {"site": "blog", "url": "https://example.org/article"}


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def save(desk: Browser, comment: Comment, body: str, seen: str | None = None) -> int:
    form = {"act": "save", "body": body, "seen": comment.source if seen is None else seen}
    return desk.post(f"/blog/comments/{comment.id}/edit", form).status_code


def shown(desk: Browser, **asked: str) -> dict[str, object]:
    page = desk.client.get("/api/v1/thread", query_string={**PAGE, **asked}).get_json()
    (comment,) = page["comments"]
    return dict(comment)


def stored(parts: Parts, comment: Comment) -> Comment:
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment.id)


def test_readers_see_the_new_text_and_that_a_moderator_wrote_it(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "You are *all* idiots.", status=Status.PUBLISHED)
    assert shown(desk)["edited_by"] is None
    assert save(desk, comment, "You are *all* wrong.\r\n") == 303
    public = shown(desk)
    assert public["html"] == "<p>You are <em>all</em> wrong.</p>\n"
    assert (public["edited_by"], bool(public["edited"])) == ("moderator", True)
    page = desk.client.get("/threads", query_string=PAGE).text
    assert "edited by a moderator" in page
    with parts.database.read() as session:
        last = trails.events_of(session, comment.id)[-1]
    assert (last.actor, last.reason) == ("person:1", "Edited by hand.")
    assert found(parts, site, text="wrong") == {comment.id}
    assert found(parts, site, text="idiots") == set()


def test_what_the_author_wrote_is_kept_through_several_edits_and_restored(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "First *mine*.", status=Status.PUBLISHED)
    save(desk, comment, "Second.")
    save(desk, stored(parts, comment), "Third.")
    assert stored(parts, comment).original_source == "First *mine*."
    assert "First *mine*." in desk.get(f"/blog/comments/{comment.id}/edit").text
    desk.post(f"/blog/comments/{comment.id}/edit", {"act": "restore"})
    public = shown(desk)
    assert (public["html"], public["edited"]) == ("<p>First <em>mine</em>.</p>\n", None)
    again = desk.post(f"/blog/comments/{comment.id}/edit", {"act": "restore"})
    assert again.status_code == 404


def test_what_was_typed_is_kept_where_it_cannot_be_saved(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Mine.")
    assert save(desk, comment, "  \u200b ") == 422
    assert save(desk, comment, "My correction.", seen="What it was before.") == 422
    form = {"act": "save", "body": "My correction.", "seen": "Other."}
    page = desk.post(f"/blog/comments/{comment.id}/edit", form).text
    assert "My correction." in page and "changed meanwhile" in page
    assert stored(parts, comment).source == "Mine."


def test_an_edit_runs_no_script_and_stays_what_it_was_in_the_queue(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Mine.")
    assert save(desk, comment, "<script>alert(1)</script> [x](javascript:alert(1))") == 303
    held = stored(parts, comment)
    assert held.status is Status.PENDING
    assert "<script" not in held.html and "href" not in held.html


def test_a_comment_whose_text_has_ended_is_not_edited(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Mine.", status=Status.DELETED)
    with parts.database.write() as session:
        comments.replace_text(session, comment.id, "", "")
    assert save(desk, comment, "Again.") == 404
