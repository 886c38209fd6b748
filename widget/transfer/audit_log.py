"""The audit log as a file: CSV, JSON lines, or one JSON array; line by line, however long it is."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

import orjson

from widget.domain.audit_log import COMMAND_LINE, LogLine
from widget.publication.parts import Parts
from widget.store import people, sites

PERSON = "person:"
COLUMNS = (
    "at", "actor", "who", "kind", "action", "site", "target", "email", "address", "details",
)  # fmt: skip
#: A spreadsheet takes a cell that begins like this for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Mapping[str, object]


class Names:
    """Who and where an id in the log is; what was looked up once is kept for the next line."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._emails: dict[int, str] = {}
        with parts.database.read() as session:
            self._sites = {site.id: site.key for site in sites.list_sites(session)}

    def who(self, actor: str) -> str:
        """Return an actor in words: a person's address, or a part of the server."""
        if actor in COMMAND_LINE:
            return COMMAND_LINE[0]
        number = actor.removeprefix(PERSON)
        if number == actor or not number.isdecimal():
            return actor
        person_id = int(number)
        if person_id not in self._emails:
            with self._parts.database.read() as session:
                found = people.emails_of(session, self._parts.keys, [person_id])
            self._emails[person_id] = found.get(person_id, actor)
        return self._emails[person_id]

    def site(self, site_id: int | None) -> str | None:
        """Return a site's key, ``None`` for the server or a site that is gone."""
        return self._sites.get(site_id) if site_id is not None else None

    def row(self, line: LogLine) -> Row:
        """Return a line as what it says, by the names of ``COLUMNS``."""
        about = self.who(line.target) if line.target.startswith(PERSON) else None
        return {
            "at": line.at.isoformat().replace("+00:00", "Z"),
            "actor": line.actor,
            "who": self.who(line.actor),
            "kind": line.kind.value,
            "action": line.action,
            "site": self.site(line.site_id),
            "target": line.target or None,
            "email": line.email or (about if about != line.target else None),
            "address": line.address or None,
            "details": dict(line.details),
        }


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Return the rows as CSV (RFC 4180) with a heading; no cell is a formula."""
    yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line([_cell(row[name]) for name in COLUMNS])


def as_json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Return the rows as JSON, one on each line."""
    for row in rows:
        yield orjson.dumps(row).decode() + "\n"


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """Return the rows as one JSON array, a row on each line."""
    before = "[\n"
    for row in rows:
        yield before + orjson.dumps(row).decode()
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


#: How a log can be exported: the file's ending, its media type, and how it is written.
EXPORTS: Mapping[str, tuple[str, Callable[[Iterable[Row]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}


def _cell(value: object) -> str:
    if value is None or value == {}:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
