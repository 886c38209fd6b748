"""Asking for mail about new comments, without writing one."""

from dataclasses import dataclass
from typing import Annotated

import orjson
from flask import Blueprint, Response, request
from limits import RateLimitItemPerHour
from pydantic import Field, StringConstraints

from widget.domain.errors import NotAllowed
from widget.domain.site import Site
from widget.domain.submission import clean_title
from widget.domain.subscription import Scope
from widget.domain.thread import Thread, new_thread, thread_key
from widget.domain.words import say
from widget.http.address_limits import AddressLimits
from widget.http.api.wire import Line, RequestBody, read_body
from widget.http.client import address_reader
from widget.http.language import asked_language, mark_language, tell
from widget.http.origin import check_origin
from widget.publication.parts import Parts
from widget.snapshot.read import find_site, page_of
from widget.subscriptions.subscribe import Wish, subscribe, takes_subscriptions

BY_ADDRESS = RateLimitItemPerHour(20, namespace="subscriptions")
ASKED = say("Please look into your mail: a message with a link to confirm is on its way.")
NO_MAIL = say("This site sends no mail.")


class SubscriptionBody(RequestBody):
    """What to be told of: a page's comments, or with ``scope`` ``site`` all of the site."""

    site: Line
    url: Annotated[str, StringConstraints(max_length=4096)]
    thread: Line | None = None
    title: Annotated[str, StringConstraints(max_length=2000)] | None = None
    email: Line
    scope: Annotated[str, Field(pattern="^(thread|site)$")] = "thread"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionAnswer:
    """The same whether the address was known or not."""

    message: str


def ask(parts: Parts, site: Site, page: Thread, email: str, scope: Scope = Scope.THREAD) -> None:
    """Subscribe an address in the language of the browser that asks.

    Raises:
        NotAllowed: where the site takes no subscriptions.
        Invalid: for what is no address, at the field ``email``.
    """
    if not takes_subscriptions(parts, site):
        raise NotAllowed(NO_MAIL)
    language = asked_language() if request.headers.get("Accept-Language") else None
    subscribe(parts, site, Wish(email=email, scope=scope, language=language), page)


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the route of subscriptions."""
    read_address = address_reader(parts.config.trusted_proxies)
    limits = AddressLimits(parts, BY_ADDRESS)

    @api.post("/subscriptions")
    def ask_for_mail() -> Response:
        body = read_body(request, SubscriptionBody)
        with parts.database.read() as session:
            site = find_site(session, body.site)
        check_origin(request, site, parts.config.url)
        url = page_of(site, body.url)
        limits.count(read_address(request))
        page = new_thread(site.id, thread_key(url, body.thread), url, clean_title(body.title))
        ask(parts, site, page, body.email, Scope(body.scope))
        answer = SubscriptionAnswer(message=tell(ASKED))
        response = Response(orjson.dumps(answer), status=202, content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return mark_language(response)
