"""A mail server that keeps what it takes, and refuses what a test wants refused."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was taken: from the envelope, and what it says."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """Return the text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Return the HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        content = part.get_content()
        assert isinstance(content, str)
        return content


class SmtpSink:
    """Listens on loopback. ``refuse_recipient`` and ``answer`` may return an SMTP answer."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.connections = 0
        self.greeting = ""
        self.refuse_connection: Callable[[int], bool] = lambda _number: False
        self.refuse_recipient: Callable[[str], str | None] = lambda _address: None
        self.answer: Callable[[Taken], str | None] = lambda _mail: None
        self._numbers = count(1)
        self._controller: Controller | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Return the server's address as it is configured."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        del server, envelope
        self.connections += 1
        session.host_name = self.greeting = hostname
        if self.refuse_connection(next(self._numbers)):
            return ["421 come back later"]
        return answers

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        refusal = self.refuse_recipient(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        message = cast(EmailMessage, message_from_bytes(content, policy=policy.default))
        mail = Taken(str(envelope.mail_from), tuple(envelope.rcpt_tos), message)
        refusal = self.answer(mail)
        if refusal:
            return refusal
        self.taken.append(mail)
        return "250 taken"

    def to(self, address: str) -> list[Taken]:
        """Return what was taken for an address."""
        return [mail for mail in self.taken if address in mail.recipients]
