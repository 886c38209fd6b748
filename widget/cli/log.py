"""``comment-widget log``."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import click

from widget.cli.opening import open_parts, site_of
from widget.domain.audit_log import COMMAND_LINE, Kind
from widget.domain.errors import FieldError, Invalid
from widget.publication.parts import Parts
from widget.store import people
from widget.store.audit_log import LogQuery, whole_log
from widget.transfer.audit_log import Names, Row, as_csv, as_json, as_json_lines

_AGO = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME_HELP = "A time as 2026-12-31 or 2026-12-31T23:00, UTC, or as long ago as 30m, 12h, 7d, 2w."


@click.command("log", epilog="Example: comment-widget log --site blog --since 7d")
@click.option("--site", "site_key", metavar="KEY", help="Only this site's; else the server's.")
@click.option("--person", metavar="EMAIL", help="Only what this person did.")
@click.option("--cli", "by_cli", is_flag=True, help="Only what was done at the command line.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only about this.")
@click.option("--since", metavar="WHEN", help=_TIME_HELP)
@click.option("--until", metavar="WHEN", help="Only before then; written as --since is.")
@click.option("--limit", type=click.IntRange(min=1), help="So many lines at most; else all.")
@click.option("--json", "form", flag_value="json", help="Print one JSON array.")
@click.option("--jsonl", "form", flag_value="jsonl", help="Print JSON lines.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV, safe to open in a spreadsheet.")
def command(
    site_key: str | None,
    person: str | None,
    by_cli: bool,
    form: str | None,
    limit: int | None,
    **when_and_what: str | None,
) -> None:
    """Say who did what: signing in, people, settings, pages, decisions; the newest first."""
    parts = open_parts()
    query = LogQuery(
        site_id=site_of(parts, site_key).id if site_key else None,
        actors=COMMAND_LINE if by_cli else (),
        kind=Kind(when_and_what["kind"]) if when_and_what["kind"] else None,
        since=_time(parts, "since", when_and_what["since"]),
        until=_time(parts, "until", when_and_what["until"]),
    )
    if person:
        query = replace(query, actors=(*query.actors, _actor(parts, person)))
    names = Names(parts)
    rows = (names.row(line) for line in whole_log(parts.database, parts.keys, query))
    for line in _FORMS[form or "text"](islice(rows, limit)):
        click.echo(line, nl=False)


def _as_text(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        about = " ".join(str(one) for one in (row["site"], row["email"] or row["target"]) if one)
        details = row["details"] or ""
        line = f"{str(row['at'])[:16]}  {row['who']}  {row['action']}  {about}  {details}"
        # A name or a reason may hold anything; on a terminal it is one line, and nothing else.
        yield "".join(one if one.isprintable() else "?" for one in line.rstrip()) + "\n"


_FORMS: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "text": _as_text,
    "json": as_json,
    "jsonl": as_json_lines,
    "csv": as_csv,
}


def _actor(parts: Parts, email: str) -> str:
    with parts.database.read() as session:
        found = people.find_person(session, parts.keys, email)
    if found is None:
        raise Invalid([FieldError("person", f"There is nobody with the address {email!r}.")])
    return found.actor


def _time(parts: Parts, name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return parts.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Invalid([FieldError(name, f"{text!r} is no time. {_TIME_HELP}")]) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
