"""Banning somebody: by hand, or the author of a comment; what to think of is asked first."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.ban import Ban, BanAct, BanKind, ban_value, email_domain, website_host
from widget.domain.comment import Comment
from widget.domain.errors import Invalid, NotFound
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.domain.sweep import CHANGES, SweepAct
from widget.http.dashboard.access import Access
from widget.http.dashboard.author import address_of, first_of
from widget.http.dashboard.ban_warnings import Warned, warnings_of
from widget.http.dashboard.bans import kind_of
from widget.moderation import banning, sweeping
from widget.moderation.sweeping import Wanted
from widget.publication.parts import Parts
from widget.store import authored, bans, comments
from widget.store.authored import Whose, Wrote
from widget.store.database import Session

#: For how long somebody may be banned, days; 0 is for good.
TERMS = (1, 7, 30, 365, 0)
#: What can become of what they wrote before.
EARLIER = ("leave", SweepAct.HOLD.value, SweepAct.SPAM.value, SweepAct.DELETE.value)
#: The choice that is typed.
OTHER = "other"
_FIELDS = ("choice", "kind", "value", "days", "act", "earlier", "reason", "message", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be banned of an author, what it is, and what it would have caught."""

    kind: BanKind
    value: str
    what: str
    wrote: Wrote
    is_looked_for: bool

    @property
    def choice(self) -> str:
        """Return it as the form sends it."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the form holds, and what is at fault with it."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A ban that is asked for, in its one form, and what it would have caught by now."""

    ban: Ban
    earlier: str
    whose: Whose
    wrote: Wrote
    through: int

    @property
    def changes(self) -> int:
        """Return how many earlier comments would be changed."""
        return 0 if self.earlier == "leave" else self.wrote.of(CHANGES[SweepAct(self.earlier)])


class _Form:
    """The screen on which somebody is banned, and the one that asks again."""

    def __init__(self, parts: Parts, access: Access) -> None:
        self.parts = parts
        self.access = access

    def page(self, site: Site, shown: Shown) -> Response:
        """Return the form, with what is known of the author of a comment."""
        parts = self.parts
        with parts.database.read() as session:
            comment = _comment(parts, session, site, shown.values["comment"])
            offers = _offers(parts, session, site, comment) if comment else []
        values = dict(shown.values)
        if not values["choice"]:
            values["choice"] = offers[0].choice if offers else OTHER
        text = render_template(
            "dashboard/ban_form.html",
            site=site,
            sites=self.access.own_sites(),
            comment=comment,
            offers=offers,
            values=values,
            errors=shown.errors,
            kinds=list(BanKind),
            acts=list(BanAct),
            terms=TERMS,
            earlier=EARLIER,
            most_authors=authored.MOST_AUTHORS,
            looked_through=authored.LOOKED_THROUGH,
            other=OTHER,
        )
        return make_response(text, 422 if shown.errors else 200)

    def ask(self, site: Site, asked: Asked, warnings: Sequence[Warned]) -> Response:
        """Return the screen that tells what a ban means, and asks whether it is meant."""
        parts = self.parts
        with parts.database.read() as session:
            first = []
            if asked.changes:
                statuses = CHANGES[SweepAct(asked.earlier)]
                first = first_of(parts, session, asked.whose, statuses, asked.through)
        text = render_template(
            "dashboard/ban_confirm.html",
            site=site,
            sites=self.access.own_sites(),
            asked=asked,
            ban=asked.ban,
            warnings=warnings,
            first=first,
            looked_through=authored.LOOKED_THROUGH,
            most_authors=authored.MOST_AUTHORS,
            values={name: request.form.get(name, "") for name in _FIELDS},
        )
        return make_response(text)

    def asked(self, site: Site, values: Mapping[str, str]) -> Asked:
        """Return what the form asks for.

        Raises:
            Invalid: at the field at fault.
        """
        parts = self.parts
        ban = banning.checked(parts, _ban(parts, site, values))
        with parts.database.read() as session:
            whose = authored.whose_banned(session, parts.keys, site, ban.kind, ban.value)
            through = authored.newest_id(session)
            (wrote,) = authored.look(session, parts.keys, [whose], through)
        earlier = values["earlier"] if values["earlier"] in EARLIER else "leave"
        return Asked(ban=ban, earlier=earlier, whose=whose, wrote=wrote, through=through)

    def set(self, site: Site, asked: Asked) -> Response:
        """Set the ban, then do with the earlier comments what was asked for."""
        parts, by = self.parts, self.access.by()
        kept = banning.set_ban(parts, site, asked.ban, by=by)
        if asked.earlier == "leave":
            return redirect(url_for("dashboard.site_bans", site_key=site.key, set=kept.id), 303)
        with parts.database.read() as session:
            # What came until the ban counted is earlier, too.
            through = authored.newest_id(session)
        wanted = Wanted(
            site=site,
            whose=asked.whose,
            act=SweepAct(asked.earlier),
            through=through,
            ban_id=kept.id,
        )
        return redirect(address_of(site, sweeping.start(parts, wanted, actor=by.actor)), 303)


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes by which somebody is banned."""
    form = _Form(parts, access)

    @dashboard.get("/<site_key>/bans/new")
    def new_ban(site_key: str) -> Response:
        site = access.site(site_key)
        values = dict.fromkeys(_FIELDS, "") | {
            "kind": BanKind.EMAIL.value,
            "days": "30",
            "act": BanAct.REJECT.value,
            "earlier": EARLIER[0],
            "comment": request.args.get("comment", ""),
        }
        return form.page(site, Shown(values=values))

    @dashboard.post("/<site_key>/bans")
    def set_ban(site_key: str) -> Response:
        site = access.site(site_key)
        values = {name: request.form.get(name, "").strip() for name in _FIELDS}
        try:
            asked = form.asked(site, values)
            if not request.form.get("confirmed"):
                warnings = warnings_of(parts, site, asked.ban, access.by().address, asked.wrote)
                if warnings or asked.changes:
                    return form.ask(site, asked, warnings)
            return form.set(site, asked)
        except Invalid as error:
            errors = {fault.field: fault.message for fault in error.errors}
            return form.page(site, Shown(values=values, errors=errors))


def _ban(parts: Parts, site: Site, values: Mapping[str, str]) -> Ban:
    now = parts.now()
    days = int(values["days"]) if values["days"] in map(str, TERMS) else 0
    kind, value = kind_of(values["kind"]), values["value"]
    if values["choice"] not in ("", OTHER):
        chosen, _, value = values["choice"].partition(":")
        kind = kind_of(chosen)
    return Ban(
        id=0,
        site_id=site.id,
        kind=kind,
        value=value,
        act=BanAct.HOLD if values["act"] == BanAct.HOLD else BanAct.REJECT,
        reason=values["reason"],
        message=values["message"],
        actor="",
        created=now,
        until=now + timedelta(days=days) if days else None,
        ended=None,
    )


def _comment(parts: Parts, session: Session, site: Site, number: str) -> Comment | None:
    comment_id = read_id(number)
    if comment_id is None:
        return None
    try:
        comment = comments.get_comment(session, parts.keys, comment_id)
    except NotFound:
        return None
    return comment if comment.site_id == site.id else None


def _offers(parts: Parts, session: Session, site: Site, comment: Comment) -> list[Offer]:
    """Return what can be banned of a comment's author, what means them alone first."""
    known = _known(parts, session, comment)
    through = authored.newest_id(session)
    whose = [
        authored.whose_banned(session, parts.keys, site, kind, value) for kind, value, _ in known
    ]
    return [
        Offer(kind=kind, value=value, what=what, wrote=wrote, is_looked_for=one.is_looked_for)
        for (kind, value, what), one, wrote in zip(
            known, whose, authored.look(session, parts.keys, whose, through), strict=True
        )
    ]


def _known(parts: Parts, session: Session, comment: Comment) -> list[tuple[BanKind, str, str]]:
    author = comment.author
    found: list[tuple[BanKind, str, str]] = []
    if author.email:
        found.append((BanKind.EMAIL, author.email, "email"))
    # An address that was cut is nobody's any more.
    if bans.whom_wrote(session, parts.keys, comment.id).digits:
        address = ipaddress.ip_address((comment.address or "").split("%", 1)[0])
        found.append((BanKind.NETWORK, str(address), "address"))
        wide = ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False)
        found.append((BanKind.NETWORK, str(wide), "network"))
    website = website_host(author).removeprefix("www.")
    if website:
        found.append((BanKind.DOMAIN, website, "website"))
    if author.email:
        found.append((BanKind.DOMAIN, email_domain(author), "domain"))
    return [one for one in map(_in_form, found) if one is not None]


def _in_form(one: tuple[BanKind, str, str]) -> tuple[BanKind, str, str] | None:
    """Return what can be banned with its value in the one form; a host may be no domain."""
    try:
        return one[0], ban_value(one[0], one[1]), one[2]
    except Invalid:
        return None
