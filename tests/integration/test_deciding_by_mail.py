"""Moderators are told of held comments, and decide from the mail, once, by a button."""

from collections.abc import Iterator

import pytest

from tests.conftest import Clock
from tests.integration.mail_kit import Mailing, browser, path_in
from tests.smtp_sink import SmtpSink, Taken
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.person import Person, Role
from widget.domain.subscription import Rhythm
from widget.moderation.decide import change_status
from widget.store import moderator_mail, people

MIA, OWN = "mia@example.org", "own@example.org"


@pytest.fixture
def mailing(config: Config, clock: Clock, smtp: SmtpSink) -> Iterator[Mailing]:
    world = Mailing(config, clock, smtp)
    world.start(policy="hold")
    yield world
    world.stop()


@pytest.fixture
def mia(mailing: Mailing) -> Person:
    """Return a moderator of the site."""
    return _person(mailing, MIA, Role.MODERATOR)


def _person(mailing: Mailing, email: str, role: Role | None) -> Person:
    parts = mailing.parts
    with parts.database.write() as session:
        person = people.add_person(session, parts.keys, email, mailing.clock())
        if role is not None:
            people.set_role(session, person.id, mailing.site.id, role)
    return person


def _told(mailing: Mailing, body: str = "A comment.") -> tuple[int, Taken]:
    comment = mailing.posted(body, author={"name": "Ada", "email": "ada@example.net"})
    (mail,) = mailing.deliver()
    return comment, mail


def test_moderators_of_the_site_are_told_at_once_and_nobody_else(
    mailing: Mailing, mia: Person
) -> None:
    _person(mailing, "stranger@example.org", None)
    _, mail = _told(mailing, "Is *this* fine?")
    assert mail.recipients == (mia.email,)
    assert mail.message["Subject"] == "Blog: 1 comment waits"
    assert "Is *this* fine?" in mail.text
    assert "Ada on https://example.org/article" in mail.text
    assert "ada@example.net" not in mail.message.as_string()


def test_a_look_at_the_link_decides_nothing_and_the_button_does(
    mailing: Mailing, mia: Person
) -> None:
    comment, mail = _told(mailing)
    path = path_in(mail, "/decide/")
    for _ in range(3):
        page = browser(mailing).get(path)
        assert (page.status_code, "What shall become of this comment?" in page.text) == (200, True)
    assert mailing.status(comment) is Status.PENDING
    done = browser(mailing).post(path, data={"act": "approve"})
    assert "It is published." in done.text
    assert mailing.status(comment) is Status.PUBLISHED
    last = mailing.events(comment)[-1]
    assert (last.actor, last.reason) == (mia.actor, "Decided from a mail.")


def test_a_link_is_of_no_use_once_anybody_has_decided(mailing: Mailing, mia: Person) -> None:
    comment, mail = _told(mailing)
    path = path_in(mail, "/decide/")
    change_status(mailing.parts, comment, Status.SPAM, actor="person:99")
    late = browser(mailing).post(path, data={"act": "approve"})
    assert late.status_code == 409
    assert "Somebody has decided on this comment meanwhile." in late.text
    assert mailing.status(comment) is Status.SPAM


def test_a_refusal_from_the_mail_tells_the_author_why(mailing: Mailing, mia: Person) -> None:
    comment, mail = _told(mailing)
    form = {"act": "reject", "message": "Please stay with the topic."}
    assert browser(mailing).post(path_in(mail, "/decide/"), data=form).status_code == 200
    assert mailing.events(comment)[-1].message == "Please stay with the topic."


def test_too_long_a_message_loses_nothing_and_decides_nothing(
    mailing: Mailing, mia: Person
) -> None:
    comment, mail = _told(mailing)
    form = {"act": "reject", "message": "x" * 501}
    answer = browser(mailing).post(path_in(mail, "/decide/"), data=form)
    assert (answer.status_code, mailing.status(comment)) == (422, Status.PENDING)


def test_who_moderates_here_no_more_decides_no_more(mailing: Mailing, mia: Person) -> None:
    comment, mail = _told(mailing)
    with mailing.parts.database.write() as session:
        people.set_role(session, mia.id, mailing.site.id, None)
    path = path_in(mail, "/decide/")
    assert browser(mailing).get(path).status_code == 403
    assert browser(mailing).post(path, data={"act": "approve"}).status_code == 403
    assert mailing.status(comment) is Status.PENDING


def test_a_link_ends_after_two_weeks(mailing: Mailing, mia: Person) -> None:
    _, mail = _told(mailing)
    mailing.clock.advance(days=14, seconds=5)
    assert browser(mailing).get(path_in(mail, "/decide/")).status_code == 403


def test_an_act_that_there_is_not_is_refused(mailing: Mailing, mia: Person) -> None:
    comment, mail = _told(mailing)
    answer = browser(mailing).post(path_in(mail, "/decide/"), data={"act": "restore"})
    assert (answer.status_code, mailing.status(comment)) == (400, Status.PENDING)


def test_what_is_decided_before_the_mail_goes_out_is_in_none(mailing: Mailing, mia: Person) -> None:
    comment = mailing.posted()
    change_status(mailing.parts, comment, Status.PUBLISHED, actor="person:99")
    assert mailing.deliver(hours=1) == []


def test_a_moderator_chooses_to_be_told_daily_or_never(mailing: Mailing, mia: Person) -> None:
    for rhythm in (Rhythm.DAILY, None):
        with mailing.parts.database.write() as session:
            moderator_mail.set_moderator_rhythm(session, mia.id, rhythm)
        mailing.posted("One.")
        mailing.posted("Two.")
        assert mailing.deliver() == []
        sent = mailing.deliver(days=1)
        assert [mail.message["Subject"] for mail in sent] == (
            ["Blog: 2 comments wait"] if rhythm else []
        )


def test_comments_that_are_held_one_after_the_other_come_together(
    mailing: Mailing, mia: Person
) -> None:
    _told(mailing)
    mailing.posted("Two.")
    mailing.posted("Three.")
    assert mailing.deliver(minutes=1) == []
    (mail,) = mailing.deliver(minutes=10)
    assert mail.message["Subject"] == "Blog: 2 comments wait"
