"""A letter as a mail: its headers (RFC 5322, 2369, 8058, 3834) and its two forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from widget.domain.words import say
from widget.publication.parts import Parts
from widget.subscriptions.letter import Letter, speaker

#: Carried by each mail, and by what comes back of it.
RETURN_HEADER = "X-Comment-Widget-Return"
_POLICY = SMTP.clone(max_line_length=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Whom a mail is for, and its place among others. ``names`` are without ``<``, host and ``>``.

    ``name`` makes the Message-ID, so that a mail that is sent twice is known as one; ``after`` are
    the mails that it follows, the oldest first. ``leave`` is the address that ends it, by POST.
    """

    recipient: str
    name: str
    after: Sequence[str] = ()
    list_name: str | None = None
    leave: str | None = None
    return_token: str | None = None


def sender_of(parts: Parts) -> str:
    """Return the address that mails come from."""
    return parts.config.mail_from or f"comments@{parts.config.host}"


def compose(
    parts: Parts, kind: str, letter: Letter, envelope: Envelope, now: datetime
) -> EmailMessage:
    """Return the mail. Nothing that a reader wrote is in a header but a page's title."""
    host = parts.config.host
    tell = speaker(parts, letter.language)
    rendered = parts.letters.render(
        kind, letter, {"_": lambda text, **values: tell(say(text, **values))}
    )
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(display_name=_line(letter.site), addr_spec=sender_of(parts))
    mail["To"] = Address(addr_spec=envelope.recipient)
    mail["Subject"] = _line(letter.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{envelope.name}@{host}>"
    if envelope.after:
        mail["In-Reply-To"] = f"<{envelope.after[-1]}@{host}>"
        mail["References"] = " ".join(f"<{name}@{host}>" for name in envelope.after)
    mail["Auto-Submitted"] = "auto-generated"
    if envelope.list_name:
        mail["List-ID"] = f"<{envelope.list_name}.{host}>"
    if envelope.leave:
        mail["List-Unsubscribe"] = f"<{envelope.leave}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if envelope.return_token:
        mail[RETURN_HEADER] = envelope.return_token
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    mail["Content-Language"] = letter.language
    return mail


def _line(text: str) -> str:
    """Return a text as one line without anything that a header could end by.

    The standard library decodes encoded words (RFC 2047) of what a header is set to, and writes a
    line end that was in one as it is: what looks like one is taken apart.
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(line.replace("=?", "= ?").split())
