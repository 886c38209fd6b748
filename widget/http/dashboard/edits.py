"""A moderator's edit of a comment, and the author's text again."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Invalid
from widget.domain.site import Site
from widget.http.dashboard.access import Access, current_person
from widget.moderation.edit import edit_by_hand, restore_author_text
from widget.publication.parts import Parts
from widget.store import queue
from widget.store.queue import QueueItem


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/comments/<id>/edit``."""

    def asked_for(site: Site, comment_id: int) -> QueueItem:
        with parts.database.read() as session:
            return queue.queue_item(session, parts.keys, site.id, comment_id)

    def form(site: Site, item: QueueItem, body: str, error: str = "") -> Response:
        page = render_template(
            "dashboard/edit.html",
            site=site,
            sites=access.own_sites(),
            item=item,
            body=body,
            seen=request.form.get("seen", item.comment.source),
            error=error,
        )
        return make_response(page, 422 if error else 200)

    @dashboard.get("/<site_key>/comments/<int:comment_id>/edit")
    def edit_comment(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        item = asked_for(site, comment_id)
        return form(site, item, item.comment.source)

    @dashboard.post("/<site_key>/comments/<int:comment_id>/edit")
    def save_edit(site_key: str, comment_id: int) -> Response:
        site = access.site(site_key)
        item = asked_for(site, comment_id)
        actor = current_person().actor
        if request.form.get("act") == "restore":
            restore_author_text(parts, item.comment.id, actor=actor)
        else:
            body = request.form.get("body", "")
            seen = request.form.get("seen", "")
            try:
                edit_by_hand(parts, item.comment.id, body, actor=actor, seen=seen)
            except Invalid as error:
                return form(site, item, body, error.errors[0].message)
        where = url_for("dashboard.comment", site_key=site.key, comment_id=comment_id)
        return redirect(where, 303)
