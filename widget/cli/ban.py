"""``comment-widget ban``: who may not write on a site."""

from datetime import timedelta

import click
import orjson

from widget.cli.opening import BY, open_parts, site_of
from widget.domain.ban import Ban, BanAct, BanKind
from widget.moderation import banning
from widget.store import bans


@click.group("ban", epilog="Example: comment-widget ban list --site blog")
def command() -> None:
    """Ban emails, domains and networks from writing."""


@command.command(
    "add", epilog="Example: comment-widget ban add network 203.0.113.0/24 --site blog --days 30"
)
@click.argument("kind", type=click.Choice([kind.value for kind in BanKind]))
@click.argument("value")
@click.option("--site", "key", required=True, metavar="KEY", help="The site.")
@click.option("--days", type=click.IntRange(1, 36_500), help="For so long; without it, for good.")
@click.option(
    "--act",
    type=click.Choice([act.value for act in BanAct]),
    default=BanAct.REJECT.value,
    show_default=True,
    help="What becomes of what they write.",
)
@click.option("--reason", default="", help="Why, for moderators.")
@click.option("--message", default="", help="What the reader is told.")
def add(kind: str, value: str, key: str, days: int | None, **said: str) -> None:
    """Ban VALUE, an email, a domain or a network, from writing on a site."""
    parts = open_parts()
    site = site_of(parts, key)
    now = parts.now()
    asked = Ban(
        id=0,
        site_id=site.id,
        kind=BanKind(kind),
        value=value,
        act=BanAct(said["act"]),
        reason=said["reason"],
        message=said["message"],
        actor=BY.actor,
        created=now,
        until=now + timedelta(days=days) if days else None,
        ended=None,
    )
    kept = banning.set_ban(parts, site, asked, by=BY)
    click.echo(f"Ban {kept.id} of the {kept.kind} {kept.value} counts.")


@command.command("list", epilog="Example: comment-widget ban list --site blog --json")
@click.option("--site", "key", required=True, metavar="KEY", help="The site.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(key: str, as_json: bool) -> None:
    """List a site's bans, the newest first."""
    parts = open_parts()
    site = site_of(parts, key)
    with parts.database.read() as session:
        found = bans.bans_of(session, parts.keys, site.id)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for ban in found:
        until = "ended" if ban.ended else f"until {ban.until:%Y-%m-%d}" if ban.until else "for good"
        click.echo(f"{ban.id:5} {ban.kind:8} {ban.value:40} {ban.act:7} {until:17} {ban.reason}")


@command.command("end", epilog="Example: comment-widget ban end 1 --site blog")
@click.argument("number", metavar="ID", type=int)
@click.option("--site", "key", required=True, metavar="KEY", help="The site.")
def end(number: int, key: str) -> None:
    """End a ban."""
    parts = open_parts()
    ended = banning.end_ban(parts, site_of(parts, key), number, by=BY)
    click.echo(f"Ban {ended.id} of the {ended.kind} {ended.value} has ended.")
