"""Reports of mails that came back, as mail servers write them."""

from email.message import EmailMessage, Message

from widget.subscriptions.compose import RETURN_HEADER


def bounce(token: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a delivery report (RFC 3464) of a mail with that token."""
    delivery = Message()
    delivery["Content-Type"] = "message/delivery-status"
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = "dns; mx.example.net"
    recipient["Final-Recipient"] = "rfc822; ada@example.net"
    recipient["Action"] = action
    recipient["Status"] = status
    delivery.set_payload([server, recipient])
    return _report("delivery-status", delivery, token)


def complaint(token: str) -> bytes:
    """Return a complaint (RFC 5965) about a mail with that token."""
    feedback = Message()
    feedback["Content-Type"] = "message/feedback-report"
    feedback.set_payload("Feedback-Type: abuse\nUser-Agent: Example/1\nVersion: 1\n")
    return _report("feedback-report", feedback, token)


def _report(kind: str, part: Message, token: str) -> bytes:
    original = EmailMessage()
    original["From"] = "comments@comments.example.net"
    original["To"] = "ada@example.net"
    original[RETURN_HEADER] = token
    original.set_content("A comment.")
    words = Message()
    words.set_payload("This mail came back.")
    enclosed = Message()
    enclosed["Content-Type"] = "message/rfc822"
    enclosed.set_payload([original])
    report = Message()
    report["From"] = "mailer-daemon@example.net"
    report["Subject"] = "Undelivered"
    report.add_header("Content-Type", "multipart/report", **{"report-type": kind})
    report.set_payload([words, part, enclosed])
    return report.as_bytes()
