"""A limit that can't be meant is refused as it is set, with words that help."""

import pytest
from pydantic import ValidationError
from widget.plugins import rate_limit

from widget.testing import settings_of


@pytest.mark.parametrize(
    "text", ["", " ", "5/minute", "5 per minute", "5/minute; 30/hour;", "1/2 hours", "10/day"]
)
def test_limits_can_be_written_in_these_ways(text: str) -> None:
    assert settings_of(rate_limit, per_address=text)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "five/minute",
        "5/minuet",
        "0/minute",  # would end all talk by a slip
        "-1/minute",
        "5/minute 30/hour",
        "9999999999/minute",
        "5/99999 day",
        "1/day;2/day;3/day;4/day;5/day",
        "1/second;" * 100,
    ],
)
@pytest.mark.parametrize("setting", ["per_address", "per_email", "per_thread", "per_site"])
def test_limits_that_can_not_be_meant_are_refused(setting: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings_of(rate_limit, **{setting: text})
    (fault,) = refused.value.errors()
    assert fault["loc"] == (setting,)
    assert "5/minute; 30/hour" in fault["msg"] or "at most 200" in fault["msg"]
