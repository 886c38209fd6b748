"""The log: what everybody did on a site, or on the server, to be read and exported."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from widget.domain.audit_log import COMMAND_LINE, Action, Entry, Kind
from widget.domain.errors import FieldError, Malformed
from widget.domain.person import Right
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.publication.parts import Parts
from widget.store import audit_log, people, sites
from widget.store.audit_log import LogQuery, place_of, whole_log
from widget.transfer.audit_log import EXPORTS, Names

CLI = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of the log is asked for, as the form has it; dates are whole days, UTC."""

    who: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""

    @property
    def arguments(self) -> Mapping[str, str]:
        """Return those that are set, as query parameters."""
        pairs = {"who": self.who, "kind": self.kind, "since": self.since, "until": self.until}
        return {name: value for name, value in pairs.items() if value}

    def query(self, site: Site | None) -> LogQuery:
        """Return what the store is asked for.

        Raises:
            Malformed: for a kind that there isn't, or what is no date.
        """
        until = _day("until", self.until)
        return LogQuery(
            site_id=site.id if site else None,
            actors=COMMAND_LINE if self.who == CLI else (self.who,) if self.who else (),
            kind=_kind(self.kind),
            since=_day("since", self.since),
            until=until + timedelta(days=1) if until else None,
        )


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of the log."""

    def place(site_key: str | None) -> Site | None:
        if site_key is None:
            access.admin()
            return None
        return access.site(site_key, Right.PEOPLE)

    @dashboard.get("/<site_key>/log")
    def site_log(site_key: str) -> Answer:
        return _page(parts, access, place(site_key))

    @dashboard.get("/log")
    def server_log() -> Answer:
        return _page(parts, access, place(None))

    @dashboard.post("/log/export")
    @dashboard.post("/<site_key>/log/export")
    def export_log(site_key: str | None = None) -> Answer:
        """Hand out the log as a file, and write down that this was done."""
        site = place(site_key)
        form = request.form.get("form", "")
        if form not in EXPORTS:
            raise Malformed([FieldError("form", f"It is one of {', '.join(EXPORTS)}.")])
        query = _filters(request.form).query(site)
        entry = Entry(
            action=Action.LOG_EXPORTED,
            by=access.by(),
            site_id=site.id if site else None,
            details={"form": form, **_filters(request.form).arguments},
        )
        with parts.database.write() as session:
            audit_log.write(session, parts.keys, entry, parts.now())
        return _file(parts, site, query, form)


def _page(parts: Parts, access: Access, site: Site | None) -> Answer:
    filters = _filters(request.args)
    after = place_of(request.args.get("after", ""))
    query = replace(filters.query(site), after=after)
    with parts.database.read() as session:
        found = audit_log.log_page(session, parts.keys, query)
        actors = audit_log.actors_of(session, query.site_id)
        named = words.people_of([*actors, *(line.target for line in found.lines)])
        emails = people.emails_of(session, parts.keys, named)
        known = {one.id: one for one in sites.list_sites(session)}
    page = render_template(
        "dashboard/log.html",
        site=site,
        sites=access.own_sites(),
        known_sites=known,
        lines=found.lines,
        filters=filters,
        is_first=after is None,
        following=_following(site, filters, found.after.text if found.after else None),
        who=_choices(actors, emails),
        kinds=list(Kind),
        emails=emails,
        words=words,
    )
    return make_response(page)


def _file(parts: Parts, site: Site | None, query: LogQuery, form: str) -> Answer:
    """Return the log as a file that is written while it is sent."""
    media_type, written = EXPORTS[form]
    names = Names(parts)
    rows = (names.row(line) for line in whole_log(parts.database, parts.keys, query))
    name = f"log-{site.key if site else 'server'}-{parts.now():%Y-%m-%d}.{form}"
    response = Response(written(rows), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _filters(values: Mapping[str, str]) -> Filters:
    return Filters(
        who=values.get("who", "")[:80],
        kind=values.get("kind", ""),
        since=values.get("since", ""),
        until=values.get("until", ""),
    )


def _choices(actors: list[str], emails: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return whom the log can be read by, with their names; the command line is one of them."""
    named = {
        CLI if actor in COMMAND_LINE else actor: words.actor_of(actor, emails) for actor in actors
    }
    return sorted(named.items(), key=lambda pair: pair[1])


def _following(site: Site | None, filters: Filters, after: str | None) -> str | None:
    """Return the address of the next page, ``None`` on the last."""
    if after is None:
        return None
    here = (
        url_for("dashboard.site_log", site_key=site.key)
        if site
        else url_for("dashboard.server_log")
    )
    return f"{here}?{urlencode({**filters.arguments, 'after': after})}"


def _kind(text: str) -> Kind | None:
    if not text:
        return None
    try:
        return Kind(text)
    except ValueError as error:
        kinds = ", ".join(Kind)
        raise Malformed([FieldError("kind", f"It is one of {kinds}.")]) from error


def _day(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed([FieldError(name, "Write a date as 2026-12-31.")]) from error
