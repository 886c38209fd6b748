"""What a plugin posts goes to public addresses only, and nobody waits for ever for its answer."""

import json

import pytest

from tests.receiver import Receiver
from widget.outbound.post import MAX_ANSWER, Poster


def url(receiver: Receiver, host: str = "check.internal") -> str:
    return f"http://{host}:{receiver.server_port}/check?x=1"


def poster(*private: str) -> Poster:
    return Poster(private_hosts=private, resolve=lambda host, port: ["127.0.0.1"])


def test_a_post_arrives_under_the_name_that_was_asked(receiver: Receiver) -> None:
    answer = poster("check.internal").post(
        url(receiver),
        content=b'{"a": 1}',
        headers={"Content-Type": "application/json"},
        limit_s=5,
    )
    assert (answer.status, json.loads(answer.body)) == (200, {"outcome": "hold"})
    path, headers, body = receiver.got[0]
    assert (path, body) == ("/check?x=1", b'{"a": 1}')
    assert headers["Host"] == f"check.internal:{receiver.server_port}"


@pytest.mark.parametrize("host", ["check.internal", "localhost", "127.0.0.1"])
def test_what_is_not_public_is_reached_only_where_the_operator_says_so(
    receiver: Receiver, host: str
) -> None:
    with pytest.raises(ConnectionError, match="not public"):
        poster().post(url(receiver, host), content=b"", headers={}, limit_s=5)
    assert receiver.got == []


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, "/elsewhere"
    answer = poster("check.internal").post(url(receiver), content=b"", headers={}, limit_s=5)
    assert answer.status == 307
    assert len(receiver.got) == 1


def test_an_answer_that_does_not_come_is_given_up(receiver: Receiver) -> None:
    receiver.gate.clear()
    with pytest.raises(ConnectionError, match=r"No answer within 0\.2 seconds"):
        poster("check.internal").post(url(receiver), content=b"", headers={}, limit_s=0.2)


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.body = b"x" * (MAX_ANSWER * 3)
    answer = poster("check.internal").post(url(receiver), content=b"", headers={}, limit_s=5)
    assert len(answer.body) == MAX_ANSWER


@pytest.mark.parametrize("address", ["ftp://example.org/", "http://u:p@example.org/", "nonsense"])
def test_other_addresses_are_not_asked(address: str) -> None:
    with pytest.raises(ConnectionError, match="http"):
        poster().post(address, content=b"", headers={}, limit_s=5)


def test_a_server_that_is_not_there_is_told_in_a_sentence(receiver: Receiver) -> None:
    gone = f"http://check.internal:{receiver.server_port}/"
    receiver.shutdown()
    receiver.server_close()
    with pytest.raises(ConnectionError, match="doesn't answer"):
        poster("check.internal").post(gone, content=b"", headers={}, limit_s=5)
