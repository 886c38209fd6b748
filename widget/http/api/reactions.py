"""Reacting to a comment: vote, report, and asking for a review of one's own."""

import orjson
from flask import Blueprint, Response, request
from limits import RateLimitItemPerMinute

from widget.domain.words import say
from widget.http.address_limits import AddressLimits
from widget.http.api.comments import bearer, cut, own_place
from widget.http.api.reaction_shapes import (
    FlagAnswer,
    FlagBody,
    ReviewAnswer,
    VoteAnswer,
    VoteBody,
)
from widget.http.api.wire import read_body
from widget.http.client import address_reader
from widget.http.language import mark_language, tell
from widget.http.origin import check_origin
from widget.publication.parts import Parts
from widget.submission.edit import Place, place_of
from widget.submission.reactions import Reacting, ask_review, flag, vote

BY_ADDRESS = RateLimitItemPerMinute(60, namespace="reactions")
FLAGGED = say("Thank you. The moderators will look at this comment.")
ASKED = say("The moderators were asked to look at it.")


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the routes of reactions."""
    read_address = address_reader(parts.config.trusted_proxies)
    limits = AddressLimits(parts, BY_ADDRESS)

    def place_to_react(comment_id: int) -> tuple[Place, Reacting]:
        address = read_address(request)
        limits.count(address)
        place = place_of(parts, comment_id)
        check_origin(request, place.site, parts.config.url)
        agent = cut(request.headers.get("User-Agent"))
        return place, Reacting(address=address, user_agent=agent, token=bearer(request))

    @api.post("/comments/<int:comment_id>/vote")
    def vote_on(comment_id: int) -> Response:
        value = read_body(request, VoteBody).value
        place, reader = place_to_react(comment_id)
        return _json(VoteAnswer(score=vote(parts, place, value, reader), value=value))

    @api.post("/comments/<int:comment_id>/flag")
    def report(comment_id: int) -> Response:
        reason = read_body(request, FlagBody).reason
        place, reader = place_to_react(comment_id)
        return _json(FlagAnswer(score=flag(parts, place, reason, reader), message=tell(FLAGGED)))

    @api.post("/comments/<int:comment_id>/review")
    def ask(comment_id: int) -> Response:
        limits.count(read_address(request))
        ask_review(parts, own_place(parts, comment_id, request))
        return _json(ReviewAnswer(status="pending", message=tell(ASKED)))


def _json(value: object) -> Response:
    response = Response(orjson.dumps(value), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return mark_language(response)
