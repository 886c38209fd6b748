"""What tests of votes and reports look at: the thread as readers get it, and what is stored."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PAGE
from widget.domain.comment import Comment, Event
from widget.publication.parts import Parts
from widget.store import audit, comments, trails

Post = Callable[..., TestResponse]
React = Callable[..., TestResponse]
MODERATOR = "person:1"


def thread(client: FlaskClient, **more: str) -> dict[str, Any]:
    """Return the thread's page."""
    page: dict[str, Any] = client.get(
        "/api/v1/thread", query_string={"site": "blog", "url": PAGE, **more}
    ).get_json()
    return page


def score(client: FlaskClient) -> int:
    """Return the score of the first comment as readers see it."""
    return int(thread(client)["comments"][0]["score"])


def stored(parts: Parts, comment_id: int) -> Comment:
    """Return a stored comment."""
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment_id)


def events(parts: Parts, comment_id: int) -> list[Event]:
    """Return the decisions on a comment."""
    with parts.database.read() as session:
        return trails.events_of(session, comment_id)


def faults(parts: Parts) -> list[str]:
    """Return what the audit of all counters finds."""
    with parts.database.read() as session:
        return audit.wrong_counts(session)
