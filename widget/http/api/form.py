"""The form as it is when a reader enters it: with what must be fresh for each writer."""

import orjson
from flask import Blueprint, Response, request

from widget.http.api.wire import parameter, read_language
from widget.publication.parts import Parts
from widget.snapshot.read import find_site, page_of


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the route of the form."""

    @api.get("/form")
    def read_form() -> Response:
        with parts.database.read() as session:
            site = find_site(session, parameter(request, "site"))
        page_of(site, parameter(request, "url"))
        form = parts.reader.forms.fresh(site, read_language(request))
        response = Response(orjson.dumps(form), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response
