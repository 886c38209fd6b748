"""Bans of a site: who may not write, since when and why; set from a comment or by hand."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.ban import Ban, BanAct, BanKind
from widget.domain.comment import Comment
from widget.domain.errors import Invalid, NotFound
from widget.domain.site import Site
from widget.http.dashboard.access import Access
from widget.moderation import banning
from widget.publication.parts import Parts
from widget.store import bans, comments, people

#: For how long somebody may be banned, days; 0 is for good.
TERMS = (1, 7, 30, 365, 0)
_FIELDS = ("kind", "value", "days", "act", "reason", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the form holds, what is at fault with it, and what a comment offers to ban."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[tuple[BanKind, str], ...] = ()


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of bans."""

    @dashboard.get("/<site_key>/bans")
    def site_bans(site_key: str) -> Response:
        site = access.site(site_key)
        offers = _offers(parts, site, request.args.get("comment", ""))
        kind, value = offers[0] if offers else (BanKind.EMAIL, "")
        values = {"kind": kind.value, "value": value, "days": "30", "act": BanAct.REJECT.value}
        return _page(parts, access, site, _Shown(values=values, offers=offers))

    @dashboard.post("/<site_key>/bans")
    def set_ban(site_key: str) -> Response:
        site = access.site(site_key)
        values = {name: request.form.get(name, "").strip() for name in _FIELDS}
        try:
            banning.set_ban(parts, site, _asked(parts, site, values), by=access.by())
        except Invalid as error:
            errors = {fault.field: fault.message for fault in error.errors}
            return _page(parts, access, site, _Shown(values=values, errors=errors), 422)
        return redirect(url_for("dashboard.site_bans", site_key=site.key), 303)

    @dashboard.post("/<site_key>/bans/<int:ban_id>/end")
    def end_ban(site_key: str, ban_id: int) -> Response:
        site = access.site(site_key)
        banning.end_ban(parts, site, ban_id, by=access.by())
        return redirect(url_for("dashboard.site_bans", site_key=site.key), 303)


def _page(parts: Parts, access: Access, site: Site, shown: _Shown, status: int = 200) -> Response:
    now = parts.now()
    with parts.database.read() as session:
        found = bans.bans_of(session, parts.keys, site.id)
        numbers = {ban.actor.removeprefix("person:") for ban in found}
        emails = people.emails_of(session, parts.keys, [int(n) for n in numbers if n.isdecimal()])
    page = render_template(
        "dashboard/bans.html",
        site=site,
        sites=access.own_sites(),
        bans=found,
        counts={ban.id: not ban.ended and (ban.until is None or ban.until > now) for ban in found},
        who={f"person:{number}": email for number, email in emails.items()},
        shown=shown,
        kinds=list(BanKind),
        acts=list(BanAct),
        terms=TERMS,
    )
    return make_response(page, status)


def _asked(parts: Parts, site: Site, values: Mapping[str, str]) -> Ban:
    now = parts.now()
    days = int(values["days"]) if values["days"] in map(str, TERMS) else 0
    kind = BanKind(values["kind"]) if values["kind"] in list(BanKind) else BanKind.EMAIL
    return Ban(
        id=0,
        site_id=site.id,
        kind=kind,
        value=values["value"],
        act=BanAct.HOLD if values["act"] == BanAct.HOLD else BanAct.REJECT,
        reason=values["reason"],
        message=values["message"],
        actor="",
        created=now,
        until=now + timedelta(days=days) if days else None,
        ended=None,
    )


def _offers(parts: Parts, site: Site, number: str) -> tuple[tuple[BanKind, str], ...]:
    """Return what can be banned of a comment's author, what means them alone first."""
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return ()
    with parts.database.read() as session:
        try:
            comment = comments.get_comment(session, parts.keys, int(number))
        except NotFound:
            return ()
    if comment.site_id != site.id:
        return ()
    return tuple(_known(comment))


def _known(comment: Comment) -> list[tuple[BanKind, str]]:
    found: list[tuple[BanKind, str]] = []
    if comment.author.email:
        found.append((BanKind.EMAIL, comment.author.email))
    try:
        address = ipaddress.ip_address(comment.address or "")
    except ValueError:
        address = None
    if address is not None:
        wide = 24 if address.version == 4 else 48
        found.append((BanKind.NETWORK, str(address)))
        network = ipaddress.ip_network((address, wide), strict=False)
        found.append((BanKind.NETWORK, str(network)))
    if comment.author.email:
        found.append((BanKind.DOMAIN, comment.author.email.rpartition("@")[2]))
    return found
