"""``comment-widget moderation author`` and ``take-back``: all that somebody wrote, at once."""

import click
import orjson
from rich.console import Console
from rich.progress import Progress

from widget.cli.opening import open_parts, site_of
from widget.domain.errors import FieldError, Invalid
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.domain.sweep import CHANGES, KnownBy, Sweep, SweepAct, SweepState
from widget.moderation import sweeping
from widget.moderation.sweeping import Wanted
from widget.publication.parts import Parts
from widget.store import authored, listing, sweeps
from widget.store.authored import Whose, Wrote

#: Who works at the command line is a person to the plugins that learn from people.
ACTOR = "person:cli"
_DONE = {SweepAct.APPROVE: "Approved", SweepAct.SPAM: "Called spam", SweepAct.DELETE: "Deleted"}


@click.command(
    "author",
    epilog="Example: comment-widget moderation author ada@example.org --site blog --spam --dry-run",
)
@click.argument("who", metavar="EMAIL|ID")
@click.option("--site", "key", metavar="KEY", required=True, help="The site.")
@click.option("--approve", "act", flag_value="approve", help="Publish what is held or refused.")
@click.option("--spam", "act", flag_value="spam", help="Call everything spam.")
@click.option("--delete", "act", flag_value="delete", help="Delete everything.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def act_on_author(who: str, key: str, act: str | None, dry_run: bool, as_json: bool) -> None:
    """Decide on everything that an author wrote on a site.

    The author is that of a comment, by its number, known by the email or else the address; or the
    one of an email. What was deleted stays deleted.
    """
    if act is None:
        raise click.UsageError("Say what to do: --approve, --spam or --delete.")
    parts = open_parts()
    site, wanted = site_of(parts, key), SweepAct(act)
    whose = _whose(parts, site, who)
    with parts.database.read() as session:
        through = authored.newest_id(session)
        (wrote,) = authored.look(session, parts.keys, [whose], through)
    number = wrote.of(CHANGES[wanted])
    sweep, changed = None, 0
    if not dry_run and number:
        asked = Wanted(site=site, whose=whose, act=wanted, through=through)
        started = sweeping.start(parts, asked, actor=ACTOR, at_once=0)
        sweep, changed = _finish(parts, started, number)
    if as_json:
        row = _row(whose, wanted, wrote, sweep) | {"changed": changed}
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    by = f"known by the {whose.known_by}"
    if sweep is None:
        click.echo(f"{wrote.kept} comments, {by}; {number} would change.")
    else:
        click.echo(f"{_DONE[wanted]}: {changed} of {wrote.kept} comments, {by}.")
        click.echo(f"Back: comment-widget moderation take-back {sweep.id} --site {site.key}")


@click.command("take-back", epilog="Example: comment-widget moderation take-back 1 --site blog")
@click.argument("number", metavar="NUMBER", type=int)
@click.option("--site", "key", metavar="KEY", required=True, help="The site.")
def take_back(number: int, key: str) -> None:
    """Take back what was done with everything by an author, by the number that was printed."""
    parts = open_parts()
    site = site_of(parts, key)
    with parts.database.read() as session:
        sweep = sweeps.on_site(session, site.id, number)
        changed = sweeps.changed_by(session, sweep.id)
    undoing = sweeping.take_back(parts, sweep, actor=ACTOR, at_once=0)
    _finish(parts, undoing, changed)
    with parts.database.read() as session:
        back = sweeps.taken_back(session, sweep.id)
    rest = "" if back == changed else " On the others somebody has decided since."
    click.echo(f"Took back {back} of {changed} decisions.{rest}")


def _whose(parts: Parts, site: Site, who: str) -> Whose:
    if "@" in who:
        return authored.whose_email(parts.keys, site, who)
    comment_id = read_id(who)
    if comment_id is None:
        raise Invalid([FieldError("author", "This is neither an email nor a comment's number.")])
    with parts.database.read() as session:
        if not listing.exists(session, comment_id):
            raise Invalid([FieldError("author", f"There is no comment {who}.")])
        whose = authored.author_of(session, site.id, comment_id)
    if whose is None:
        message = f"Nothing is known of the author of comment {who} on the site {site.key}."
        raise Invalid([FieldError("author", message)])
    return whose


def _finish(parts: Parts, sweep: Sweep, number: int) -> tuple[Sweep, int]:
    """Do it all here, with a bar where somebody looks; return how many comments were changed."""
    label = "Taking back" if sweep.state is SweepState.UNDOING else "Deciding"
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(label, total=number)
        ended = sweeping.work(parts, sweep, progress=lambda done: shown.advance(task, done))
    with parts.database.read() as session:
        return ended, sweeps.changed_by(session, sweep.id)


def _row(whose: Whose, act: SweepAct, wrote: Wrote, sweep: Sweep | None) -> dict[str, object]:
    return {
        "known_by": whose.known_by,
        "names": wrote.authors if whose.known_by is not KnownBy.EMAIL else None,
        "act": act,
        "comments": {status.value: number for status, number in wrote.by_status.items()},
        "would_change": wrote.of(CHANGES[act]),
        "number": sweep.id if sweep else None,
    }
