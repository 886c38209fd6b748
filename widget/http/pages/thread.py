"""The thread as a page of HTML: for readers without JavaScript, crawlers and server-side includes.

``GET /threads`` shows it, ``POST /threads`` takes a comment from its form.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from widget.domain.comment import Author, Status
from widget.domain.errors import Invalid, Moved, NotAllowed, NotFound, Refused, TooMany, WidgetError
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.domain.submission import MAX_EMAIL, Submission, clean_title
from widget.domain.thread import new_thread, thread_key
from widget.domain.thread_page import Form
from widget.http.address_limits import AddressLimits
from widget.http.api import subscriptions
from widget.http.api.comments import HELD, SCOPES
from widget.http.api.wire import read_question
from widget.http.client import address_reader
from widget.http.origin import check_origin
from widget.http.pages.thread_view import Draft, Shown, draw, link
from widget.http.problems import STATUS, words_of
from widget.publication.parts import Parts
from widget.snapshot.form import build_form
from widget.snapshot.read import Question, find_site, page_of
from widget.submission.idempotency import make_key
from widget.submission.submit import submit

#: What is shown again with its fault beside it, instead of as a page of its own.
_MENDABLE = (Invalid, NotAllowed, TooMany, NotFound)
_MAX_ANSWER = 8000


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add ``/threads``."""
    read_address = address_reader(parts.config.trusted_proxies)
    limits = AddressLimits(parts, subscriptions.BY_ADDRESS)

    @pages.get("/threads")
    def thread_page() -> AnyResponse:
        question = read_question(request)
        try:
            return draw(parts, Shown(question=question, draft=_empty(request.args)))
        except Moved as moved:
            return redirect(_moved_to(parts, question, moved), 302)

    @pages.post("/threads")
    def post_from_page() -> AnyResponse:
        question = read_question(request)
        with parts.database.read() as session:
            site = find_site(session, question.site)
        check_origin(request, site, parts.config.url)
        if "subscribe" in request.args:
            return _subscribe(parts, site, question, partial(limits.count, read_address(request)))
        draft = _draft(request.form, build_form(site, parts.plugins, parts.sanitise))
        submission = _submission(parts, site, draft, read_address(request))
        try:
            key = make_key(parts, submission, draft.key)
            posted = submit(parts, submission, key, SCOPES[draft.values.get("subscribe", "none")])
        except _MENDABLE as error:
            return draw(parts, Shown(question=question, draft=_with_faults(draft, error)))
        if posted.comment.status is Status.PUBLISHED:
            there = link(parts, question, around=posted.comment.id)
            return redirect(f"{there}#comment-{posted.comment.id}", 303)
        shown = Shown(question=question, draft=_empty({}), message=HELD, held=posted.comment)
        return draw(parts, shown, status=202)

    def _submission(parts: Parts, site: Site, draft: Draft, address: str | None) -> Submission:
        url = page_of(site, request.args["url"])
        return Submission(
            site=site,
            url=url,
            thread=request.args.get("thread"),
            title=request.args.get("title"),
            parent=draft.parent,
            author=Author(
                name=draft.values.get("author.name"),
                email=draft.values.get("author.email"),
                website=draft.values.get("author.website"),
            ),
            body=draft.values.get("body", ""),
            answers=draft.answers,
            address=address,
            user_agent=request.headers.get("User-Agent", "")[:400] or None,
            referrer=url,
            language=request.headers.get("Accept-Language", "")[:35] or None,
            permalink=url,
            at=parts.now(),
        )


def _moved_to(parts: Parts, question: Question, moved: Moved) -> str:
    """Return the address of a comment that is on another page now."""
    there = replace(question, url=moved.url, thread=moved.thread)
    more = {"fragment": 1} if request.args.get("fragment") == "1" else {}
    where = link(parts, there, around=moved.comment_id, **more)
    return f"{where}#comment-{moved.comment_id}"


def _subscribe(parts: Parts, site: Site, question: Question, count: Callable[[], None]) -> Response:
    """Take an address from the form for mail; ``count`` refuses who asks too often."""
    email = request.form.get("email", "")
    try:
        count()
        url = page_of(site, question.url)
        title = clean_title(request.args.get("title"))
        page = new_thread(site.id, thread_key(url, question.thread), url, title)
        subscriptions.ask(parts, site, page, email)
    except _MENDABLE as error:
        draft = _with_faults(_empty({}), error)
        said = None if draft.faults else draft.failure
        draft = replace(draft, values={"email": email[:MAX_EMAIL]}, failure=None)
        return draw(parts, Shown(question=question, draft=draft, subscribing=said))
    shown = Shown(question=question, draft=_empty({}), subscribing=subscriptions.ASKED)
    return draw(parts, shown, 202)


def _empty(arguments: MultiDict[str, str] | dict[str, str]) -> Draft:
    return Draft(parent=read_id(arguments.get("reply_to", "")), key=secrets.token_urlsafe(16))


def _draft(sent: MultiDict[str, str], form: Form) -> Draft:
    values = {name: value for name, value in sent.items() if name in Draft.FIELDS}
    answers: dict[str, object] = {
        field.name: sent[field.name][:_MAX_ANSWER] for field in form.fields if field.name in sent
    }
    return Draft(
        parent=read_id(sent.get("parent", "")),
        key=sent.get("key", "")[:255],
        values=values,
        answers=answers,
    )


def _with_faults(draft: Draft, error: WidgetError) -> Draft:
    faults = {}
    if isinstance(error, Invalid | Refused):
        faults = {fault.field: fault.message for fault in error.errors}
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return Draft(
        parent=draft.parent,
        key=draft.key,
        values=draft.values,
        answers=draft.answers,
        faults=faults,
        failure=words_of(error),
        status=int(status),
    )
