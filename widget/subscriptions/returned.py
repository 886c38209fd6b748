"""What comes back of a mail: reports of failed delivery, and complaints."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from widget.domain.errors import TokenRefused
from widget.domain.subscription import Ending
from widget.publication.parts import Parts
from widget.store import subscriptions
from widget.subscriptions.compose import RETURN_HEADER

#: What is read of a report: ours quote the header of a short mail.
MAX_BYTES = 1024 * 1024
_TOKEN = re.compile(rf"^{RETURN_HEADER}:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


def end_returned(parts: Parts, raw: bytes) -> Ending | None:
    """Write no more to the address of a mail that came back for good, or was called spam.

    Returns:
        Why; ``None`` where this is no such report, is of a delay, or of no mail of ours. The mail
        is found by its signed token: nobody ends another's mails by a report that they wrote.
    """
    report = message_from_bytes(raw[:MAX_BYTES], _class=EmailMessage, policy=policy.default)
    ending = _ending(report)
    found = _TOKEN.search(raw[:MAX_BYTES].decode("utf-8", "replace"))
    if ending is None or found is None:
        return None
    try:
        subscriber_id = parts.mail_tokens.read_return(found[1])
    except TokenRefused:
        return None
    with parts.database.write() as session:
        subscriptions.end_address(session, subscriber_id, ending)
    return ending


def _ending(report: Message) -> Ending | None:
    """Return what a report says: RFC 3464 for deliveries, RFC 5965 for complaints."""
    if report.get_content_type() != "multipart/report":
        return None
    kinds = [part.get_content_type() for part in report.walk()]
    if "message/feedback-report" in kinds:
        return Ending.COMPLAINED
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and _has_failed(part):
            return Ending.BOUNCED
    return None


def _has_failed(status: Message) -> bool:
    """Tell whether a delivery failed for good: a delay or a full mailbox may pass (RFC 3463)."""
    blocks = status.get_payload()
    return isinstance(blocks, list) and any(
        isinstance(block, Message)
        and str(block.get("Action", "")).strip().lower() == "failed"
        and str(block.get("Status", "")).strip().startswith("5.1")
        for block in blocks
    )
