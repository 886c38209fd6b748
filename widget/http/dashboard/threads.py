"""The pages of a site: a list with what waits on each, and what was done to one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.audit_log import Action, LogLine, thread_target
from widget.domain.comment import Comment, Status
from widget.domain.errors import FieldError, HostNotAllowed, Invalid, Malformed
from widget.domain.ids import read_id
from widget.domain.move import Move
from widget.domain.site import Policy, Site
from widget.domain.thread import Thread, ThreadState
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.moderation.mark import BY_PLUGIN, begin_page, set_policy_of, set_state_of
from widget.moderation.move import site_thread
from widget.publication.parts import Parts
from widget.snapshot.read import page_of
from widget.store import audit_log, moves, people, thread_list, threads
from widget.store.thread_list import ThreadQuery

#: What a form calls the site's policy.
SITES = "site"
#: What is told of a page beside moves, which have a table of their own.
_ACTIONS = (Action.THREAD_CLOSED, Action.THREAD_OPENED, Action.THREAD_POLICY_SET)
_POLICY = Action.THREAD_POLICY_SET
_SHOWN = 100
#: So many of the comments that wait are shown.
_WAITING = 10
_MAX_SEARCH = 200
#: By the act's name: the state after it, and whether it holds against plugins.
_STATES: Mapping[str, tuple[ThreadState, bool]] = {
    "close": (ThreadState.CLOSED, True),
    "open": (ThreadState.OPEN, True),
    "let_close": (ThreadState.OPEN, False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which pages are listed, as the list's address says it."""

    text: str = ""
    state: str = ""
    after: tuple[datetime, int] | None = None

    def query(self, site: Site) -> ThreadQuery:
        """Return what the store is asked for."""
        state = ThreadState(self.state) if self.state else None
        return ThreadQuery(site_id=site.id, text=self.text, state=state, after=self.after)

    def following(self, site: Site, after: tuple[datetime, int] | None) -> str | None:
        """Return the address of the next page of the list, ``None`` on the last."""
        if after is None:
            return None
        place = f"{int(after[0].timestamp() * 1_000_000)}.{after[1]}"
        asked = {"q": self.text, "state": self.state, "after": place}
        here = url_for("dashboard.site_threads", site_key=site.key)
        return f"{here}?{urlencode({name: value for name, value in asked.items() if value})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is shown of one page: figures, what waits, what was done and what can be undone.

    ``pages`` are those that ``history`` names, ``carried`` says how many comments went along with
    each move of it, ``taken_back`` which of them were. ``closed_by`` is who closed or opened the
    page last. ``done`` is the move that was made just now.
    """

    figures: thread_list.ThreadFigures
    waiting: Sequence[Comment]
    history: Sequence[Move | LogLine]
    pages: Mapping[int, Thread]
    carried: Mapping[int, int]
    taken_back: Collection[int]
    merged: Sequence[Thread]
    closed_by: str | None
    done: Move | None


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of pages."""
    _add_list(dashboard, parts, access)
    _add_one(dashboard, parts, access)


def _add_list(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    def list_page(site: Site, fault: str = "") -> Response:
        asked = (
            Filter(text=request.form.get("url", "")[:_MAX_SEARCH])
            if fault
            else _filter(request.args)
        )
        with parts.database.read() as session:
            found = thread_list.list_threads(session, asked.query(site))
        page = render_template(
            "dashboard/threads.html",
            site=site,
            sites=access.own_sites(),
            asked=asked,
            page=found,
            following=asked.following(site, found.after),
            new_page=_as_page(site, asked.text),
            fault=fault,
            words=words,
        )
        return make_response(page, 422 if fault else 200)

    @dashboard.get("/<site_key>/threads")
    def site_threads(site_key: str) -> Response:
        return list_page(access.site(site_key))

    @dashboard.post("/<site_key>/threads")
    def begin_thread(site_key: str) -> Response:
        site = access.site(site_key)
        try:
            url = page_of(site, request.form.get("url", ""))
        except (Invalid, HostNotAllowed) as error:
            return list_page(site, str(error))
        return back_to(site, begin_page(parts, site, url).id)


def _add_one(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/threads/<int:thread_id>")
    def site_thread_page(site_key: str, thread_id: int) -> Response:
        site = access.site(site_key)
        thread = thread_on(parts, site, thread_id)
        if thread.merged_into is not None:
            return back_to(site, thread.merged_into)
        return thread_page(parts, access, site, thread)

    @dashboard.post("/<site_key>/threads/<int:thread_id>/state")
    def set_thread_state(site_key: str, thread_id: int) -> Response:
        site = access.site(site_key)
        thread = thread_on(parts, site, thread_id)
        act = request.form.get("act", "")
        if act not in _STATES:
            raise Malformed([FieldError("act", "There is no such act.")])
        state, stays = _STATES[act]
        set_state_of(parts, thread.id, state, actor=current_person().actor, stays=stays)
        return back_to(site, thread.id)

    @dashboard.post("/<site_key>/threads/<int:thread_id>/policy")
    def set_thread_policy(site_key: str, thread_id: int) -> Response:
        site = access.site(site_key)
        thread = thread_on(parts, site, thread_id)
        chosen = request.form.get("policy", "")
        if chosen not in (SITES, *Policy):
            raise Malformed([FieldError("policy", "There is no such policy.")])
        policy = None if chosen == SITES else Policy(chosen)
        set_policy_of(parts, thread.id, policy, actor=current_person().actor)
        return back_to(site, thread.id)


def thread_on(parts: Parts, site: Site, thread_id: int) -> Thread:
    """Return a thread of a site.

    Raises:
        NotFound: where there is none of that id on this site.
    """
    with parts.database.read() as session:
        return site_thread(session, site, thread_id)


def thread_page(
    parts: Parts,
    access: Access,
    site: Site,
    thread: Thread,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """Return the screen of one page; with ``errors``, as a form that was refused comes back."""
    history: list[Move | LogLine] = []
    with parts.database.read() as session:
        figures = thread_list.figures_of(session, thread.id)
        told = moves.moves_of_thread(session, thread.id)
        log = audit_log.log_of(session, parts.keys, thread_target(thread.id), _ACTIONS, _SHOWN)
        page = _Facts(
            figures=figures,
            waiting=thread_list.waiting_in(session, parts.keys, thread.id, _WAITING),
            history=sorted([*history, *told, *log], key=lambda one: one.at, reverse=True)[:_SHOWN],
            pages=threads.threads_by_id(session, _ends(told)),
            carried=moves.carried(session, [move.id for move in told]),
            taken_back=moves.taken_back(session, [move.id for move in told]),
            merged=moves.merged_into(session, thread.id),
            closed_by=next((one.actor for one in log if one.action != _POLICY), None),
            done=_named(told, request.args.get("done", "")),
        )
        actors = words.people_of(one.actor for one in page.history)
        emails = people.emails_of(session, parts.keys, actors)
    html = render_template(
        "dashboard/thread.html",
        site=site,
        sites=access.own_sites(),
        thread=thread,
        page=page,
        emails=emails,
        errors=errors or {},
        typed=request.form if errors else {},
        policies=(SITES, *Policy),
        plugin=BY_PLUGIN,
        words=words,
        Status=Status,
    )
    return make_response(html, 422 if errors else 200)


def _named(told: Sequence[Move], name: str) -> Move | None:
    """Return the move that the page's address names, if it is one of these."""
    return next((move for move in told if str(move.id) == name), None)


def _ends(told: Sequence[Move]) -> set[int]:
    return {one for move in told for one in (move.source_id, move.target_id)}


def back_to(site: Site, thread_id: int, done: int | None = None) -> Response:
    """Lead to the screen of a page; ``done`` is the move that can be taken back there."""
    where = url_for("dashboard.site_thread_page", site_key=site.key, thread_id=thread_id, done=done)
    return redirect(where, 303)


def _filter(get: Mapping[str, str]) -> Filter:
    """Return what the list's address asks for.

    Raises:
        Malformed: for a state or a place that there isn't.
    """
    state = get.get("state", "")
    if state not in ("", *ThreadState):
        raise Malformed([FieldError("state", f"It is one of {', '.join(ThreadState)}.")])
    return Filter(
        text=get.get("q", "").strip()[:_MAX_SEARCH],
        state=state,
        after=_after(get.get("after", "")),
    )


def _after(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    when, thread_id = (read_id(part) for part in text.partition(".")[::2])
    try:
        if when is None or thread_id is None:
            raise ValueError(text)
        return datetime.fromtimestamp(when / 1_000_000, UTC), thread_id
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed([FieldError("after", "This is no place in the list.")]) from error


def _as_page(site: Site, text: str) -> str | None:
    """Return what was searched for as a page of the site, if it is the address of one."""
    if "://" not in text:
        return None
    try:
        return page_of(site, text)
    except (Invalid, HostNotAllowed):
        return None
