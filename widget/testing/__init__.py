"""Test kit for plugins: values with every field filled in, a clock, one plugin's hooks.

::

    from widget.testing import a_submission, ask

    def test_a_text_in_capitals_is_held():
        verdict = ask(shouting, "check_submission", submission=a_submission(body="HELLO ALL"))
        assert verdict.outcome == "hold"

Nothing here needs a server, a database, a request or pytest. In tests for pytest there are also
``widget.testing.contract``, what every plugin promises, and the fixtures of
``widget.testing.pytest_plugin``, which pytest finds by itself.
"""

from widget.testing.asking import HookResult, ask, settings_of, start
from widget.testing.stand_ins import THEN, Clock, MemoryInDict, OutboundInList
from widget.testing.values import (
    a_comment,
    a_history,
    a_public_comment,
    a_server,
    a_site,
    a_submission,
)

__all__ = [
    "THEN",
    "Clock",
    "HookResult",
    "MemoryInDict",
    "OutboundInList",
    "a_comment",
    "a_history",
    "a_public_comment",
    "a_server",
    "a_site",
    "a_submission",
    "ask",
    "settings_of",
    "start",
]
