"""``comment-widget moderation try`` and ``replay``: plugins tried out, with nothing stored."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click
import orjson
from rich.console import Console
from rich.progress import Progress

from widget.cli.assignments import grouped
from widget.cli.opening import open_parts, site_of
from widget.domain.comment import Author
from widget.domain.submission import Occasion, Submission
from widget.domain.trail import TrailEntry
from widget.moderation.replay import Question, count, replay
from widget.moderation.replayed import Replayed
from widget.moderation.trial import try_out
from widget.publication.parts import Parts
from widget.submission.submit import clean

set_option = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="X.Y=Z",
    help="A plugin's setting to try: PLUGIN.NAME=VALUE. May be given again; it isn't kept.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
site_option = click.option("--site", "site_key", metavar="KEY", required=True, help="Which site.")


@click.command(
    "try", epilog="Example: comment-widget moderation try 'Call me' --site blog --set words.mode=on"
)
@click.argument("text")
@site_option
@click.option("--name", help="The author's name.")
@click.option("--email", help="The author's email address.")
@click.option("--website", help="The author's website.")
@click.option("--address", help="The author's IP address.")
@click.option("--agreed", is_flag=True, help="As if the author agreed that others check it.")
@set_option
@json_option
def try_one(
    text: str,
    site_key: str,
    assignments: Sequence[str],
    as_json: bool,
    agreed: bool,
    **author: str | None,
) -> None:
    """Say what each plugin would make of a comment. Nothing is stored, and nobody is told."""
    parts = open_parts()
    submission = clean(_submission(parts, site_key, text, author))
    trial = try_out(parts, submission, grouped(assignments), agreed=agreed)
    judgement = trial.judgement
    if as_json:
        rows = [_row(entry) for entry in judgement.entries]
        found = {"outcome": judgement.outcome, "reason": judgement.reason, "plugins": rows}
        click.echo(orjson.dumps(found | {"html": trial.html}, option=orjson.OPT_INDENT_2).decode())
        return
    for entry in judgement.entries:
        row = _row(entry)
        mode = "" if entry.mode == "on" else f"({entry.mode}) "
        click.echo(f"{entry.plugin:20}  {row['said']:10}  {mode}{entry.reason}")
    click.echo(f"\n{judgement.outcome}: {judgement.reason}")


def _submission(
    parts: Parts, site_key: str, text: str, author: Mapping[str, str | None]
) -> Submission:
    site = site_of(parts, site_key)
    page = f"https://{site.hosts[0].removeprefix('http://').removeprefix('*.')}/"
    return Submission(
        site=site,
        url=page,
        permalink=page,
        author=Author(author["name"], author["email"], author["website"]),
        body=text,
        address=author["address"],
        occasion=Occasion.TRIAL,
        at=parts.now(),
    )


@click.command(
    "replay",
    epilog="Example: comment-widget moderation replay --site blog --plugin words",
)
@site_option
@click.option("--plugin", "name", required=True, help="The plugin to ask.")
@set_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only comments from this day on (UTC), as 2026-01-31.",
)
@click.option("--remote", is_flag=True, help="Let it send comments to others, if it does that.")
@click.option(
    "--dry-run",
    is_flag=True,
    expose_value=False,
    help="Said for clarity: a replay writes nothing, ever.",
)
@json_option
def replay_past(
    site_key: str,
    name: str,
    assignments: Sequence[str],
    since: datetime | None,
    remote: bool,
    as_json: bool,
) -> None:
    """Ask a plugin about past comments, and set it against what moderators decided."""
    parts = open_parts()
    question = Question(
        site=site_of(parts, site_key),
        plugin=name,
        changes=grouped(assignments),
        since=since.replace(tzinfo=UTC) if since else None,
        remote=remote,
    )
    found = _with_progress(parts, question)
    if as_json:
        click.echo(orjson.dumps(_told(found), option=orjson.OPT_INDENT_2).decode())
        return
    _print(found)


def _with_progress(parts: Parts, question: Question) -> Replayed:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(question.plugin, total=count(parts, question))
        return replay(parts, question, lambda done: shown.advance(task, done))


def _told(found: Replayed) -> dict[str, object]:
    decided = found.decided
    return {
        "comments": found.comments,
        "said": found.said,
        "objected_refused": decided[True, True],
        "objected_published": decided[True, False],
        "passed_refused": decided[False, True],
        "passed_published": decided[False, False],
        "precision": found.precision,
        "recall": found.recall,
        "otherwise": found.otherwise,
    }


def _print(found: Replayed) -> None:
    said = ", ".join(f"{word} {number}" for word, number in sorted(found.said.items()))
    click.echo(f"{found.comments} comments: {said or 'nothing'}")
    decided = found.decided
    click.echo(f"{'':24}{'it objects':>12}{'it passes':>12}")
    for words, refused in (("moderators refused", True), ("moderators published", False)):
        click.echo(f"{words:24}{decided[True, refused]:>12}{decided[False, refused]:>12}")
    for words, part in (("precision", found.precision), ("recall", found.recall)):
        click.echo(f"{words:24}{'-' if part is None else f'{part:.3f}':>12}")
    for one in found.otherwise:
        outcome = one.outcome or "passes"
        click.echo(f"{one.comment:8}  decided {one.decided}, it {outcome}  {one.reason}")


def _row(entry: TrailEntry) -> dict[str, object]:
    return {
        "plugin": entry.plugin,
        "mode": entry.mode,
        "said": entry.verdict.outcome.value if entry.verdict else entry.answer.value,
        "reason": entry.reason,
        "score": entry.verdict.score if entry.verdict else None,
        "duration_ms": entry.duration_ms,
    }
