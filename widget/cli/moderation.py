"""``comment-widget moderation``."""

from collections.abc import Callable, Sequence

import click
import orjson

from widget.cli import author, marking, trying
from widget.cli.opening import open_parts, site_of
from widget.domain.comment import Comment, Status
from widget.domain.errors import FieldError, Invalid
from widget.moderation.decide import change_status
from widget.moderation.decide import undo as take_back
from widget.publication.parts import Parts
from widget.store import comments, listing, moves, reactions, trails

#: Who works at the command line is a person to the plugins that learn from people.
ACTOR = "person:cli"


@click.group("moderation", epilog="Example: comment-widget moderation list --status pending")
def command() -> None:
    """List comments, see why they stand where they do, and decide."""


@command.command("list", epilog="Example: comment-widget moderation list --site blog --json")
@click.option("--site", "site_key", metavar="KEY", help="Only this site's.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status]),
    default="pending",
    help="Which comments.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_some(site_key: str | None, status: str, limit: int, as_json: bool) -> None:
    """List comments of one status, the newest first."""
    parts = open_parts()
    site = site_of(parts, site_key) if site_key else None
    with parts.database.read() as session:
        found = listing.newest(
            session, parts.keys, Status(status), site.id if site else None, limit
        )
    if as_json:
        rows = [_row(comment) for comment in found]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for comment in found:
        first = " ".join(comment.source.split())[:60]
        click.echo(f"{comment.id:6}  {comment.author.name or 'anonymous':20}  {first}")


@command.command("show", epilog="Example: comment-widget moderation show 17")
@click.argument("comment_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(comment_id: int, as_json: bool) -> None:
    """Show a comment with its trail: what each plugin said, and each decision."""
    parts = open_parts()
    with parts.database.read() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
        entries = trails.trail_of(session, comment_id)
        events = trails.events_of(session, comment_id)
        flags = reactions.flags_by_comment(session, [comment_id]).get(comment_id, [])
        path = moves.paths_of(session, [comment_id]).get(comment_id, [])
    row = _row(comment) | {
        "trail": [
            {
                "plugin": entry.plugin,
                "version": entry.version,
                "mode": entry.mode,
                "answer": entry.answer,
                "outcome": entry.verdict.outcome if entry.verdict else None,
                "reason": entry.reason,
                "score": entry.verdict.score if entry.verdict else None,
                "duration_ms": entry.duration_ms,
            }
            for entry in entries
        ],
        "decisions": [
            {"from": event.before, "to": event.after, "actor": event.actor, "at": event.at}
            | {"reason": event.reason, "message": event.message}
            for event in events
        ],
        "moves": [
            {"from": source.url, "to": target.url, "actor": move.actor, "at": move.at}
            for move, source, target in path
        ],
        "reports": [{"reason": flag.reason, "at": flag.at} for flag in flags],
    }
    if as_json:
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"{comment.id}  {comment.status}  {comment.author.name or 'anonymous'}")
    click.echo(f"\n{comment.source}\n")
    for flag in flags:
        click.echo(f"{flag.at:%Y-%m-%d %H:%M}  reported by a reader: {flag.reason}")
    for entry in entries:
        said = entry.verdict.outcome if entry.verdict else entry.answer
        click.echo(f"{entry.plugin:20}  {said:10}  {entry.duration_ms:7.1f} ms  {entry.reason}")
    for event in events:
        was = event.before or "new"
        click.echo(
            f"{event.at:%Y-%m-%d %H:%M}  {was} -> {event.after}  {event.actor}  {event.reason}"
        )
    for move, source, target in path:
        click.echo(f"{move.at:%Y-%m-%d %H:%M}  {source.url} -> {target.url}  {move.actor}")


def _decides(name: str, after: Status, words: str) -> click.Command:
    @click.command(name, help=words, epilog=f"Example: comment-widget moderation {name} 17 18")
    @click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
    @click.option("--reason", default="", help="Why; kept with the decision, for moderators.")
    def decide(ids: Sequence[int], reason: str, message: str | None = None) -> None:
        _for_each(
            ids,
            lambda parts, one: change_status(
                parts, one, after, actor=ACTOR, reason=reason, message=message
            ),
        )

    if after is Status.REJECTED:
        told = click.Option(["--message"], metavar="TEXT", help="What the author is told.")
        decide.params.append(told)
    return decide


for _name, _after, _words in (
    ("approve", Status.PUBLISHED, "Publish comments."),
    ("spam", Status.SPAM, "Call comments spam; plugins that learn are told."),
    ("reject", Status.REJECTED, "Refuse comments."),
    ("delete", Status.DELETED, "Delete comments; under replies a tombstone remains."),
):
    command.add_command(_decides(_name, _after, _words))


@command.command("restore", epilog="Example: comment-widget moderation restore 17")
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
def restore(ids: Sequence[int]) -> None:
    """Take back the last decision on each comment."""
    _for_each(ids, lambda parts, one: take_back(parts, one, actor=ACTOR))


for _command in (
    marking.mark_some,
    marking.close,
    marking.reopen,
    marking.page_policy,
    trying.try_one,
    trying.replay_past,
    author.act_on_author,
    author.take_back,
):
    command.add_command(_command)


def _for_each(ids: Sequence[int], act: Callable[[Parts, int], object]) -> None:
    parts = open_parts()
    with parts.database.read() as session:
        unknown = [one for one in ids if not listing.exists(session, one)]
    if unknown:
        listed = ", ".join(str(one) for one in unknown)
        raise Invalid([FieldError("ID", f"There is no comment {listed}; nothing was changed.")])
    for one in ids:
        act(parts, one)
    click.echo(f"Changed {len(ids)} comment{'s' if len(ids) != 1 else ''}.")


def _row(comment: Comment) -> dict[str, object]:
    return {
        "id": comment.id,
        "status": comment.status,
        "thread": comment.thread_id,
        "parent": comment.parent,
        "author": comment.author.name,
        "website": comment.author.website,
        "created": comment.created,
        "flags": comment.flag_count,
        "body": comment.source,
    }
