"""Readers are answered in their language; an owner's own words stay."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from widget.domain.site import Site
from widget.publication.parts import Parts

Post = Callable[..., TestResponse]
THERE = f"/threads?site=blog&url={PAGE}"


@pytest.mark.usefixtures("site")
def test_a_refusal_is_told_in_the_language_that_the_browser_asks_for(post: Post) -> None:
    answer = post("", headers={"Accept-Language": "sv-SE, en;q=0.5"})
    assert answer.get_json()["errors"] == [{"field": "body", "message": "Skriv något."}]
    assert answer.headers["Content-Language"] == "sv"
    assert "Accept-Language" in answer.headers["Vary"]
    assert post("").get_json()["detail"] == "Please write something."


@pytest.mark.usefixtures("site")
def test_what_became_of_a_comment_is_told_in_the_language(post: Post) -> None:
    said = post("Fint.", headers={"Accept-Language": "sv"}).get_json()["message"]
    assert said == "Din kommentar har publicerats."


def test_the_form_of_a_thread_comes_in_the_language_that_is_asked_for(
    client: FlaskClient, site: Site, parts: Parts
) -> None:
    def labels(lang: str) -> list[str]:
        query = {"site": "blog", "url": PAGE, "lang": lang}
        form = client.get("/api/v1/thread", query_string=query).get_json()["form"]
        return [field["label"] for field in form["fields"]]

    english = labels("en")
    assert labels("tlh") == english
    assert not set(labels("pl")) & set(english)
    assert labels("pl-PL") == labels("pl")
    own = {"label": "Keep my things here"}
    parts.plugins.save(site, "cookie_consent", own, actor="test", now=parts.now())
    parts.snapshots.drop_site(site.id)
    assert "Keep my things here" in labels("pl")


def test_a_site_in_another_language_speaks_it_where_nothing_is_asked(
    client: FlaskClient, add_site: Callable[..., Site]
) -> None:
    add_site("tidning", language="sv")
    query = {"site": "tidning", "url": PAGE}
    form = client.get("/api/v1/thread", query_string=query).get_json()["form"]
    assert any("Kom ihåg" in field["label"] for field in form["fields"])


@pytest.mark.usefixtures("site")
def test_a_language_tag_that_is_none_is_refused_without_harm(client: FlaskClient) -> None:
    query = {"site": "blog", "url": PAGE, "lang": "x" * 36}
    assert client.get("/api/v1/thread", query_string=query).status_code == 400


@pytest.mark.usefixtures("site")
def test_the_page_without_javascript_is_in_the_readers_language(
    client: FlaskClient, post: Post
) -> None:
    post("Ett.")
    post("Två.")
    page = client.get(THERE, headers={"Accept-Language": "sv"})
    assert '<html lang="sv" dir="ltr">' in page.text
    assert "2 kommentarer" in page.text
    assert page.headers["Content-Language"] == "sv"
    hebrew = client.get(f"{THERE}&lang=he", headers={"Accept-Language": "sv"})
    assert '<html lang="he" dir="rtl">' in hebrew.text
    assert "lang=he" in hebrew.text.partition("<form")[2].partition(">")[0]


@pytest.mark.usefixtures("site")
def test_a_fault_on_that_page_is_told_in_its_language(client: FlaskClient) -> None:
    answer = client.post(
        f"{THERE}&lang=sv", data={"body": " ", "key": "k"}, headers={"Origin": ORIGIN}
    )
    assert "Skriv något." in answer.text
