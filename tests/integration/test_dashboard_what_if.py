"""A moderator tries a comment on the plugins, and nothing of it stays."""

import pytest
from flask import Flask

from tests.integration.dashboard_kit import Browser, a_browser, add_person
from widget.domain.person import Role
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store.tables import CommentRow, TrailRow

MOD = "mod@example.org"


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def test_each_plugin_says_what_it_would_say_and_nothing_is_stored(
    desk: Browser, parts: Parts
) -> None:
    links = " ".join(f"https://{name}.example/" for name in "abcde")
    page = desk.post("/blog/what-if", {"body": f"See **these**: {links}"}).text
    assert "links: It has 5 links" in page
    assert "<strong>these</strong>" in page
    assert ">email_privacy<" in page
    with parts.database.read() as session:
        assert session.query(CommentRow).count() == session.query(TrailRow).count() == 0


def test_plugins_that_are_off_are_asked_on_request_and_decide_nothing(
    desk: Browser, parts: Parts, site: Site
) -> None:
    parts.plugins.save(
        site, "words", {"mode": "off", "hold": "rude"}, actor="test", now=parts.now()
    )
    form = {"body": "A rude word."}
    assert ">words<" not in desk.post("/blog/what-if", form).text
    page = desk.post("/blog/what-if", {**form, "all_plugins": "1"}).text
    assert ">words<" in page
    assert "decides nothing" in page
    assert "policy: publish." in page
    assert ">akismet<" not in page


def test_what_a_reader_would_have_to_mend_is_said_at_the_field_and_stays(desk: Browser) -> None:
    answer = desk.post("/blog/what-if", {"body": " ", "email": "nobody", "name": "Ada & Co"})
    assert answer.status_code == 422
    assert "Please write something." in answer.text
    assert 'value="nobody"' in answer.text
    assert "Ada &amp; Co" in answer.text


def test_nobody_tries_on_another_site_or_without_the_forms_token(desk: Browser, app: Flask) -> None:
    assert desk.post("/other/what-if", {"body": "x"}).status_code == 404
    assert app.test_client().post("/dashboard/blog/what-if", data={"body": "x"}).status_code == 403
