"""``comment-widget site stats``: the overview of a site."""

from dataclasses import asdict

import click
import orjson

from widget.cli.opening import open_parts, site_of
from widget.domain.comment import Status
from widget.moderation.overview import MOST_DAYS, Figures, Overview, in_words, overview
from widget.store.to_do import PageToDo


@click.command("stats", epilog="Example: comment-widget site stats blog --days 90")
@click.argument("key")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=30,
    show_default=True,
    help="How many days (UTC), today among them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_stats(key: str, days: int, as_json: bool) -> None:
    """Show what came in on a site, what became of it, who decided and how soon.

    By day, or by week where more than 92 days are asked for.
    """
    parts = open_parts()
    found = overview(parts, site_of(parts, key), days)
    if as_json:
        click.echo(orjson.dumps(_told(found), option=orjson.OPT_INDENT_2).decode())
        return
    _print(found)


def _told(found: Overview) -> dict[str, object]:
    return {
        "days": found.days,
        "whole": _row(found.whole),
        "comments_before": found.before,
        "steps": [_row(step) for step in found.steps],
        "waiting": found.waiting,
        "reported": found.reported,
        "plugins": [asdict(one) for one in found.plugins],
        "pages": [_page(page) for page in found.pages],
    }


def _row(step: Figures) -> dict[str, object]:
    return {
        "since": step.since,
        "until": step.until,
        "comments": step.comments,
        **step.stand,
        "decided_by_pipeline": step.by_pipeline,
        "decided_by_people": step.by_people,
        "waited_median_s": step.median_s,
        "waited_p90_s": step.p90_s,
    }


def _page(page: PageToDo) -> dict[str, object]:
    return {"url": page.thread.url, "held": page.held, "reported": page.reported}


def _print(found: Overview) -> None:
    names = [status.value for status in Status]
    click.echo(f"{'from':10}  " + "".join(f"{name:>10}" for name in names) + f"{'half wait':>12}")
    for step in [*found.steps, found.whole]:
        numbers = "".join(f"{step.stand[name]:>10}" for name in names)
        start = "all" if step is found.whole else step.since.isoformat()
        click.echo(f"{start:10}  {numbers}{in_words(step.median_s):>12}")
    whole = found.whole
    click.echo(f"\ndecided by plugins and policy {whole.by_pipeline}, by people {whole.by_people}")
    click.echo(f"held now {found.waiting}, reported now {found.reported}")
    for one in found.plugins:
        click.echo(f"{one.plugin:20}  objects to {one.objected}, overruled {one.overruled}")
    for page in found.pages:
        click.echo(f"{page.held:6} held {page.reported:6} reported  {page.thread.url}")
