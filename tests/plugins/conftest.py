from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from tests.plugins.akismet_stand_in import AkismetStandIn


@pytest.fixture(scope="module")
def outside_server() -> Iterator[HTTPServer]:
    """A server on a port of its own, that answers nothing yet."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        yield server


@pytest.fixture
def akismet_server(outside_server: HTTPServer) -> Iterator[AkismetStandIn]:
    """A stand-in for Akismet."""
    stand_in = AkismetStandIn(outside_server)
    yield stand_in
    stand_in.released.set()
    outside_server.clear()
