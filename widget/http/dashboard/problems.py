"""Errors of the dashboard: a page for people, a problem document for its script."""

import logging
import secrets
from http import HTTPStatus

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from widget.domain.errors import WidgetError
from widget.http.problems import problem, problem_of

log = logging.getLogger("comment_widget.dashboard")


def wants_json() -> bool:
    """Tell whether the dashboard's script asks, rather than a person's browser."""
    return request.headers.get("Accept", "") == "application/json"


def answer_errors(dashboard: Blueprint) -> None:
    """Let every error of the dashboard be answered in the dashboard's own clothes."""

    def own(error: WidgetError) -> Response:
        told = problem_of(error)
        if wants_json():
            return told
        page = _page(told.status_code, str(error))
        if "Retry-After" in told.headers:
            page.headers["Retry-After"] = told.headers["Retry-After"]
        return page

    def framework(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        words = error.description or HTTPStatus(status).description
        return problem(status, words) if wants_json() else _page(status, words)

    def unexpected(error: Exception) -> Response:
        name = secrets.token_hex(6)
        log.error("request failed, id %s", name, exc_info=error)
        words = f"Something went wrong on the server. If it goes on, look for {name} in its log."
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return problem(status, words) if wants_json() else _page(status, words)

    dashboard.register_error_handler(WidgetError, own)
    dashboard.register_error_handler(HTTPException, framework)
    dashboard.register_error_handler(Exception, unexpected)


def _page(status: int, words: str) -> Response:
    title = HTTPStatus(status).phrase
    return make_response(
        render_template("dashboard/error.html", title=title, words=words, status=status), status
    )
