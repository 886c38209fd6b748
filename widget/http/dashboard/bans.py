"""Bans of a site: who may not write, since when and why; searched, changed and ended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.ban import Ban, BanAct, BanKind
from widget.domain.errors import Conflict, FieldError, Invalid, Malformed
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.moderation import banning
from widget.publication.parts import Parts
from widget.store import bans, people
from widget.store.bans import BanQuery

#: Which bans are listed: all, those in force, those that are over.
WHICH: Mapping[str, bool | None] = {"": None, "now": True, "over": False}
_MAX_SOUGHT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which bans are asked for, as the form has it."""

    about: str = ""
    which: str = ""

    @property
    def arguments(self) -> Mapping[str, str]:
        """Return what is set, as query parameters."""
        pairs = {"q": self.about, "which": self.which}
        return {name: value for name, value in pairs.items() if value}


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of bans that are set."""
    _add_list(dashboard, parts, access)
    _add_one(dashboard, parts, access)


def _add_list(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/bans")
    def site_bans(site_key: str) -> Response:
        site = access.site(site_key)
        sought = Sought(
            about=request.args.get("q", "").strip()[:_MAX_SOUGHT],
            which=request.args.get("which", ""),
        )
        query = _query(parts, site, sought)
        with parts.database.read() as session:
            found, before = bans.bans_page(session, parts.keys, query)
            who = words.people_of(ban.actor for ban in found)
            emails = people.emails_of(session, parts.keys, who)
            known = bool(found) or bool(bans.bans_of(session, parts.keys, site.id, 1))
        page = render_template(
            "dashboard/bans.html",
            site=site,
            sites=access.own_sites(),
            bans=found,
            now=parts.now(),
            emails=emails,
            words=words,
            sought=sought,
            following=_following(site, sought, before),
            is_first=query.before is None,
            is_empty=not known,
            set_now=request.args.get("set", ""),
        )
        return make_response(page)

    @dashboard.post("/<site_key>/bans/<int:ban_id>/end")
    def end_ban(site_key: str, ban_id: int) -> Response:
        site = access.site(site_key)
        banning.end_ban(parts, site, ban_id, by=access.by())
        return redirect(url_for("dashboard.site_bans", site_key=site.key), 303)


def _add_one(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    def page(
        site: Site, ban: Ban, values: Mapping[str, str], errors: Mapping[str, str]
    ) -> Response:
        with parts.database.read() as session:
            emails = people.emails_of(session, parts.keys, words.people_of([ban.actor]))
        text = render_template(
            "dashboard/ban.html",
            site=site,
            sites=access.own_sites(),
            ban=ban,
            counts=ban.counts(parts.now()),
            values=values,
            errors=errors,
            acts=list(BanAct),
            today=parts.now(),
            emails=emails,
            words=words,
        )
        return make_response(text, 422 if errors else 200)

    def asked_for(site: Site, ban_id: int) -> Ban:
        with parts.database.read() as session:
            return bans.get_ban(session, parts.keys, site.id, ban_id)

    @dashboard.get("/<site_key>/bans/<int:ban_id>")
    def ban(site_key: str, ban_id: int) -> Response:
        site = access.site(site_key)
        found = asked_for(site, ban_id)
        return page(site, found, _values(found), {})

    @dashboard.post("/<site_key>/bans/<int:ban_id>")
    def change_ban(site_key: str, ban_id: int) -> Response:
        site = access.site(site_key)
        found = asked_for(site, ban_id)
        values = {name: request.form.get(name, "").strip() for name in _values(found)}
        try:
            changed = replace(
                found,
                until=_until(values["until"], found),
                act=BanAct.HOLD if values["act"] == BanAct.HOLD else BanAct.REJECT,
                reason=values["reason"],
                message=values["message"],
            )
            banning.change_ban(parts, site, changed, by=access.by())
        except Invalid as error:
            return page(site, found, values, {one.field: one.message for one in error.errors})
        except Conflict as error:
            return page(site, found, values, {"": str(error)})
        return redirect(_address(site, found), 303)


def _query(parts: Parts, site: Site, sought: Sought) -> BanQuery:
    """Return what the store is asked for.

    Raises:
        Malformed: for a list that there isn't, or what is no place in it.
    """
    before = request.args.get("before", "")
    if sought.which not in WHICH:
        raise Malformed([FieldError("which", "It is now, over, or nothing for all.")])
    before_id = read_id(before)
    if before and before_id is None:
        raise Malformed([FieldError("before", "It is the number of a ban.")])
    return BanQuery(
        site_id=site.id,
        now=parts.now(),
        counting=WHICH[sought.which],
        about=sought.about,
        before=before_id,
    )


def _following(site: Site, sought: Sought, before: int | None) -> str | None:
    if before is None:
        return None
    here = url_for("dashboard.site_bans", site_key=site.key)
    return f"{here}?{urlencode({**sought.arguments, 'before': before})}"


def _values(ban: Ban) -> dict[str, str]:
    return {
        "until": f"{ban.until:%Y-%m-%d}" if ban.until else "",
        "act": ban.act.value,
        "reason": ban.reason,
        "message": ban.message,
    }


def _until(text: str, ban: Ban) -> datetime | None:
    """Return the end of a day, UTC; ``None`` for good. The day of before is the end of before.

    Raises:
        Invalid: where it is no day.
    """
    if text == _values(ban)["until"]:
        return ban.until
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        return datetime.combine(day, time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise Invalid([FieldError("until", "Write a day as 2026-12-31.")]) from error


def _address(site: Site, ban: Ban) -> str:
    return url_for("dashboard.site_bans", site_key=site.key, set=ban.id)


def kind_of(text: str) -> BanKind:
    """Return the kind of ban that a form names, an email's for anything else."""
    return BanKind(text) if text in list(BanKind) else BanKind.EMAIL
