"""``comment-widget mail``: is mail set up, what waits, what came back."""

import sys
from typing import BinaryIO

import click
import orjson

from widget.cli.opening import open_parts, site_of
from widget.domain.errors import ConfigurationError, FieldError, Invalid
from widget.domain.site import SiteSettings
from widget.outbound.mail import AddressRefused, MailRefused, NotSent
from widget.store import mails
from widget.subscriptions.compose import Envelope, compose, sender_of
from widget.subscriptions.letter import Letter
from widget.subscriptions.returned import end_returned
from widget.subscriptions.subscribe import checked_email

_TEST = Letter(
    language=SiteSettings().language,
    subject="A test of Comment Widget",
    site="Comment Widget",
    heading="This mail is a test.",
    lines=["It came through the server that is configured: mails go out."],
)


@click.group("mail", epilog="Example: comment-widget mail status --json")
def command() -> None:
    """See to the mails that the server sends."""


@command.command("status", epilog="Example: comment-widget mail status --json")
@click.option("--site", "key", metavar="KEY", help="Of one site only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(key: str | None, as_json: bool) -> None:
    """Count the mails that wait, were sent in the last 30 days, or failed."""
    parts = open_parts()
    site_id = site_of(parts, key).id if key else None
    with parts.database.read() as session:
        counts = mails.mail_counts(session, site_id)
    if as_json:
        row: dict[str, object] = {"sends": parts.mail is not None}
        row |= {state.value: number for state, number in counts.items()}
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    if parts.mail is None:
        click.echo("This server sends no mail: smtp_url is not set.")
    for state, number in counts.items():
        click.echo(f"{state:8} {number}")


@command.command("test", epilog="Example: comment-widget mail test me@example.org")
@click.argument("address")
def test(address: str) -> None:
    """Send a mail to ADDRESS here and now, and say how that went."""
    parts = open_parts()
    if parts.mail is None:
        raise ConfigurationError("This server sends no mail: smtp_url is not set.")
    recipient = checked_email(address)
    now = parts.now()
    envelope = Envelope(recipient=recipient, name=f"test-{now.timestamp():.0f}")
    try:
        with parts.mail() as connection:
            message = compose(parts, "test", _TEST, envelope, now)
            connection.send(message, sender_of(parts), recipient)
    except (NotSent, AddressRefused, MailRefused) as error:
        raise ConfigurationError(f"It was not sent: {error}") from error
    click.echo(f"Sent from {sender_of(parts)} to {recipient}.")


@command.command("retry", epilog="Example: comment-widget mail retry --site blog")
@click.option("--site", "key", required=True, metavar="KEY", help="The site.")
def retry(key: str) -> None:
    """Let a site's mails that failed be sent once more."""
    parts = open_parts()
    site = site_of(parts, key)
    with parts.database.write() as session:
        number = mails.try_again(session, site.id, parts.now())
    click.echo(f"{number} will be sent again.")


@command.command("returned", epilog="Example: comment-widget mail returned bounce.eml")
@click.argument("file", type=click.File("rb"), default="-")
def returned(file: BinaryIO) -> None:
    """Read a mail that came back, or a complaint, and write to its address no more.

    For the mail server to hand over what comes to the address that mails are sent from. It reads
    delivery reports (RFC 3464) and complaints (RFC 5965), from FILE or standard input.
    """
    parts = open_parts()
    ending = end_returned(parts, file.read())
    if ending is None:
        fault = "This is no report of a mail that came back from one of our mails."
        raise Invalid([FieldError("file", fault)])
    click.echo(f"The address {ending}: it gets no more mail.")
    sys.stdout.flush()
