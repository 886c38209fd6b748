"""The box speaks the reader's language, and is laid out as it is written."""

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.widget.conftest import WAIT_MS, Host
from tests.browser.widget.test_accessibility import findings


def test_the_attribute_wins_over_the_page_and_the_page_over_the_browser(
    host: Host, chromium: Browser
) -> None:
    with chromium.new_context(locale="sv-SE") as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        tab.goto(host.page(attributes='data-lang="pl"'))
        expect(tab.get_by_role("heading", name="Komentarze")).to_be_visible()
        tab.goto(host.page())  # The page says that it is English.
        expect(tab.get_by_role("heading", name="Comments")).to_be_visible()
        tab.goto(
            host.page(head="<script>document.documentElement.removeAttribute('lang')</script>")
        )
        expect(tab.get_by_role("heading", name="Kommentarer")).to_be_visible()


def test_only_the_asked_language_travels_and_english_takes_no_request(
    host: Host, tab: Page
) -> None:
    asked: list[str] = []

    def hear(request: Request) -> None:
        if "/locale/" in request.url:
            asked.append(request.url.partition("/locale/")[2].partition("?")[0])

    tab.on("request", hear)
    tab.goto(host.page(attributes='data-lang="en-GB"'))
    expect(tab.get_by_role("heading", name="Comments")).to_be_visible()
    assert asked == []
    tab.goto(host.page(attributes='data-lang="pt-BR"'))
    expect(tab.get_by_role("heading", name="Comentários")).to_be_visible()
    assert asked == ["pt.json"]


def test_a_language_without_a_catalogue_leaves_the_choice_to_the_next(
    host: Host, tab: Page
) -> None:
    tab.goto(host.page(attributes='data-lang="tlh"'))
    expect(tab.get_by_role("heading", name="Comments")).to_be_visible()


def test_plurals_dates_and_what_plugins_ask_are_said_in_the_language(host: Host, tab: Page) -> None:
    url = host.page(attributes='data-lang="pl"')
    for number in range(5):
        host.post(url, f"Number {number}")
    tab.goto(url)
    expect(tab.get_by_role("heading", name="5 komentarzy")).to_be_visible()
    tab.get_by_label("Twój komentarz").click()
    expect(
        tab.get_by_label("Zapamiętaj moje imię, adres e-mail i wersje robocze na tym urządzeniu")
    ).to_be_visible()
    tab.get_by_label("Twój komentarz").fill("Szósty.")
    tab.keyboard.press("Control+Enter")
    expect(tab.get_by_role("heading", name="6 komentarzy")).to_be_visible()


def test_a_refusal_comes_in_the_language_of_the_box(host: Host, tab: Page) -> None:
    tab.goto(host.page(attributes='data-lang="es"'))
    tab.get_by_label("Tu comentario").fill("Un texto.")
    tab.get_by_role("textbox", name="Correo").fill("wrong")
    tab.get_by_role("button", name="Publicar").click()
    expect(tab.get_by_text("No se puede enviar correo a esta dirección.")).to_be_visible()


@pytest.mark.parametrize("lang", ["ar", "he"])
def test_from_right_to_left_nothing_overlaps_and_axe_finds_nothing(
    host: Host, chromium: Browser, lang: str
) -> None:
    url = host.page(
        attributes=f'data-lang="{lang}"', head="<meta name=viewport content='width=device-width'>"
    )
    first = host.post(url, "تعليق أول")
    host.post(url, "An English reply.", first)
    with chromium.new_context(viewport={"width": 320, "height": 700}) as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        tab.goto(url)
        expect(tab.locator("article")).to_have_count(2)
        box = tab.locator("comment-thread section")
        assert box.get_attribute("dir") == "rtl"
        picture = tab.locator(".avatar").first.bounding_box()
        words = tab.locator(".body").first.bounding_box()
        assert picture and words
        assert picture["x"] > words["x"]
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        assert findings(tab) == ""
