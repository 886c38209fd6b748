"""``comment-widget user``."""

import sys
from collections.abc import Sequence

import click
import orjson
from email_validator import EmailNotValidError, validate_email

from widget.cli.opening import open_parts, site_of
from widget.domain.errors import FieldError, Invalid
from widget.domain.person import Person, Role
from widget.publication.parts import Parts
from widget.store import people, sites
from widget.store.passwords import Passwords


@click.group("user", epilog="Example: comment-widget user add ada@example.org --role admin")
def command() -> None:
    """Say who signs in to the dashboard."""


@command.command(
    "add", epilog="Example: comment-widget user add ada@example.org --role owner --site blog"
)
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What they may do.",
)
@click.option("--site", "site_keys", multiple=True, metavar="KEY", help="Where. May be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
def add(email: str, role: str, site_keys: Sequence[str], password_stdin: bool) -> None:
    """Add somebody, or give somebody who is there another role.

    Without a password a sign-in link is printed, which works once and for 24 hours.
    """
    wanted = Role(role)
    if (wanted is Role.ADMIN) == bool(site_keys):
        raise click.UsageError("Give --site for an owner or a moderator, and none for an admin.")
    parts = open_parts()
    secret = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    hashed = Passwords().hash(secret, email=email) if secret is not None else None
    person = _keep(parts, _checked(email), wanted, site_keys, hashed)
    click.echo(f"{email} is {wanted} now.")
    if hashed is None:
        click.echo(f"Sign in once, within 24 hours: {sign_in_link(parts, person)}")


@command.command("list", epilog="Example: comment-widget user list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(as_json: bool) -> None:
    """List everybody who can sign in."""
    parts = open_parts()
    with parts.database.read() as session:
        found = people.list_people(session, parts.keys)
        keys = {site.id: site.key for site in sites.list_sites(session)}
    rows = [{"email": person.email, "roles": _roles(person, keys)} for person in found]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        click.echo(f"{row['email']:40}  {', '.join(row['roles'])}")


def sign_in_link(parts: Parts, person: Person) -> str:
    """Return a new link that signs somebody in once."""
    with parts.database.write() as session:
        token = people.make_sign_in_link(session, person, parts.now())
    return f"{parts.config.url}/dashboard/sign-in/{token}"


def _keep(
    parts: Parts, email: str, role: Role, site_keys: Sequence[str], hashed: str | None
) -> Person:
    wanted = [site_of(parts, key) for key in site_keys]
    with parts.database.write() as session:
        person = people.find_person(session, parts.keys, email) or people.add_person(
            session, parts.keys, email, parts.now()
        )
        if role is Role.ADMIN:
            people.set_admin(session, person.id, True)
        for site in wanted:
            people.set_role(session, person.id, site.id, role)
        if hashed is not None:
            people.set_password_hash(session, person.id, hashed)
    return person


def _checked(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        message = f"{email!r} is not an email address."
        raise Invalid([FieldError("email", message)]) from error


def _roles(person: Person, keys: dict[int, str]) -> list[str]:
    if person.is_admin:
        return [Role.ADMIN.value]
    return [f"{role} of {keys[site_id]}" for site_id, role in person.roles.items()]
