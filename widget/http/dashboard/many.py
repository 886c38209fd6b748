"""Acts on all comments of a list: asked for with their number, watched, ended, taken back.

Also what a comment has in common with others, from where such a list is reached.
"""

from dataclasses import dataclass, replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.comment import Status
from widget.domain.errors import Conflict, FieldError, Invalid, Malformed
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.acts import STATUS_AFTER
from widget.http.dashboard.place import ALL, Place, narrowed_by, place_of
from widget.moderation import bulk
from widget.moderation.likeness import Alike, alike
from widget.publication.parts import Parts
from widget.store import bulk_acts, people, queue
from widget.store.bulk_acts import BulkAct


@dataclass(frozen=True, slots=True)
class _Kind:
    """A list of comments that are alike in one way, with how many there are."""

    alike: Alike
    place: Place
    number: int


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of acts on many."""

    parts: Parts
    access: Access

    def ask(self, site: Site, place: Place, error: str = "", status: int = 200) -> Response:
        """Return the page that says how many comments are meant, and asks what to do."""
        number = bulk.count(self.parts, place.query(site, self.parts.keys))
        with self.parts.database.read() as session:
            page = render_template(
                "dashboard/many.html",
                site=site,
                sites=self.access.own_sites(),
                place=place,
                narrowed=narrowed_by(session, self.parts, site, place),
                number=number,
                most=bulk.MAX_COUNT,
                last=queue.last_id(session),
                error=error,
                acts=[name for name in STATUS_AFTER if STATUS_AFTER[name].value != place.status],
                past=bulk_acts.of_site(session, site.id),
                words=words,
            )
        return make_response(page, status)

    def one(self, site: Site, act: BulkAct) -> Response:
        """Return how far an act on many is."""
        with self.parts.database.read() as session:
            emails = people.emails_of(session, self.parts.keys, words.people_of([act.actor]))
        page = render_template(
            "dashboard/many_one.html",
            site=site,
            sites=self.access.own_sites(),
            act=act,
            who=words.actor_of(act.actor, emails),
            name=_name_of(act.after),
        )
        return make_response(page)


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/many`` and ``/<site>/comments/<id>/like``."""
    pages = _Pages(parts, access)
    _add_asking(dashboard, pages)
    _add_one(dashboard, pages)


def _add_asking(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    @dashboard.get("/<site_key>/many")
    def many(site_key: str) -> Response:
        return pages.ask(access.site(site_key), place_of(request.args.get))

    @dashboard.post("/<site_key>/many")
    def act_on_many(site_key: str) -> Response:
        site, place = access.site(site_key), place_of(request.form.get)
        after = STATUS_AFTER.get(request.form.get("act", ""))
        if after is None:
            raise Malformed([FieldError("act", "There is no such act.")])
        last = _last(request.form.get("last", ""))
        wanted = bulk.Wanted(
            query=place.query(site, parts.keys), after=after, actor=current_person().actor
        )
        try:
            act = bulk.start(parts, wanted, last)
        except Conflict as error:
            return pages.ask(site, place, str(error), 409)
        except Invalid as error:
            return pages.ask(site, place, error.errors[0].message, 422)
        return redirect(_address(site, act), 303)

    @dashboard.get("/<site_key>/comments/<int:comment_id>/like")
    def comments_like(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        place = Place(status=place_of(request.args.get).status)
        with parts.database.read() as session:
            item = queue.queue_item(session, parts.keys, site.id, comment_id)
            kinds = [
                _Kind(one, there, queue.count_found(session, query, bulk.MAX_COUNT))
                for one in alike(item)
                for there in (replace(place, search=one.search),)
                for query in (there.query(site, parts.keys),)
            ]
        page = render_template(
            "dashboard/like.html",
            site=site,
            sites=access.own_sites(),
            item=item,
            place=place,
            everywhere=ALL,
            kinds=kinds,
            most=bulk.MAX_COUNT,
        )
        return make_response(page)


def _add_one(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    def asked_for(site: Site, bulk_id: int) -> BulkAct:
        with parts.database.read() as session:
            return bulk_acts.on_site(session, site.id, bulk_id)

    @dashboard.get("/<site_key>/many/<int:bulk_id>")
    def one_of_many(site_key: str, bulk_id: int) -> Response:
        site = access.site(site_key)
        return pages.one(site, asked_for(site, bulk_id))

    @dashboard.post("/<site_key>/many/<int:bulk_id>/cancel")
    def cancel_many(site_key: str, bulk_id: int) -> Response:
        site = access.site(site_key)
        act = asked_for(site, bulk_id)
        bulk.cancel(parts, act)
        return redirect(_address(site, act), 303)

    @dashboard.post("/<site_key>/many/<int:bulk_id>/undo")
    def undo_many(site_key: str, bulk_id: int) -> Response:
        site = access.site(site_key)
        act = asked_for(site, bulk_id)
        bulk.take_back(parts, act, actor=current_person().actor)
        return redirect(_address(site, act), 303)


def _name_of(after: Status) -> str:
    return next(name for name, status in STATUS_AFTER.items() if status is after)


def _last(value: str) -> int:
    number = read_id(value)
    if number is None:
        raise Malformed([FieldError("last", "It is the number of a comment.")])
    return number


def _address(site: Site, act: BulkAct) -> str:
    return url_for("dashboard.one_of_many", site_key=site.key, bulk_id=act.id)
