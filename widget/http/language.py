"""The language in which a request is answered."""

from flask import Response, current_app, request

from widget.languages.languages import ENGLISH, Languages

EXTENSION = "comment_widget.languages"


def languages() -> Languages:
    """Return the languages of the application."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Languages):
        raise TypeError("not an application of create_app")
    return found


def asked_language() -> str:
    """Return the language that ``Accept-Language`` (RFC 9110 §12.5.4) asks for, else English."""
    return languages().best(request.accept_languages) or ENGLISH


def tell(text: str) -> str:
    """Return a sentence for readers in the language that the request asks for."""
    return languages().say(asked_language(), text)


def mark_language(response: Response) -> Response:
    """Say in which language a response is, and what that depended on."""
    response.headers["Content-Language"] = asked_language()
    response.vary.add("Accept-Language")
    return response
