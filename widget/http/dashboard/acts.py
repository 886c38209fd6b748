"""What moderators do: decide on one comment or several, settle an edit, take a decision back."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.comment import Event, Status
from widget.domain.errors import Conflict, FieldError, Malformed, NotFound
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.marks import MARKS
from widget.http.dashboard.place import place_of
from widget.http.dashboard.problems import wants_json
from widget.moderation.decide import accept_edit, change_status, keep, refuse_edit, undo
from widget.publication.parts import Parts
from widget.store import comments, queue
from widget.store.queue import queue_counts

AT_ONCE = 100

STATUS_AFTER: Mapping[str, Status] = {
    "approve": Status.PUBLISHED,
    "spam": Status.SPAM,
    "reject": Status.REJECTED,
    "delete": Status.DELETED,
}
#: What changes no status, and so is nothing that undo takes back.
OTHER_ACTS: Mapping[str, Callable[..., object]] = {
    "accept_edit": accept_edit,
    "refuse_edit": refuse_edit,
    "keep": keep,
    **MARKS,
}
RESTORE = "restore"


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of acts."""

    @dashboard.post("/<site_key>/comments")
    def act(site_key: str) -> Response:
        site = access.site(site_key)
        name = request.form.get("act", "")
        ids = _numbers(request.form.getlist("comment"))
        if name not in STATUS_AFTER and name not in OTHER_ACTS and name != RESTORE:
            raise Malformed([FieldError("act", "There is no such act.")])
        _check_all(parts, site, ids, request.form.get("seen"))
        events = [event for one in ids if (event := _act(parts, one, name)) is not None]
        return _answer(parts, site, events, len(ids), name)

    @dashboard.post("/<site_key>/undo")
    def take_back(site_key: str) -> Response:
        site = access.site(site_key)
        pairs = [_pair(value) for value in request.form.getlist("decision")[:AT_ONCE]]
        _check_all(parts, site, [one for one, _ in pairs], None)
        actor = current_person().actor
        for comment_id, event_id in pairs:
            undo(parts, comment_id, actor=actor, event_id=event_id)
        return _answer(parts, site, [], len(pairs), "undo")


def _act(parts: Parts, comment_id: int, name: str) -> Event | None:
    """Do one act on one comment; return the decision that can be taken back, if there is one."""
    actor = current_person().actor
    if name in OTHER_ACTS:
        OTHER_ACTS[name](parts, comment_id, actor=actor)
        return None
    with parts.database.read() as session:
        before = comments.get_comment(session, parts.keys, comment_id).status
    if name == RESTORE:
        return undo(parts, comment_id, actor=actor).event if before is Status.DELETED else None
    after = STATUS_AFTER[name]
    if before is after:
        return None
    message = request.form.get("message") if after is Status.REJECTED else None
    return change_status(parts, comment_id, after, actor=actor, message=message).event


def _check_all(parts: Parts, site: Site, ids: Sequence[int], seen: str | None) -> None:
    """Make sure, before anything is done, that all of it may be.

    Raises:
        NotFound: where one of the comments isn't the site's.
        Conflict: where a comment is no longer what the moderator saw.
        Malformed: where no comment is named.
    """
    if not ids:
        raise Malformed([FieldError("comment", "Select at least one comment.")])
    with parts.database.read() as session:
        for one in ids:
            if not queue.is_on_site(session, one, site.id):
                raise NotFound(comments.GONE)
        if seen is None or len(ids) != 1:
            return
        status = comments.get_comment(session, parts.keys, ids[0]).status
    if status.value != seen:
        raise Conflict(f"Somebody has decided on this comment meanwhile: it is {status} now.")


def _answer(parts: Parts, site: Site, events: Sequence[Event], number: int, act: str) -> Response:
    """Say what was done: to the script as JSON, to a browser by leading back to its place."""
    if not wants_json():
        done = ",".join(str(event.id) for event in events)
        place = place_of(request.form.get).arguments | ({"done": done} if done else {})
        where = url_for("dashboard.site_queue", site_key=site.key)
        return redirect(f"{where}?{urlencode(place)}", 303)
    with parts.database.read() as session:
        counts = queue_counts(session, site.id)
    said = render_template("dashboard/_said.txt", act=act, number=number).strip()
    return jsonify(
        said=said,
        decisions=[f"{event.comment_id}.{event.id}" for event in events],
        counts=counts,
    )


def _numbers(values: Sequence[str]) -> list[int]:
    if len(values) > AT_ONCE:
        raise Malformed([FieldError("comment", f"Select at most {AT_ONCE} comments.")])
    return list(dict.fromkeys(_number(value) for value in values))


def _pair(value: str) -> tuple[int, int]:
    comment_id, _, event_id = value.partition(".")
    return _number(comment_id), _number(event_id)


def _number(value: str) -> int:
    number = read_id(value)
    if number is None:
        raise Malformed([FieldError("comment", "This is not the number of a comment.")])
    return number
