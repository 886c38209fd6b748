"""A plugin replayed over past comments: started, watched, cancelled, and what it found."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Conflict, FieldError, Invalid, NotFound
from widget.domain.person import Right
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.fields import SettingField, fields_of, values_from
from widget.moderation import replays as running
from widget.moderation.replayed import MAX_CHANGED, Replayed
from widget.moderation.replays import KEPT_DAYS, MAX_REMOTE, USUAL_REMOTE, Wanted
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.store import people, replays
from widget.store.replays import Replay

#: What every plugin has and no replay goes by: it is on, and what it can't answer is counted.
_NOT_TRIED = frozenset({"mode", "on_failure"})
#: Fields of the form beside those of the settings; no setting's name has a dot in it.
_OWN = ("since", "until", "most", "remote")
_PREFIX = "replay."
_MOST = 10_000_000
_SHOWN = 200
_COLUMNS = ("comment", "written", "before", "after", "reason", "decided", "address")
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of a plugin's replays."""

    parts: Parts
    access: Access

    def form(
        self, site: Site, plugin: SitePlugin, errors: Mapping[str, str], status: int = 200
    ) -> Response:
        """Return the form that starts a replay, and the plugin's earlier ones."""
        sends = plugin.plugin.info.sends_in_words or None
        usual = {"most": str(USUAL_REMOTE)} if sends else {}
        typed = {name: request.form.get(_PREFIX + name, usual.get(name, "")) for name in _OWN}
        with self.parts.database.read() as session:
            past = replays.of_plugin(session, site.id, plugin.name)
        page = render_template(
            "dashboard/replays.html",
            site=site,
            sites=self.access.own_sites(),
            plugin=plugin,
            fields=_fields(plugin, errors),
            errors=errors,
            typed=typed,
            past=past,
            sends=sends,
            most_remote=MAX_REMOTE,
            days=KEPT_DAYS,
        )
        return make_response(page, status)

    def one(self, site: Site, replay: Replay) -> Response:
        """Return how far a replay is, or what it found."""
        found = Replayed.from_json(replay.found)
        with self.parts.database.read() as session:
            emails = people.emails_of(session, self.parts.keys, words.people_of([replay.actor]))
        page = render_template(
            "dashboard/replay.html",
            site=site,
            sites=self.access.own_sites(),
            replay=replay,
            found=found,
            changes=list(found.changes)[::-1][:_SHOWN],
            kept=min(found.changed, MAX_CHANGED),
            who=words.actor_of(replay.actor, emails),
            days=KEPT_DAYS,
        )
        return make_response(page)


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/plugins/<name>/replays``."""
    pages = _Pages(parts, access)
    _add_form(dashboard, pages)
    _add_one(dashboard, pages)


def _add_form(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    @dashboard.get("/<site_key>/plugins/<name>/replays")
    def plugin_replays(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        return pages.form(site, _judging(parts, site, name), {})

    @dashboard.post("/<site_key>/plugins/<name>/replays")
    def start_replay(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        plugin = _judging(parts, site, name)
        try:
            replay = running.start(parts, _wanted(site, plugin), actor=current_person().actor)
        except Invalid as error:
            prefix = f"{name}."
            faults = {one.field.removeprefix(prefix): one.message for one in error.errors}
            return pages.form(site, plugin, faults, 422)
        except Conflict as error:
            return pages.form(site, plugin, {"": str(error)}, 409)
        return redirect(_address(site, replay), 303)


def _add_one(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    def asked_for(site: Site, name: str, replay_id: int) -> Replay:
        with parts.database.read() as session:
            return replays.on_site(session, site.id, name, replay_id)

    @dashboard.get("/<site_key>/plugins/<name>/replays/<int:replay_id>")
    def plugin_replay(site_key: str, name: str, replay_id: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        return pages.one(site, asked_for(site, name, replay_id))

    @dashboard.post("/<site_key>/plugins/<name>/replays/<int:replay_id>/cancel")
    def cancel_replay(site_key: str, name: str, replay_id: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        replay = asked_for(site, name, replay_id)
        running.cancel(parts, replay)
        return redirect(_address(site, replay), 303)

    @dashboard.get("/<site_key>/plugins/<name>/replays/<int:replay_id>.csv")
    def replay_as_csv(site_key: str, name: str, replay_id: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        replay = asked_for(site, name, replay_id)
        answer = make_response(_as_csv(parts.config.url, site, replay))
        answer.headers["Content-Type"] = "text/csv; charset=utf-8"
        file = f"replay-{site.key}-{replay.plugin}-{replay.id}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        return answer


def _judging(parts: Parts, site: Site, name: str) -> SitePlugin:
    """Return a plugin that judges comments.

    Raises:
        NotFound: where there is none of that name, or it can't be loaded.
    """
    plugin = parts.plugins.get(site, name)
    if "check_submission" in plugin.plugin.hooks and parts.plugins.registry.get(name) is not None:
        return plugin
    raise NotFound(f"{name} judges no comments.")


def _fields(plugin: SitePlugin, errors: Mapping[str, str]) -> list[SettingField]:
    typed = request.form if request.method == "POST" else None
    fields = fields_of(plugin.settings, errors, typed)
    return [field for field in fields if field.name not in _NOT_TRIED]


def _wanted(site: Site, plugin: SitePlugin) -> Wanted:
    """Return what the form asks for.

    Raises:
        Invalid: naming each field of its own that can't be read.
    """
    faults: list[FieldError] = []
    since, until = _day("since", faults), _day("until", faults)
    if since and until and since > until:
        faults.append(FieldError(f"{_PREFIX}until", "It is before the first day."))
    most = _number("most", faults)
    if faults:
        raise Invalid(faults)
    return Wanted(
        site=site,
        plugin=plugin.name,
        values=values_from(plugin.settings, request.form),
        since=since,
        until=until + timedelta(days=1) if until else None,
        most=most,
        remote=f"{_PREFIX}remote" in request.form,
    )


def _day(name: str, faults: list[FieldError]) -> datetime | None:
    text = request.form.get(_PREFIX + name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults.append(FieldError(_PREFIX + name, "Write a day as 2026-01-31."))
        return None
    if not date(1970, 1, 1) <= day <= date(9000, 1, 1):
        faults.append(FieldError(_PREFIX + name, "There are no comments of that day."))
        return None
    return datetime.combine(day, time(), UTC)


def _number(name: str, faults: list[FieldError]) -> int | None:
    text = request.form.get(_PREFIX + name, "").strip()
    if not text:
        return None
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))
    if not (digits and 0 < int(text) <= _MOST):
        faults.append(
            FieldError(_PREFIX + name, f"Write a number from 1 to {_MOST:,}, or nothing for all.")
        )
        return None
    return int(text)


def _address(site: Site, replay: Replay) -> str:
    return url_for(
        "dashboard.plugin_replay", site_key=site.key, name=replay.plugin, replay_id=replay.id
    )


def _as_csv(server: str, site: Site, replay: Replay) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_rows(server, site, replay))
    return text.getvalue()


def _rows(server: str, site: Site, replay: Replay) -> Iterator[list[str | int]]:
    for one in reversed(Replayed.from_json(replay.found).changes):
        path = url_for("dashboard.comment", site_key=site.key, comment_id=one.comment)
        said = [one.created, one.before, one.after, one.reason, one.decided or "", server + path]
        yield [one.comment, *(_plain(value) for value in said)]


def _plain(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
