"""No reader's address reaches another, and nothing that a reader writes becomes a header."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.integration.mail_kit import Mailing, browser
from tests.receiver import Receiver
from tests.smtp_sink import SmtpSink
from widget.config import Config
from widget.domain.subscription import Rhythm, Scope
from widget.domain.webhook import CHOICES
from widget.languages.languages import direction
from widget.store import subscriptions
from widget.subscriptions.compose import RETURN_HEADER
from widget.subscriptions.webhooks import new_webhook

#: Every header that a mail may have.
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post", RETURN_HEADER, "MIME-Version",
    "Content-Type", "Content-Language",
}  # fmt: skip
HOSTILE = st.text(
    st.sampled_from("ab\r\n\x00\u2028\u2029\x0b\u202e:<>@,;\"'\\={}%$ é漢"), min_size=1, max_size=60
) | st.sampled_from(
    [
        "x\r\nBcc: eve@evil.example",
        "=?utf-8?q?a=0ABcc:eve@evil.example?=",
        "{{7*7}}",
        "${7*7}",
        "%s {0.__class__} {name}",
        '"><script>alert(1)</script>',
        "eve@evil.example, mallory@evil.example",
    ]
)
NUMBERS = count(1)


@pytest.fixture
def mailing(config: Config, clock: Clock, smtp: SmtpSink) -> Iterator[Mailing]:
    changed = config.model_copy(update={"private_hosts": ("127.0.0.1",)})
    world = Mailing(changed, clock, smtp)
    world.start()
    yield world
    world.stop()


def _subscribed(mailing: Mailing, email: str, scope: Scope, thread: int) -> None:
    parts, now = mailing.parts, mailing.clock()
    with parts.database.write() as session:
        one = subscriptions.begin_subscriber(
            session, parts.keys, mailing.site, email, language="en", now=now
        )
        subscriptions.subscribe(session, one, scope, thread_id=thread, now=now)
        subscriptions.confirm(session, one.id, now)
        subscriptions.set_rhythm(session, one.id, Rhythm.EACH)


@given(
    names=st.lists(st.text("abcdef", min_size=3, max_size=8), min_size=2, max_size=5, unique=True),
    scopes=st.lists(st.sampled_from([Scope.THREAD, Scope.SITE]), min_size=5, max_size=5),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_mail_feed_or_webhook_has_the_address_of_another_reader(
    mailing: Mailing, receiver: Receiver, names: list[str], scopes: list[Scope]
) -> None:
    number = next(NUMBERS)
    page = f"https://example.org/page-{number}"
    emails = [f"{name}-{number}@readers.example" for name in names]
    if number == 1:
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        new_webhook(mailing.parts, mailing.site, url, CHOICES)
    first = mailing.posted("First.", url=page, author={"name": "A", "email": emails[0]})
    thread = mailing.comment(first).thread_id
    for email, scope in zip(emails, scopes, strict=False):
        _subscribed(mailing, email, scope, thread)
    for index, email in enumerate(emails):
        author = {"name": names[index], "email": email}
        mailing.posted(f"Number {index}.", url=page, parent=first, author=author)
    sent = mailing.deliver(hours=1)
    assert {mail.recipients[0] for mail in sent} >= set(emails)
    for mail in sent:
        (own,) = mail.recipients
        whole = mail.message.as_string() + mail.text + mail.html
        assert not [email for email in emails if email != own and email in whole]
    public = [
        browser(mailing).get("/feeds/blog.atom").text,
        browser(mailing).get(f"/feeds/blog/thread.atom?url={page}").text,
        browser(mailing).get(f"/threads?site=blog&url={page}").text,
        *(body.decode() for _, _, body in receiver.got),
    ]
    assert not [email for email in emails for text in public if email in text]


@given(name=HOSTILE, title=HOSTILE, body=HOSTILE)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_that_a_reader_writes_becomes_a_header_or_a_second_recipient(
    mailing: Mailing, name: str, title: str, body: str
) -> None:
    page = f"https://example.org/headers-{next(NUMBERS)}"
    answer = mailing.ask("ada@example.net", url=page, title=title)
    assert answer.status_code == 202
    with mailing.parts.database.write() as session:
        one = subscriptions.find_subscriber(
            session, mailing.parts.keys, mailing.site, "ada@example.net"
        )
        assert one is not None
        subscriptions.confirm(session, one.id, mailing.clock())
    posted = mailing.post(f"Words. {body}", url=page, author={"name": name}, title=title)
    assert posted.status_code == 201, posted.text
    for mail in mailing.deliver(hours=1):
        assert set(mail.message.keys()) <= HEADERS
        assert len(mail.message.keys()) == len(set(mail.message.keys()))
        assert mail.recipients == ("ada@example.net",)
        assert mail.sender == "comments@comments.example.net"
        assert "49" not in str(mail.message["Subject"])
        assert "<script" not in mail.html
        assert "<img" not in mail.html


def test_each_language_has_its_mails(mailing: Mailing) -> None:
    for language in mailing.parts.languages.names:
        page = f"https://example.org/{language}"
        answer = mailing.ask(f"{language}@example.net", url=page, language=language)
        assert answer.status_code == 202
        (asking,) = mailing.deliver(hours=1)
        mailing.confirm(asking)
        mailing.posted("One.", url=page, author={"name": "Bob"})
        (told,) = mailing.deliver(seconds=61)
        for mail in (asking, told):
            assert mail.message["Content-Language"] == language
            assert f'<html lang="{language}" dir="{direction(language)}">' in mail.html
            assert "Bob" in told.text
            if language != "en":
                assert "You get this mail" not in mail.text
                assert "hopefully you" not in mail.text


def test_links_lead_to_the_configured_address_whatever_a_request_says(mailing: Mailing) -> None:
    mailing.client.post(
        "/api/v1/subscriptions",
        json={"site": "blog", "url": "https://example.org/a", "email": "ada@example.net"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    (asking,) = mailing.deliver()
    assert "evil.example" not in asking.message.as_string()
    assert "https://comments.example.net/subscriptions/confirm/" in asking.text
