"""The way of a mail out of the server: over SMTP (RFC 5321), or into a folder to be looked at."""

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from widget.domain.errors import ConfigurationError
from widget.domain.hosts import LOOPBACK

TIMEOUT_S = 15.0
#: So many mails over one connection; then a new one, as servers expect.
PER_CONNECTION = 100
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_PERMANENT = 500
_ADDRESS = re.compile(r"[^\s<>@:]+@[^\s<>@:]+")


class NotSent(Exception):
    """A mail did not go out now; it may later, and all that wait behind it as well."""


class AddressRefused(Exception):
    """The server doesn't take mail for this address, now or later."""


class MailRefused(Exception):
    """The server refuses this one mail; ``permanent`` is whether it always will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Connection(Protocol):
    """An open way for mails; used as a context."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Hand a mail over. When this returns, the other side has taken it.

        Raises:
            NotSent: where the connection or the whole server fails.
            AddressRefused: where there is no such mailbox.
            MailRefused: where this mail is refused.
        """
        ...


#: Opens a connection; ``NotSent`` where it can't.
Open = Callable[[], Connection]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mails are handed over. ``security`` is ``tls``, ``starttls`` or ``offered``.

    ``greeting`` is what we call ourselves there (RFC 5321 §4.1.1.1).
    """

    greeting: str
    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = None


class SmtpConnection:
    """A connection to an SMTP server, opened as the context is entered."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._smtp = _connect(self._server)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"{self._server.host}: {_words(error)}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Hand a mail over (see ``Connection``)."""
        if self._smtp is None:
            raise NotSent("The connection is closed.")
        try:
            self._smtp.send_message(message, from_addr=sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            self._refuse(code, words, AddressRefused(_text(words)))
        except smtplib.SMTPResponseException as error:
            reason = _text(error.smtp_error)
            permanent = error.smtp_code >= _PERMANENT
            self._refuse(error.smtp_code, reason, MailRefused(reason, permanent=permanent))
        except smtplib.SMTPNotSupportedError as error:
            raise AddressRefused("The mail server can't write to such an address.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"{self._server.host}: {_words(error)}") from error

    def _refuse(self, code: int, words: bytes | str, permanent: Exception) -> None:
        """Tell a server that is ending the connection from one that refuses a single mail."""
        if code == 421:  # RFC 5321 §3.8: it closes the channel
            raise NotSent(f"{self._server.host}: {_text(words)}")
        if code < _PERMANENT:
            raise MailRefused(_text(words), permanent=False)
        raise permanent


class FolderConnection:
    """Writes each mail as a file ``.eml``: for trying things out without a mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotSent(f"{self._folder}: {error.strerror}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Write the mail; one of the same Message-ID is the same file."""
        del sender, recipient
        name = "".join(
            letter if letter.isalnum() or letter in "-._" else "_"
            for letter in str(message["Message-ID"]).strip("<>")
        )
        draft = self._folder / f".{name}.part"
        try:
            draft.write_bytes(message.as_bytes())
            draft.replace(self._folder / f"{name}.eml")
        except OSError as error:
            raise NotSent(f"{self._folder}: {error.strerror}") from error


def open_by(url: str, host: str) -> Open | None:
    """Return what opens connections by the configured address; ``None`` for an empty one.

    ``host`` is this server's own name: asking the system for it can take seconds.

    ``smtp://`` uses TLS where the server offers it, ``smtp+starttls://`` insists on it,
    ``smtps://`` begins with it; ``folder:///path`` writes files. User and password stand in
    front of the host, percent-encoded.

    Raises:
        ConfigurationError: for an address of another kind.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme == "folder" and parts.path:
        folder = Path(unquote(parts.netloc + parts.path))
        return lambda: FolderConnection(folder)
    if parts.scheme not in _PORTS or not parts.hostname or parse_qs(parts.query):
        raise ConfigurationError(
            "smtp_url: write smtp://, smtp+starttls:// or smtps:// with a host, or folder:///path."
        )
    server = SmtpServer(
        greeting=_literal(host),
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        security={"smtp": "offered", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
    return lambda: SmtpConnection(server)


def _literal(host: str) -> str:
    """Return a host as it greets: an address in brackets (RFC 5321 §4.1.3)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _connect(server: SmtpServer) -> smtplib.SMTP:
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.greeting,
            timeout=TIMEOUT_S,
            context=ssl.create_default_context(),
        )
    else:
        smtp = smtplib.SMTP(
            server.host, server.port, local_hostname=server.greeting, timeout=TIMEOUT_S
        )
    try:
        _secure(smtp, server)
        if server.user:
            smtp.login(server.user, server.password or "")
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secure(smtp: smtplib.SMTP, server: SmtpServer) -> None:
    """Turn TLS on as the address says; a password is never sent in the clear to another host."""
    if server.security == "tls":
        return
    smtp.ehlo()
    if server.security == "offered" and server.host in LOOPBACK:
        # Nobody listens on the way, and a mail server's own name is not this one.
        return
    if smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
    elif server.security == "starttls":
        raise smtplib.SMTPNotSupportedError("it offers no STARTTLS")
    elif server.user and server.host not in LOOPBACK:
        raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password isn't sent without")


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(str(error)) or type(error).__name__


def _text(words: bytes | str) -> str:
    """Return what a server said as one line, without the addresses that it repeats."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(_ADDRESS.sub("…", text).split())[:300]
