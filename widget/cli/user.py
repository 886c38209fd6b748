"""``comment-widget user``."""

import sys
from collections.abc import Sequence

import click
import orjson
from email_validator import EmailNotValidError, validate_email

from widget.cli.opening import BY, open_parts, site_of
from widget.domain.audit_log import Action, Entry
from widget.domain.errors import FieldError, Invalid
from widget.domain.person import Person, Role
from widget.publication.parts import Parts
from widget.store import audit_log, browser_sessions, factors, people, roles, sites
from widget.store.database import Session
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
        protected = factors.people_with_factors(session, [person.id for person in found])
    rows = [
        {
            "email": person.email,
            "roles": _roles(person, keys),
            "seen": person.seen,
            "second_factor": person.id in protected,
        }
        for person in found
    ]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for person in found:
        seen = f"seen {person.seen:%Y-%m-%d}" if person.seen else "never seen"
        factor = "second factor" if person.id in protected else "no second factor"
        roles_said = ", ".join(_roles(person, keys)) or "no role"
        click.echo(f"{person.email:40}  {roles_said:30}  {seen:16}  {factor}")


@command.command(
    "role", epilog="Example: comment-widget user role ada@example.org owner --site blog"
)
@click.argument("email")
@click.argument("role", type=click.Choice([Role.OWNER.value, Role.MODERATOR.value]))
@click.option("--site", "site_key", metavar="KEY", required=True, help="Where.")
def change_role(email: str, role: str, site_key: str) -> None:
    """Give somebody who works on a site another role there."""
    parts = open_parts()
    site, person = site_of(parts, site_key), _person(parts, email)
    with parts.database.write() as session:
        before = roles.change_role(session, person.id, site.id, Role(role))
        facts = {"role": role, "before": before.value}
        _write(parts, session, Action.ROLE_GIVEN, person, site.id, **facts)
    click.echo(f"{person.email} is {role} of {site_key} now.")


@command.command("remove", epilog="Example: comment-widget user remove ada@example.org --site blog")
@click.argument("email")
@click.option("--site", "site_key", metavar="KEY", help="Only from this site.")
def remove(email: str, site_key: str | None) -> None:
    """Take somebody's role on a site away, or everything: all roles and every way to sign in.

    The last owner of a site and the last admin stay. What somebody did keeps their name.
    """
    parts = open_parts()
    site, person = site_of(parts, site_key) if site_key else None, _person(parts, email)
    with parts.database.write() as session:
        if site is not None:
            before = roles.remove_from_site(session, person.id, site.id)
            _write(parts, session, Action.ROLE_TAKEN, person, site.id, role=before.value)
        else:
            roles.remove_everywhere(session, person)
            for site_id, role in person.roles.items():
                _write(parts, session, Action.ROLE_TAKEN, person, site_id, role=role.value)
            if person.is_admin:
                _write(parts, session, Action.ROLE_TAKEN, person, None, role=Role.ADMIN.value)
    click.echo(f"{person.email} {f'is gone from {site_key}' if site else 'can sign in no more'}.")


@command.command(
    "reset-factors", epilog="Example: comment-widget user reset-factors ada@example.org"
)
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take somebody's second factors away, who has lost them; they are signed out everywhere."""
    parts = open_parts()
    person = _person(parts, email)
    with parts.database.write() as session:
        factors.reset_factors(session, person.id)
        browser_sessions.end_other_sessions(session, person.id, but=None)
        _write(parts, session, Action.FACTORS_RESET, person, None)
    click.echo(f"{person.email} signs in without a second factor now, and can set one up anew.")


def sign_in_link(parts: Parts, person: Person) -> str:
    """Return a new link that signs somebody in once."""
    with parts.database.write() as session:
        token = people.make_sign_in_link(session, person, parts.now())
        _write(parts, session, Action.SIGN_IN_LINK_MADE, person, None)
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
            _write(parts, session, Action.ROLE_GIVEN, person, None, role=role.value)
        for site in wanted:
            give = roles.change_role if site.id in person.roles else people.set_role
            give(session, person.id, site.id, role)
            _write(parts, session, Action.ROLE_GIVEN, person, site.id, role=role.value)
        if hashed is not None:
            people.set_password_hash(session, person.id, hashed)
            _write(parts, session, Action.PASSWORD_SET, person, None)
    return person


def _person(parts: Parts, email: str) -> Person:
    with parts.database.read() as session:
        found = people.find_person(session, parts.keys, email)
    if found is None:
        raise Invalid([FieldError("email", f"There is nobody with the address {email!r}.")])
    return found


def _write(
    parts: Parts,
    session: Session,
    action: Action,
    person: Person,
    site_id: int | None,
    **details: object,
) -> None:
    entry = Entry(action=action, by=BY, site_id=site_id, target=person.actor, details=details)
    audit_log.write(session, parts.keys, entry, parts.now())


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
