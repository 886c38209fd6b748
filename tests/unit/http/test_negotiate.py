"""Content codings and validators."""

import pytest

from widget.http.negotiate import coding_for, matches


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", "identity"),
        ("br;q=0, gzip;q=0", "identity"),
        ("zstd", "identity"),
        (";;;,,,q=", "identity"),
    ],
)
def test_the_best_coding_that_a_client_takes_is_chosen(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
    ],
)
def test_a_client_that_has_the_version_is_known(sent: str, known: bool) -> None:
    assert matches(sent, 'W/"a"') is known
