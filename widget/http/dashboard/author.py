"""Everything that an author wrote on a site: counted, then approved, called spam or deleted."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.comment import Comment, Status
from widget.domain.errors import FieldError, Malformed
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.domain.sweep import AFTER, CHANGES, KnownBy, Sweep, SweepAct
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.moderation import sweeping
from widget.moderation.sweeping import KEPT_DAYS, Wanted
from widget.publication.parts import Parts
from widget.store import authored, people, queue, sweeps, threads
from widget.store.authored import Whose, Wrote
from widget.store.database import Session

#: What can be done here; holding is for bans.
ACTS = (SweepAct.APPROVE, SweepAct.SPAM, SweepAct.DELETE)
#: So many of the newest comments are shown.
FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whose comments are asked for, by one of them; ``through`` is the newest comment by now."""

    comment: Comment
    whose: Whose | None
    wrote: Wrote | None
    through: int


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of authors and of what is done with all that they wrote."""
    _add_author(dashboard, parts, access)
    _add_sweep(dashboard, parts, access)


def _add_author(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/comments/<int:comment_id>/author")
    def author(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        act = _act(request.args.get("act", ""))
        with parts.database.read() as session:
            found = _author(parts, session, site, comment_id)
            wanted = CHANGES[act] if act else frozenset(Status) - {Status.DELETED}
            first = first_of(parts, session, found.whose, wanted, found.through)
            recent = sweeps.latest(session, site.id, FIRST)
        page = render_template(
            "dashboard/author.html",
            site=site,
            sites=access.own_sites(),
            author=found,
            acts={one: found.wrote.of(CHANGES[one]) if found.wrote else 0 for one in ACTS},
            act=act,
            first=first,
            recent=recent,
            days=KEPT_DAYS,
            most_authors=authored.MOST_AUTHORS,
            KnownBy=KnownBy,
            Status=Status,
        )
        return make_response(page)

    @dashboard.post("/<site_key>/comments/<int:comment_id>/author")
    def sweep_author(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        act = _act(request.form.get("act", ""))
        if act is None:
            raise Malformed([FieldError("act", f"It is one of {', '.join(ACTS)}.")])
        with parts.database.read() as session:
            found = _author(parts, session, site, comment_id)
        if found.whose is None:
            return redirect(_address_of_author(site, comment_id), 303)
        through = min(_number(request.form.get("through", "")), found.through)
        wanted = Wanted(site=site, whose=found.whose, act=act, through=through)
        sweep = sweeping.start(parts, wanted, actor=current_person().actor)
        return redirect(address_of(site, sweep), 303)


def _add_sweep(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/acts/<int:sweep_id>")
    def sweep(site_key: str, sweep_id: int) -> Response:
        site = access.site(site_key)
        with parts.database.read() as session:
            found = sweeps.on_site(session, site.id, sweep_id)
            changed = sweeps.changed_by(session, found.id)
            back = sweeps.taken_back(session, found.id) if found.undone_by else 0
            who = words.people_of([found.actor, found.undone_by or ""])
            emails = people.emails_of(session, parts.keys, who)
        page = render_template(
            "dashboard/sweep.html",
            site=site,
            sites=access.own_sites(),
            sweep=found,
            changed=changed,
            back=back,
            emails=emails,
            words=words,
            after=AFTER[found.act],
            days=KEPT_DAYS,
        )
        return make_response(page)

    @dashboard.post("/<site_key>/acts/<int:sweep_id>/undo")
    def undo_sweep(site_key: str, sweep_id: int) -> Response:
        site = access.site(site_key)
        with parts.database.read() as session:
            found = sweeps.on_site(session, site.id, sweep_id)
        undone = sweeping.take_back(parts, found, actor=current_person().actor)
        return redirect(address_of(site, undone), 303)


def address_of(site: Site, sweep: Sweep) -> str:
    """Return the address of the screen that tells how far an act is."""
    return url_for("dashboard.sweep", site_key=site.key, sweep_id=sweep.id)


def first_of(
    parts: Parts,
    session: Session,
    whose: Whose | None,
    statuses: frozenset[Status],
    through: int,
) -> list[Mapping[str, object]]:
    """Return the newest of somebody's comments, each with its page, for a list."""
    if whose is None:
        return []
    found = authored.newest_of(session, parts.keys, whose, statuses, through, FIRST)
    pages = threads.threads_by_id(session, {one.thread_id for one in found})
    return [{"comment": one, "thread": pages[one.thread_id]} for one in found]


def _author(parts: Parts, session: Session, site: Site, comment_id: int) -> Author:
    item = queue.queue_item(session, parts.keys, site.id, comment_id)
    whose = authored.author_of(session, site.id, item.comment.id)
    through = authored.newest_id(session)
    wrote = authored.look(session, parts.keys, [whose], through)[0] if whose else None
    return Author(comment=item.comment, whose=whose, wrote=wrote, through=through)


def _act(name: str) -> SweepAct | None:
    return SweepAct(name) if name in ACTS else None


def _number(text: str) -> int:
    number = read_id(text)
    if number is None:
        raise Malformed([FieldError("through", "This is not the number of a comment.")])
    return number


def _address_of_author(site: Site, comment_id: int) -> str:
    return url_for("dashboard.author", site_key=site.key, comment_id=comment_id)
