"""The ways in which the tests ask the akismet plugin, and what its stand-in should then get."""

import traceback
from collections.abc import Callable

import pytest
from widget.plugins import akismet

from tests.plugins.akismet_stand_in import KEY
from widget import Occasion, Status, Submission, WidgetError
from widget.testing import (
    HookResult,
    a_comment,
    a_server,
    a_site,
    a_submission,
    ask,
    settings_of,
    start,
)

ON = {"mode": "on", "key": KEY}

DOCUMENTED = {
    "api_key": KEY,
    "blog": "https://example.org",
    "user_ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    "referrer": "https://example.org/articles/bridges",
    "permalink": "https://example.org/articles/bridges",
    "comment_type": "comment",
    "comment_author": "Ada",
    "comment_author_email": "ada@example.net",
    "comment_author_url": "https://ada.example.net/",
    "comment_content": "The wind does it, and the cables answer.",
    "comment_date_gmt": "2026-03-01T12:00:00Z",
    "blog_lang": "en",
    "blog_charset": "UTF-8",
    "honeypot_field_name": "akismet_hp",
}


def started(url: str, **server: object) -> object:
    return start(akismet, a_server(options={"server_url": url}, **server))


def check(plugin: object, submission: Submission | None = None, **settings: object) -> HookResult:
    return ask(
        plugin,
        "check_submission",
        submission=submission or a_submission(),
        settings=settings_of(plugin, **{**ON, **settings}),
    )


def decide(plugin: object, before: Status | None, after: Status, actor: str = "person:3") -> None:
    ask(
        plugin,
        "comment_decided",
        comment=a_comment(status=after),
        submission=a_submission(occasion=Occasion.RECHECK, comment_id=14),
        before=before,
        after=after,
        actor=actor,
        settings=settings_of(plugin, **ON),
    )


def problems(plugin: object, **settings: object) -> list[tuple[str, str]]:
    found = ask(
        plugin,
        "check_settings",
        site=a_site(),
        settings=settings_of(plugin, **{**ON, **settings}),
    )
    return [(problem.setting, problem.message) for problem in found]


def failure_of(call: Callable[[], object]) -> str:
    """Return everything that could be logged of a call that fails, without the key in it."""
    with pytest.raises(WidgetError) as caught:
        call()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert KEY not in shown
    assert KEY not in str(error)
    return str(error)
