"""Comments that go to another page: one, or all of a page; and the way back."""

from collections.abc import Callable, Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Conflict, FieldError, HostNotAllowed, Invalid, Malformed
from widget.domain.ids import read_id
from widget.domain.move import Move
from widget.domain.site import Site
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.http.dashboard.threads import back_to, thread_on, thread_page
from widget.moderation.move import merge_threads, move_comment, take_back
from widget.publication.parts import Parts
from widget.store import queue


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of moves."""
    _add_comments(dashboard, parts, access)

    @dashboard.post("/<site_key>/threads/<int:thread_id>/merge")
    def merge_thread(site_key: str, thread_id: int) -> Response:
        site = access.site(site_key)
        thread = thread_on(parts, site, thread_id)
        to = request.form.get("to", "")
        return _moved(
            site,
            lambda: merge_threads(parts, thread.id, site, to, by=access.by()),
            lambda fault: thread_page(parts, access, site, thread, {"to": fault}),
        )

    @dashboard.post("/<site_key>/threads/undo")
    def undo_move(site_key: str) -> Response:
        site = access.site(site_key)
        number = read_id(request.form.get("move", ""))
        if number is None:
            raise Malformed([FieldError("move", "This is not the number of a move.")])
        back = take_back(parts, number, site, by=access.by())
        return back_to(site, back.target_id)


def _add_comments(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    def form(site: Site, comment_id: int, errors: Mapping[str, str]) -> Response:
        with parts.database.read() as session:
            item = queue.queue_item(session, parts.keys, site.id, comment_id)
        page = render_template(
            "dashboard/move.html",
            site=site,
            sites=access.own_sites(),
            item=item,
            errors=errors,
            typed=request.form,
            words=words,
            back=url_for("dashboard.comment", site_key=site.key, comment_id=comment_id),
        )
        return make_response(page, 422 if errors else 200)

    @dashboard.get("/<site_key>/comments/<int:comment_id>/move")
    def move_form(site_key: str, comment_id: int) -> Response:
        return form(access.site(site_key), comment_id, {})

    @dashboard.post("/<site_key>/comments/<int:comment_id>/move")
    def move_one(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        to = request.form.get("to", "")
        return _moved(
            site,
            lambda: move_comment(parts, comment_id, site, to, by=access.by()),
            lambda fault: form(site, comment_id, {"to": fault}),
        )


def _moved(site: Site, act: Callable[[], Move], refused: Callable[[str], Response]) -> Response:
    """Move something and lead to the page that has it now, or show the form with its fault."""
    try:
        move = act()
    except (Invalid, HostNotAllowed, Conflict) as error:
        return refused(str(error))
    return back_to(site, move.target_id, move.id)
