"""Deciding from a mail: the link leads to a page that asks, and only its buttons decide.

The token is bound to the person, the comment and the last decision on it: once anybody has
decided, it is of no use. Programs that look at the links of mails decide nothing by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from widget.domain.comment import Comment, Status
from widget.domain.errors import Conflict, Malformed, NotFound, TokenRefused
from widget.domain.errors import FieldError as Fault
from widget.domain.person import Person, Right
from widget.domain.site import Site
from widget.domain.thread import Thread
from widget.domain.words import say
from widget.http.pages.subscriptions import private
from widget.http.pages.thread_words import PageWords
from widget.languages.languages import ENGLISH
from widget.moderation.decide import Act, decide_as_seen
from widget.publication.parts import Parts
from widget.store import comments, people, sites, threads, trails

ACTS: Mapping[str, Status] = {
    "approve": Status.PUBLISHED,
    "spam": Status.SPAM,
    "reject": Status.REJECTED,
    "delete": Status.DELETED,
}
_REFUSED = say("This link is not valid, or no longer. Please use the newest mail.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a token leads to, as the decision ``event_id`` left it.

    ``decided`` is whether somebody has decided since the mail.
    """

    person: Person
    site: Site
    thread: Thread
    comment: Comment
    event_id: int
    decided: bool


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add the page that decides."""

    @pages.get("/decide/<token>")
    def ask_to_decide(token: str) -> AnyResponse:
        return _page(parts, _asked(parts, token))

    @pages.post("/decide/<token>")
    def decide_by_mail(token: str) -> AnyResponse:
        asked = _asked(parts, token)
        act = request.form.get("act", "")
        if act not in ACTS:
            raise Malformed([Fault("act", "There is no such act.")])
        message = request.form.get("message") if act == "reject" else None
        decided = Act(actor=asked.person.actor, reason="Decided from a mail.", message=message)
        try:
            decide_as_seen(parts, asked.comment.id, ACTS[act], act=decided, event_id=asked.event_id)
        except Conflict:
            return _page(parts, _asked(parts, token), 409)
        return _page(parts, _asked(parts, token), done=True)


def _asked(parts: Parts, token: str) -> _Asked:
    """Return what a token is for.

    Raises:
        TokenRefused: where it is forged or too old, or its person moderates here no more.
    """
    person_id, comment_id, event_id = parts.mail_tokens.read_deciding(token, parts.now())
    with parts.database.read() as session:
        person = people.person_by_id(session, parts.keys, person_id)
        try:
            comment = comments.get_comment(session, parts.keys, comment_id)
        except NotFound as error:
            raise TokenRefused(_REFUSED) from error
        site = sites.site_by_id(session, comment.site_id)
        thread = threads.thread_by_id(session, comment.thread_id)
        events = trails.events_of(session, comment_id)
    if person is None or site is None or thread is None:
        raise TokenRefused(_REFUSED)
    if not person.may(Right.MODERATE, site.id):
        raise TokenRefused(_REFUSED)
    last = events[-1].id if events else 0
    return _Asked(
        person=person,
        site=site,
        thread=thread,
        comment=comment,
        event_id=event_id,
        decided=last != event_id,
    )


def _page(parts: Parts, asked: _Asked, status: int = 200, *, done: bool = False) -> Response:
    words = PageWords(
        parts.languages, parts.languages.known(asked.site.settings.language) or ENGLISH
    )
    html = render_template(
        "decide.html",
        **words.names(),
        asked=asked,
        comment=asked.comment,
        thread=asked.thread,
        site=asked.site,
        done=done,
        server=parts.config.url,
        text=parts.sanitise(asked.comment.html),
        standing=_standing(words, asked.comment.status),
    )
    return private(make_response(html, status))


def _standing(words: PageWords, status: Status) -> str:
    return words.say(
        {
            Status.PUBLISHED: say("It is published."),
            Status.PENDING: say("It waits for a decision."),
            Status.SPAM: say("It is called spam."),
            Status.REJECTED: say("It is refused."),
            Status.DELETED: say("It is deleted."),
        }[status]
    )
