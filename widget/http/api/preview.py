"""A text exactly as it would be published."""

import orjson
from flask import Blueprint, Response, request

from widget.domain.submission import Occasion, Submission, clean_body
from widget.http.api.wire import PreviewAnswer, PreviewBody, read_body
from widget.http.origin import check_origin
from widget.moderation.pipeline import Patience, prepare
from widget.publication.parts import Parts
from widget.publication.render import render
from widget.snapshot.read import find_site


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the route of the preview."""

    @api.post("/preview")
    def preview() -> Response:
        body = read_body(request, PreviewBody)
        with parts.database.read() as session:
            site = find_site(session, body.site)
        check_origin(request, site, parts.config.url)
        draft = Submission(
            site=site,
            url="",
            permalink="",
            body=clean_body(body.body, site.settings),
            occasion=Occasion.TRIAL,
            at=parts.now(),
        )
        prepared = prepare(parts.plugins, draft, Patience(parts.config.deadline_s))
        html = render(parts, site, prepared.submission.body)
        response = Response(orjson.dumps(PreviewAnswer(html=html)), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response
