from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from tests.plugins.akismet_stand_in import AkismetStandIn
from tests.plugins.asking_akismet import started


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


@pytest.fixture
def plugin(akismet_server: AkismetStandIn) -> object:
    """The akismet plugin, started in a server that sends it to the stand-in."""
    return started(akismet_server.url)
