"""What the page of checks says is what a browser does."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.widget.conftest import WAIT_MS, Host
from tests.browser.widget.test_accessibility import findings


@pytest.mark.parametrize(
    ("policy", "shows"),
    [
        ("default-src 'none'; script-src {s}; connect-src {s}", True),
        ("script-src {s}/embed.js; connect-src {s}", False),
        ("script-src 'self'; connect-src {s}", False),
        ("script-src {s}", True),
        ("script-src 'nonce-abc'", True),
        ("script-src 'nonce-abc' 'strict-dynamic'", True),
        ("script-src 'nonce-xyz' 'strict-dynamic' {s}", False),
        ("default-src 'self'; script-src 'nonce-abc'", False),
        ("sandbox allow-scripts allow-same-origin", True),
        ("sandbox", False),
    ],
)
def test_the_verdict_on_a_policy_is_the_browsers(
    host: Host, tab: Page, policy: str, shows: bool
) -> None:
    csp = policy.format(s=host.server.url)
    url = host.page(attributes='nonce="abc"', csp=csp)
    host.post(url, "To be read.")
    # By command, as the page answers only ten a minute.
    said = host.server.cli("embed", "--check", url, check=False)
    assert ("error " in said) is not shows
    tab.goto(url)
    if shows:
        expect(tab.get_by_text("To be read.")).to_be_visible()
    else:
        expect(tab.get_by_text("To be read.")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_checks(
    chromium: Browser, host: Host, scheme: str
) -> None:
    url = host.page(attributes="data-theme=pink", csp="default-src 'self'")
    with chromium.new_context(color_scheme=scheme, viewport={"width": 320, "height": 640}) as one:
        one.set_default_timeout(WAIT_MS)
        tab = one.new_page()
        tab.goto(f"{host.server.url}/embed/check")
        assert findings(tab) == ""
        tab.get_by_label("Address of the page").fill(url)
        tab.keyboard.press("Enter")
        expect(tab.locator("#verdict")).to_be_visible()
        assert findings(tab) == ""
        assert tab.evaluate("document.documentElement.scrollWidth") == 320
