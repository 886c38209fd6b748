"""Fixtures for the tests of a plugin; pytest finds them where the package is installed.

Whatever is needed is imported as a fixture is asked for: every run of pytest in the environment
loads this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from widget.domain.plugin import ServerInfo
from widget.domain.site import Site
from widget.domain.submission import History, Submission
from widget.testing.stand_ins import Clock
from widget.testing.values import a_history, a_site, a_submission

if TYPE_CHECKING:
    from widget.testing.host import Settings
    from widget.testing.http_stand_in import HttpStandIn
    from widget.testing.pipeline import Pipeline

MISSING = "comment_http needs pytest-httpserver: pip install 'comment-widget[testing]'"


@pytest.fixture
def comment_site() -> Site:
    """Return a site; ``widget.testing.a_site`` makes others."""
    return a_site()


@pytest.fixture
def comment_submission(comment_site: Site, comment_clock: Clock) -> Callable[..., Submission]:
    """Return a function for submissions with every field filled in, but for its arguments."""

    def make(**changes: object) -> Submission:
        return a_submission(**{"site": comment_site, "at": comment_clock(), **changes})

    return make


@pytest.fixture
def comment_history() -> Callable[..., History]:
    """Return a function for an author's history: nothing yet, but for its arguments."""
    return a_history


@pytest.fixture
def comment_clock() -> Clock:
    """Return the clock of the test: it stands still until ``advance`` is called."""
    return Clock()


@pytest.fixture
def comment_pipeline(comment_clock: Clock) -> Callable[..., Pipeline]:
    """Return a function that puts plugins into a pipeline, over the real host, in memory.

    ``comment_pipeline(plugin, other, settings={"plugin": {…}})`` can then be called with a
    submission; what it returns has the outcome and the trail.
    """
    from widget.testing.pipeline import Pipeline  # noqa: PLC0415 — as above

    def make(
        *plugins: object, settings: Settings | None = None, server: ServerInfo | None = None
    ) -> Pipeline:
        return Pipeline(*plugins, settings=settings, server=server, now=comment_clock)

    return make


@pytest.fixture
def comment_http() -> Iterator[HttpStandIn]:
    """Return a server on this machine that answers what the test tells it to."""
    try:
        from widget.testing.http_stand_in import HttpStandIn  # noqa: PLC0415 — as above
    except ImportError:
        pytest.fail(MISSING, pytrace=False)
    server = HttpStandIn()
    yield server
    server.goes_away()
