"""One event is one line in the log, whatever a reader sent."""

import io
import logging

import pytest

from widget.logs import OneLine


@pytest.mark.parametrize("evil", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\u2028b", "a\x85b", "a\x00b"])
def test_no_field_begins_a_line_of_its_own_or_commands_a_terminal(evil: str) -> None:
    out = io.StringIO()
    log = logging.Logger("test")
    handler = logging.StreamHandler(out)
    handler.setFormatter(OneLine("%(levelname)s %(message)s"))
    log.addHandler(handler)
    log.warning("it was %s", evil)
    written = out.getvalue()
    assert len(written.splitlines()) == 1
    assert written.startswith("WARNING it was a\\")
    assert not set(written) & set("\r\x1b\u2028\x85\x00")
