"""Addresses whose mail comes back, or whose owner complains, are written to no more."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.integration.mail_kit import ADA, Mailing
from tests.integration.returned_mails import bounce, complaint
from tests.smtp_sink import SmtpSink
from widget.config import Config
from widget.domain.subscription import Ending
from widget.store import subscriptions
from widget.subscriptions.compose import RETURN_HEADER
from widget.subscriptions.returned import end_returned


@pytest.fixture
def mailing(config: Config, clock: Clock, smtp: SmtpSink) -> Iterator[Mailing]:
    world = Mailing(config, clock, smtp)
    world.start()
    yield world
    world.stop()


@pytest.fixture
def token(mailing: Mailing) -> str:
    """Return the token of a mail that was sent to a confirmed address."""
    mailing.subscribe()
    mailing.posted()
    (mail,) = mailing.deliver(seconds=61)
    return str(mail.message[RETURN_HEADER])


def _ending(mailing: Mailing) -> Ending | None:
    with mailing.parts.database.read() as session:
        found = subscriptions.find_subscriber(session, mailing.parts.keys, mailing.site, ADA)
    assert found is not None
    return found.ending


@pytest.mark.parametrize(
    ("report", "ending"), [(bounce, Ending.BOUNCED), (complaint, Ending.COMPLAINED)]
)
def test_an_address_that_bounces_or_complains_gets_no_more_mail(
    mailing: Mailing, token: str, report: Callable[[str], bytes], ending: Ending
) -> None:
    assert end_returned(mailing.parts, report(token)) is ending
    assert _ending(mailing) is ending
    mailing.posted()
    assert mailing.deliver(hours=1) == []


@pytest.mark.parametrize(
    ("status", "action"),
    [("4.4.7", "delayed"), ("2.0.0", "delivered"), ("5.2.2", "failed"), ("5.7.1", "failed")],
)
def test_a_delay_a_full_mailbox_and_a_policy_end_nothing(
    mailing: Mailing, token: str, status: str, action: str
) -> None:
    assert end_returned(mailing.parts, bounce(token, status, action)) is None
    assert _ending(mailing) is None


def test_nobody_ends_anothers_mails_by_a_report_of_their_own(mailing: Mailing, token: str) -> None:
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert end_returned(mailing.parts, bounce(forged)) is None
    assert _ending(mailing) is None


def test_who_is_gone_already_is_no_fault(mailing: Mailing) -> None:
    assert end_returned(mailing.parts, bounce(mailing.parts.mail_tokens.for_return(99)))


@given(raw=st.binary(max_size=2000), multipart=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_read_and_end_nothing(mailing: Mailing, raw: bytes, multipart: bool) -> None:
    head = b"Content-Type: multipart/report; boundary=x\n\n--x\n" if multipart else b""
    assert end_returned(mailing.parts, head + raw) is None
