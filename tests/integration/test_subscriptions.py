"""Readers ask for mail, confirm once, are told of each comment once, and leave by one click."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from tests.conftest import ORIGIN, PAGE, Clock
from tests.integration.mail_kit import ADA, Mailing, browser, path_in
from tests.smtp_sink import SmtpSink
from widget.config import Config
from widget.domain.comment import Status
from widget.moderation.decide import change_status, undo
from widget.store import mails, subscriptions

BOB = "bob@example.com"


@pytest.fixture
def mailing(config: Config, clock: Clock, smtp: SmtpSink) -> Iterator[Mailing]:
    world = Mailing(config, clock, smtp)
    world.start()
    yield world
    world.stop()


def test_the_form_offers_mail_only_where_the_server_sends_any(
    mailing: Mailing, config: Config
) -> None:
    assert mailing.thread()["form"]["subscriptions"] is True
    mailing.config = config
    mailing.start()
    assert mailing.thread()["form"]["subscriptions"] is False
    answer = mailing.ask()
    assert (answer.status_code, answer.get_json()["detail"]) == (403, "This site sends no mail.")


def test_a_reader_confirms_once_and_is_told_of_a_new_comment(mailing: Mailing) -> None:
    assert mailing.ask(title="Why bridges sing").get_json() == {
        "message": "Please look into your mail: a message with a link to confirm is on its way."
    }
    (asking,) = mailing.deliver()
    assert asking.recipients == (ADA,)
    assert asking.message["Subject"] == "Please confirm: comments of Blog by email"
    page = browser(mailing).get(path_in(asking, "/subscriptions/confirm/"))
    assert "Why bridges sing" in page.text
    assert mailing.confirm(asking).status_code == 303
    comment = mailing.posted("It *sings*.", author={"name": "Bob"})
    (told,) = mailing.deliver(seconds=61)
    assert told.recipients == (ADA,)
    assert told.message["Subject"] == "New comments on Why bridges sing"
    assert "Bob wrote on Why bridges sing" in told.text
    assert "It *sings*." in told.text
    assert "<em>sings</em>" in told.html
    assert f"{PAGE}#comment-{comment}" in told.text
    assert mailing.deliver(hours=2) == []


def test_looking_at_a_link_confirms_nothing(mailing: Mailing) -> None:
    mailing.ask()
    (asking,) = mailing.deliver()
    for _ in range(3):
        assert browser(mailing).get(path_in(asking, "/subscriptions/confirm/")).status_code == 200
    mailing.posted()
    assert mailing.deliver(seconds=61) == []


def test_the_answer_is_the_same_whether_the_address_was_known(mailing: Mailing) -> None:
    mailing.subscribe()
    known, unknown = mailing.ask(), mailing.ask("nobody@example.org")
    assert known.data == unknown.data
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert sorted(known.headers.keys()) == sorted(unknown.headers.keys())


def test_a_confirmed_address_is_not_asked_again_for_another_page(mailing: Mailing) -> None:
    mailing.subscribe()
    other = "https://example.org/other"
    mailing.ask(url=other)
    assert mailing.deliver() == []
    mailing.posted(url=other)
    (told,) = mailing.deliver(seconds=61)
    assert told.recipients == (ADA,)


def test_a_stranger_can_not_fill_a_mailbox(mailing: Mailing) -> None:
    for number in range(10):
        assert mailing.ask(url=f"https://example.org/{number}").status_code == 202
        mailing.clock.advance(seconds=1)
    assert len(mailing.deliver()) == 3
    assert len(mailing.deliver(days=1)) == 0
    mailing.ask()
    assert len(mailing.deliver()) == 1


def test_one_network_address_asks_for_so_much_mail_and_no_more(mailing: Mailing) -> None:
    answers = [
        mailing.client.post(
            "/api/v1/subscriptions",
            json={"site": "blog", "url": PAGE, "email": f"reader{number}@example.net"},
            headers={"Origin": ORIGIN},
        )
        for number in range(21)
    ]
    assert [answer.status_code for answer in answers] == [202] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "email",
    [
        "", "   ", "no-address", "a@b", "a@b.c\nBcc: eve@example.org",
        "a@example.net, b@example.net",
        "group: a@example.net, b@example.net;", "<a@example.net>", "a" * 300 + "@example.net",
        '"' + "(" * 200 + '"@example.net', "a@exa\x00mple.net",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_at_its_field(mailing: Mailing, email: str) -> None:
    answer = mailing.ask(email)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "email"
    assert mailing.deliver() == []


def test_a_page_of_another_site_can_not_be_subscribed_to_from_here(mailing: Mailing) -> None:
    assert mailing.ask(url="https://evil.example/").status_code == 403
    answer = mailing.client.post(
        "/api/v1/subscriptions",
        json={"site": "blog", "url": PAGE, "email": ADA},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_an_author_is_told_of_replies_to_their_comment_only(mailing: Mailing) -> None:
    own = mailing.posted(author={"name": "Ada", "email": ADA}, subscribe="replies")
    (asking,) = mailing.deliver(seconds=61)
    mailing.confirm(asking)
    mailing.posted("Elsewhere.")
    mailing.posted("To you.", parent=own, author={"name": "Bob"})
    mailing.posted("My own answer.", parent=own, author={"name": "Ada", "email": ADA})
    (told,) = mailing.deliver(seconds=61)
    assert "To you." in told.text
    assert "In reply to Ada" in told.text
    assert "Elsewhere." not in told.text
    assert "My own answer." not in told.text


def test_who_is_called_spam_makes_the_server_write_to_nobody(mailing: Mailing) -> None:
    mailing.set("words", mode="on", spam="casino")
    mailing.post("casino", author={"name": "Eve", "email": ADA}, subscribe="thread")
    assert mailing.deliver(seconds=61) == []


def test_nobody_is_told_of_what_is_held_and_all_are_once_it_is_published(
    mailing: Mailing,
) -> None:
    mailing.subscribe()
    mailing.set("words", mode="on", hold="bridge")
    held = mailing.posted("A bridge.")
    assert mailing.deliver(hours=1) == []
    change_status(mailing.parts, held, Status.PUBLISHED, actor="person:1")
    (told,) = mailing.deliver(seconds=61)
    assert "A bridge." in told.text


def test_an_undo_within_the_grace_recalls_the_mails(mailing: Mailing) -> None:
    mailing.subscribe()
    comment = mailing.posted()
    mailing.deliver(seconds=59)
    change_status(mailing.parts, comment, Status.SPAM, actor="person:1")
    assert mailing.deliver(hours=1) == []
    undo(mailing.parts, comment, actor="person:1")
    assert len(mailing.deliver(seconds=61)) == 1
    change_status(mailing.parts, comment, Status.SPAM, actor="person:1")
    undo(mailing.parts, comment, actor="person:1")
    assert mailing.deliver(hours=1) == []


def test_what_comes_in_a_busy_quarter_goes_out_together(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.posted("One.")
    assert len(mailing.deliver(seconds=61)) == 1
    mailing.posted("Two.")
    mailing.posted("Three.")
    assert mailing.deliver(seconds=61) == []
    (told,) = mailing.deliver(minutes=10)
    assert "2 new comments" in told.text
    assert "Two." in told.text
    assert "Three." in told.text


def test_a_days_comments_of_all_pages_come_in_one_mail_for_who_wants_that(
    mailing: Mailing,
) -> None:
    mailing.subscribe()
    mailing.ask(url="https://example.org/other", title="Other")
    mailing.posted("First.")
    (told,) = mailing.deliver(seconds=61)
    page = path_in(told, "/subscriptions/")
    shown = re.findall(r'name="shown" value="(\d+)"', browser(mailing).get(page).text)
    form = {"shown": shown, "keep": shown, "rhythm": "daily"}
    assert browser(mailing).post(page, data=form).status_code == 303
    mailing.posted("Second.")
    mailing.posted("Third.", url="https://example.org/other")
    assert mailing.deliver(minutes=20) == []
    (digest,) = mailing.deliver(hours=24)
    assert "Second." in digest.text
    assert "Third." in digest.text
    assert "One mail a day" not in digest.text
    assert "You get one mail a day, as you asked." in digest.text


def test_who_is_subscribed_to_a_page_can_have_the_whole_site(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.posted()
    (told,) = mailing.deliver(seconds=61)
    page = path_in(told, "/subscriptions/")
    shown = re.findall(r'name="shown" value="(\d+)"', browser(mailing).get(page).text)
    form = {"shown": shown, "keep": shown, "site": "1", "rhythm": "each"}
    assert browser(mailing).post(page, data=form).status_code == 303
    assert 'name="site"' not in browser(mailing).get(page).text
    mailing.posted(url="https://example.org/other")
    (told,) = mailing.deliver(minutes=20)
    assert told.recipients == (ADA,)


def test_one_click_ends_a_subscription_and_a_look_does_not(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.ask(url="https://example.org/other")
    mailing.posted()
    (told,) = mailing.deliver(seconds=61)
    address = str(told.message["List-Unsubscribe"]).strip("<>")
    assert told.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = address.removeprefix("https://comments.example.net")
    for _ in range(3):
        assert browser(mailing).get(path).status_code == 200
    mailing.posted()
    assert len(mailing.deliver(minutes=20)) == 1
    answer = browser(mailing).post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code in (200, 303)
    mailing.posted()
    assert mailing.deliver(minutes=20) == []
    mailing.posted(url="https://example.org/other")
    assert len(mailing.deliver(minutes=20)) == 1


def test_who_ends_all_is_forgotten(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.posted()
    (told,) = mailing.deliver(seconds=61)
    path = path_in(told, "/subscriptions/")
    assert browser(mailing).post(path, data={"end_all": "1"}).status_code == 303
    page = browser(mailing).get(path, follow_redirects=True)
    assert "You get no more of these mails." in page.text
    with mailing.parts.database.read() as session:
        assert subscriptions.find_subscriber(session, mailing.parts.keys, mailing.site, ADA) is None
    mailing.posted()
    assert mailing.deliver(hours=1) == []


@pytest.mark.parametrize("path", ["/subscriptions/", "/subscriptions/confirm/", "/decide/"])
def test_a_forged_or_altered_link_is_refused(mailing: Mailing, path: str) -> None:
    mailing.subscribe()
    mailing.posted()
    (told,) = mailing.deliver(seconds=61)
    token = path_in(told, "/subscriptions/").rpartition("/")[2]
    for wrong in ("x", token[:-2] + "AA", f"WzEsMF0.{token.partition('.')[2]}"):
        assert browser(mailing).get(f"{path}{wrong}").status_code == 403
        assert browser(mailing).post(f"{path}{wrong}").status_code == 403
    if path != "/subscriptions/":
        assert browser(mailing).get(f"{path}{token}").status_code == 403


def test_a_link_to_confirm_is_good_for_a_week(mailing: Mailing) -> None:
    mailing.ask()
    (asking,) = mailing.deliver()
    mailing.clock.advance(days=7, seconds=5)
    assert mailing.confirm(asking).status_code == 403


def test_the_pages_of_mails_keep_their_address_to_themselves(mailing: Mailing) -> None:
    mailing.ask()
    (asking,) = mailing.deliver()
    page = browser(mailing).get(path_in(asking, "/subscriptions/confirm/"))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in page.headers


def test_a_mail_is_in_the_readers_language(mailing: Mailing) -> None:
    mailing.ask(language="de-AT,de;q=0.8,en;q=0.5")
    (asking,) = mailing.deliver()
    assert asking.message["Content-Language"] == "de"
    assert '<html lang="de" dir="ltr">' in asking.html


def test_a_held_comments_author_is_told_what_became_of_it(mailing: Mailing) -> None:
    mailing.subscribe()
    mailing.set("words", mode="on", hold="bridge")
    author = {"name": "Ada", "email": ADA}
    first = mailing.posted("A bridge.", author=author)
    second = mailing.posted("Another bridge.", author=author)
    change_status(mailing.parts, first, Status.PUBLISHED, actor="person:1")
    change_status(
        mailing.parts, second, Status.REJECTED, actor="person:1", message="One is enough."
    )
    published, refused = mailing.deliver(seconds=61)
    assert published.message["Subject"] == f"Your comment on {PAGE} is published"
    assert refused.message["Subject"] == f"Your comment on {PAGE} was not published"
    assert "The moderators write: One is enough." in refused.text


def test_an_address_that_is_refused_gets_no_more_mail(mailing: Mailing, smtp: SmtpSink) -> None:
    mailing.subscribe()
    mailing.subscribe(BOB)
    smtp.refuse_recipient = lambda address: "550 5.1.1 no such user" if address == ADA else None
    mailing.posted()
    (told,) = mailing.deliver(seconds=61)
    assert told.recipients == (BOB,)
    smtp.refuse_recipient = lambda _address: None
    mailing.posted()
    (told,) = mailing.deliver(minutes=20)
    assert told.recipients == (BOB,)
    with mailing.parts.database.read() as session:
        (failed,) = mails.failed_mails(session, mailing.site.id, 10)
    assert "no such user" in failed.error


def test_mails_wait_for_a_server_that_is_away_and_go_out_once(
    mailing: Mailing, smtp: SmtpSink
) -> None:
    mailing.subscribe()
    smtp.stop()
    mailing.posted()
    assert mailing.deliver(seconds=61) == []
    assert mailing.deliver(hours=2) == []
    smtp.start()
    assert len(mailing.deliver(minutes=6)) == 1
    assert mailing.deliver(hours=1) == []


def test_a_mail_that_is_put_off_is_tried_again_and_given_up_in_the_end(
    mailing: Mailing, smtp: SmtpSink
) -> None:
    mailing.subscribe()
    smtp.answer = lambda _mail: "451 greylisted"
    mailing.posted()
    for _ in range(30):
        mailing.deliver(hours=6)
    with mailing.parts.database.read() as session:
        (failed,) = mails.failed_mails(session, mailing.site.id, 10)
    assert "greylisted" in failed.error
    smtp.answer = lambda _mail: None
    assert mailing.deliver(hours=6) == []
    with mailing.parts.database.write() as session:
        assert mails.try_again(session, mailing.site.id, mailing.clock()) == 1
    assert len(mailing.deliver()) == 1


def test_mails_of_a_page_are_a_conversation(mailing: Mailing) -> None:
    mailing.subscribe()
    first = mailing.posted("One.")
    (one,) = mailing.deliver(seconds=61)
    mailing.posted("Two.", parent=first)
    (two,) = mailing.deliver(minutes=20)
    assert two.message["In-Reply-To"] == one.message["Message-ID"]
    references = str(two.message["References"]).split()
    assert references[0] == one.message["In-Reply-To"]
    assert references[-1] == one.message["Message-ID"]
    assert one.message["Auto-Submitted"] == "auto-generated"


def test_a_reader_without_javascript_subscribes_with_a_comment_and_without(
    mailing: Mailing,
) -> None:
    place = f"/threads?site=blog&url={PAGE}"
    page = browser(mailing).get(place)
    assert "Get new comments by email" in page.text
    asked = browser(mailing).post(f"{place}&subscribe=1", data={"email": ADA})
    assert asked.status_code == 202
    assert "Please look into your mail" in asked.text
    wrong = browser(mailing).post(f"{place}&subscribe=1", data={"email": "no address"})
    assert wrong.status_code == 422
    assert "This is not an email address." in wrong.text
    assert 'value="no address"' in wrong.text
    form = {"body": "Hello.", "author.email": BOB, "subscribe": "thread", "key": "k"}
    assert browser(mailing).post(place, data=form).status_code == 303
    assert {mail.recipients for mail in mailing.deliver()} == {(ADA,), (BOB,)}


def test_a_reader_without_javascript_is_offered_no_mail_where_none_is_sent(
    mailing: Mailing, config: Config
) -> None:
    mailing.config = config
    mailing.start()
    page = browser(mailing).get(f"/threads?site=blog&url={PAGE}")
    assert "Get new comments by email" not in page.text
    assert "Email me" not in page.text


def test_who_runs_the_server_replaces_the_template_of_a_mail(mailing: Mailing) -> None:
    folder = mailing.config.home / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "comment.txt").write_text("Ours: {{ letter.entries[0].text }}")
    mailing.start()
    mailing.subscribe()
    mailing.posted("It hums.")
    (told,) = mailing.deliver(seconds=61)
    assert told.text.strip() == "Ours: It hums."
    assert "It hums." in told.html


def test_a_template_that_is_broken_loses_no_mail(mailing: Mailing) -> None:
    folder = mailing.config.home / "templates" / "mail"
    folder.mkdir(parents=True)
    mailing.start()
    mailing.subscribe()
    (folder / "comment.txt").write_text("{{ letter.no_such_thing }}")
    mailing.posted("It hums.")
    assert mailing.deliver(seconds=61) == []
    (folder / "comment.txt").write_text("Mended.")
    (told,) = mailing.deliver(minutes=5)
    assert told.text.strip() == "Mended."


def test_one_address_that_asks_often_at_once_is_one_subscriber_with_one_mail(
    mailing: Mailing,
) -> None:
    def ask(number: int) -> int:
        answer = mailing.app.test_client().post(
            "/api/v1/subscriptions",
            json={"site": "blog", "url": PAGE, "scope": "thread", "email": ADA},
            headers={"Origin": ORIGIN},
            environ_base={"REMOTE_ADDR": f"10.0.0.{number}"},
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {202}
    assert {mail.recipients for mail in mailing.deliver()} == {(ADA,)}
    with mailing.parts.database.read() as session:
        for table in ("subscriber", "subscription"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1
