"""What a plugin shows of itself on its page harms nobody, and its failure breaks nothing."""

import pytest

from tests.integration.conftest import World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from widget.domain.person import Role

PANEL = """
@hookimpl
def dashboard_panel(site, settings):
    {body}
"""


def owner_of(world: World) -> Browser:
    """Return the browser of the site's owner."""
    person = add_person(world.parts, "o@example.org", Role.OWNER, world.site, password=None)
    browser = a_browser(world.app)
    browser.post(sign_in_link(world.parts, person))
    return browser


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('no paint')", "ValueError: no paint"),  # it fails
        ("time.sleep(5)", "No answer within"),  # it hangs
        ("return 'a text'", "can&#39;t be shown"),  # it answers nonsense
        ("return widget.Panel(7, '<p>Hello</p>')", "can&#39;t be shown"),
        ("return widget.Panel('Title', None)", "can&#39;t be shown"),
        ("return widget.Panel('Title', '\\ud800')", "can&#39;t be shown"),
        ("return widget.Panel('Title', 'x' * 10 ** 6)", "can&#39;t be shown"),
    ],
)
def test_a_panel_that_fails_says_so_and_leaves_the_page_whole(
    world: World, body: str, words: str
) -> None:
    world.plugin("painted", PANEL.format(body=body)).start()
    page = owner_of(world).get("/blog/plugins/painted")
    assert page.status_code == 200
    assert words in page.text
    assert "Health" in page.text


def test_a_panel_shows_figures_and_nothing_that_acts(world: World) -> None:
    html = (
        "<table><tr><th scope=row>Pots</th><td onclick=alert(1)>3</td></tr></table>"
        "<form action=/x><input name=a></form><img src=x onerror=alert(1)><style>*{}</style>"
        "<script>alert(1)</script><a href=javascript:alert(1)>go</a>"
    )
    world.plugin("painted", PANEL.format(body=f"return widget.Panel('<b>Pots', {html!r})")).start()
    page = owner_of(world).get("/blog/plugins/painted").text
    assert '<th scope="row">Pots</th><td>3</td>' in page
    assert "&lt;b&gt;Pots" in page
    shown = page[page.index("&lt;b&gt;Pots") :]
    for bad in ("alert", '<form action="/x', "<img", "<style", "<b>"):
        assert bad not in shown, bad


def test_a_plugin_without_a_panel_or_that_is_off_shows_none(world: World) -> None:
    world.plugin("painted", PANEL.format(body="return widget.Panel('Pots', '<p>3</p>')")).start()
    browser = owner_of(world)
    assert "Pots" in browser.get("/blog/plugins/painted").text
    world.set("painted", mode="off")
    assert "Pots" not in browser.get("/blog/plugins/painted").text
