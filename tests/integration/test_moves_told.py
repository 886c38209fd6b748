"""Who is told of comments goes on being told of them once, wherever their page went."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.conftest import PAGE, Clock
from tests.integration.dashboard_kit import add_person
from tests.integration.mail_kit import ADA, Mailing, browser, path_in
from tests.smtp_sink import SmtpSink
from widget.config import Config
from widget.domain.audit_log import By
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.moderation.move import merge_threads, move_comment, take_back
from widget.store import subscriptions

BY = By(actor="person:1")
OTHER = "https://example.org/other"
BOB = "bob@example.com"


@pytest.fixture
def mailing(config: Config, clock: Clock, smtp: SmtpSink) -> Iterator[Mailing]:
    world = Mailing(config, clock, smtp)
    world.start()
    yield world
    world.stop()


def merge(world: Mailing, url: str = PAGE, into: str = OTHER) -> int:
    """Merge two pages that have comments, of which everybody has been told."""
    world.posted(url=url), world.posted(url=into)
    world.deliver(seconds=61)
    world.clock.advance(hours=1)
    thread_id = world.thread(url=url)["thread"]["id"]
    return merge_threads(world.parts, thread_id, world.site, into, by=BY).id


def test_who_asked_for_the_comments_of_a_merged_page_gets_the_others(mailing: Mailing) -> None:
    mailing.subscribe()
    merge(mailing)
    assert mailing.deliver(hours=1) == []
    comment = mailing.posted(url=OTHER)
    (told,) = mailing.deliver(hours=1)
    assert told.recipients == (ADA,)
    assert f"{OTHER}#comment-{comment}" in told.text


def test_who_asked_for_both_pages_is_told_once_and_leaves_both_by_one_click(
    mailing: Mailing,
) -> None:
    mailing.subscribe()
    mailing.ask(url=OTHER)
    made = merge(mailing)
    mailing.posted(url=PAGE)
    (told,) = mailing.deliver(hours=1)
    leave = urlsplit(str(told.message["List-Unsubscribe"]).strip("<>")).path
    browser(mailing).post(leave, data={"List-Unsubscribe": "One-Click"})
    mailing.posted(url=OTHER)
    assert mailing.deliver(hours=1) == []
    take_back(mailing.parts, made, mailing.site, by=BY)
    mailing.posted(url=PAGE), mailing.posted(url=OTHER)
    assert mailing.deliver(hours=1) == []


def test_a_subscriber_sees_merged_pages_as_one(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.ask(url=OTHER)
    merge(mailing)
    with mailing.parts.database.read() as session:
        known = subscriptions.find_subscriber(session, mailing.parts.keys, mailing.site, ADA)
        assert known is not None
        (own,) = subscriptions.subscriptions_of(session, known.id)
        assert subscriptions.pages_of(session, [own])[own.id].url == OTHER


def test_a_merge_that_is_taken_back_leaves_everybody_what_they_asked_for(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.subscribe(BOB, url=OTHER)
    take_back(mailing.parts, merge(mailing), mailing.site, by=BY)
    mailing.posted(url=PAGE)
    assert [mail.recipients for mail in mailing.deliver(hours=1)] == [(ADA,)]
    mailing.posted(url=OTHER)
    assert [mail.recipients for mail in mailing.deliver(hours=1)] == [(BOB,)]


def test_nobody_is_told_again_of_a_comment_that_is_moved(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.subscribe(BOB, url=OTHER)
    one = mailing.posted()
    assert [mail.recipients for mail in mailing.deliver(hours=1)] == [(ADA,)]
    move_comment(mailing.parts, one, mailing.site, OTHER, by=BY)
    assert mailing.deliver(hours=1) == []


def test_a_mail_that_waits_tells_where_the_comment_is_by_then(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.subscribe(BOB, url=OTHER)
    one = mailing.posted()
    move_comment(mailing.parts, one, mailing.site, OTHER, by=BY)
    (told,) = mailing.deliver(hours=1)
    assert told.recipients == (BOB,)
    assert f"{OTHER}#comment-{one}" in told.text


def test_who_asked_for_replies_gets_those_on_the_page_the_comment_went_to(
    mailing: Mailing,
) -> None:
    one = mailing.posted(author={"name": "Ada", "email": ADA}, subscribe="replies")
    (asking,) = mailing.deliver()
    mailing.confirm(asking)
    move_comment(mailing.parts, one, mailing.site, OTHER, by=BY)
    reply = mailing.posted(url=OTHER, parent=one)
    (told,) = mailing.deliver(hours=1)
    assert told.recipients == (ADA,)
    assert f"{OTHER}#comment-{reply}" in told.text


def test_a_moderators_link_decides_also_after_the_comment_was_moved(mailing: Mailing) -> None:
    add_person(mailing.parts, "mia@example.org", Role.MODERATOR, mailing.site)
    mailing.set("words", mode="on", hold="casino")
    one = mailing.posted("casino")
    (mail,) = mailing.deliver(hours=1)
    move_comment(mailing.parts, one, mailing.site, OTHER, by=BY)
    path = path_in(mail, "/decide/")
    assert browser(mailing).get(path).status_code == 200
    browser(mailing).post(path, data={"act": "approve"})
    assert mailing.status(one) is Status.PUBLISHED
    assert mailing.thread(url=OTHER)["thread"]["count"] == 1


def test_feeds_tell_where_comments_are_and_keep_their_ids(mailing: Mailing) -> None:
    one, two = mailing.posted("First."), mailing.posted("Second.", url=OTHER)

    def ids(path: str) -> set[str]:
        text = mailing.client.get(f"/feeds/{path}").text
        return set(re.findall(r"<id>(tag:[^<]*)</id>", text))

    before = ids("blog.atom")
    assert len(before) == 2
    old = f"blog/thread.atom?url={PAGE}"
    assert len(ids(old)) == 1
    merge_threads(mailing.parts, mailing.comment(one).thread_id, mailing.site, OTHER, by=BY)
    assert (ids("blog.atom"), ids(old)) == (before, before)
    for path in ("blog.atom", old, f"blog/thread.atom?url={OTHER}"):
        text = mailing.client.get(f"/feeds/{path}").text
        assert all(f"{OTHER}#comment-{number}" in text for number in (one, two))
