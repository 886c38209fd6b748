"""What operators look at."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Post = Callable[..., TestResponse]


@pytest.mark.usefixtures("site")
def test_metrics_count_what_plugins_did_and_name_no_reader(client: FlaskClient, post: Post) -> None:
    post("Counted", author={"name": "Ada", "email": "ada@example.net"})
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    called = 'comment_widget_plugin_calls_total{ended="answered",plugin="email_privacy"}'
    assert [line for line in lines if line.startswith(called)]
    assert "comment_widget_database_up 1.0" in lines
    assert "Ada" not in answer.text
    assert "example" not in answer.text


def test_a_server_that_works_says_so(client: FlaskClient) -> None:
    assert client.get("/health").get_json() == {"status": "ok"}
    assert client.get("/ready").get_json()["database"] == "ok"
