"""Mails go out as the configured address says: with TLS or without, or into a folder."""

import socket
import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.smtp_sink import SmtpSink
from tests.tls import make_certificate
from widget.domain.errors import ConfigurationError
from widget.outbound.mail import AddressRefused, MailRefused, NotSent, open_by

HOST = "comments.example.net"
Serve = Callable[..., tuple[SmtpSink, int]]


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "S"
    mail["Message-ID"] = "<one.two@example.org>"
    mail.set_content("Text.")
    return mail


def send(url: str, to: str = "b@example.org") -> None:
    opened = open_by(url, HOST)
    assert opened is not None
    with opened() as connection:
        connection.send(a_mail(), "a@example.org", to)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    return make_certificate(tmp_path)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a mail server with options of its own."""
    started: list[Controller] = []

    def start(**options: object) -> tuple[SmtpSink, int]:
        sink = SmtpSink()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        server = Controller(sink, hostname="localhost", port=port, **options)  # type: ignore[arg-type]
        server.start()
        started.append(server)
        return sink, port

    yield start
    for server in started:
        server.stop()


def test_a_mail_goes_out_by_starttls_to_a_server_that_is_who_it_says(
    serve: Serve, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, context = certificate
    sink, port = serve(tls_context=context, require_starttls=True)
    with pytest.raises(NotSent, match="certificate"):
        send(f"smtp+starttls://localhost:{port}")
    assert sink.taken == []
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    send(f"smtp+starttls://localhost:{port}")
    assert len(sink.taken) == 1


def test_a_server_without_starttls_gets_nothing_where_it_is_insisted_on(serve: Serve) -> None:
    sink, port = serve()
    with pytest.raises(NotSent, match="STARTTLS"):
        send(f"smtp+starttls://localhost:{port}")
    assert sink.taken == []
    send(f"smtp://localhost:{port}")
    assert len(sink.taken) == 1


def test_we_greet_by_our_own_name(serve: Serve) -> None:
    sink, port = serve()
    send(f"smtp://localhost:{port}")
    assert sink.greeting == HOST


def test_a_folder_takes_mails_as_files(tmp_path: Path) -> None:
    send(f"folder://{tmp_path}/mails")
    send(f"folder://{tmp_path}/mails")
    (file,) = (tmp_path / "mails").iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == "S"


def test_what_a_server_refuses_is_told_apart(smtp: SmtpSink) -> None:
    smtp.refuse_recipient = lambda address: f"550 <{address}>: no such user"
    with pytest.raises(AddressRefused, match="^<…>: no such user$"):
        send(smtp.url)
    smtp.refuse_recipient = lambda _address: "451 later"
    with pytest.raises(MailRefused) as later:
        send(smtp.url)
    assert not later.value.permanent
    smtp.refuse_recipient = lambda _address: None
    smtp.answer = lambda _mail: "554 spam"
    with pytest.raises(MailRefused) as never:
        send(smtp.url)
    assert never.value.permanent
    smtp.answer = lambda _mail: "421 closing"
    with pytest.raises(NotSent, match="closing"):
        send(smtp.url)
    smtp.stop()
    with pytest.raises(NotSent):
        send(smtp.url)


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://x/", "smtp://", "folder:", "smtp://host/?tls=no", "x"]
)
def test_an_address_of_another_kind_is_no_configuration(url: str) -> None:
    with pytest.raises(ConfigurationError, match="smtp_url"):
        open_by(url, HOST)


def test_no_address_sends_no_mail() -> None:
    assert open_by("", HOST) is None
