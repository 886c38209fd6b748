"""Passkeys and authenticator apps in a real browser, with Chromium's virtual authenticator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.browser.dashboard.conftest import SCREENS, WAIT_MS
from tests.browser.dashboard.test_screens import RULES
from tests.live import LiveServer

PASSWORD = "correct horse battery"


@dataclass
class Tab:
    """A page in a browser of its own, with a device that can hold passkeys."""

    page: Page
    device: CDPSession
    authenticator: str

    def credentials(self) -> list[dict[str, object]]:
        """Return the passkeys that the device holds."""
        asked = {"authenticatorId": self.authenticator}
        found: list[dict[str, object]] = self.device.send("WebAuthn.getCredentials", asked)[
            "credentials"
        ]
        return found

    def take(self, credentials: list[dict[str, object]]) -> None:
        """Let the device hold these passkeys, too."""
        for one in credentials:
            self.device.send(
                "WebAuthn.addCredential",
                {"authenticatorId": self.authenticator, "credential": one},
            )


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Return a server that is reached by a name: passkeys need one."""
    server = LiveServer(tmp_path_factory.mktemp("named"))
    server.also(COMMENT_WIDGET_PUBLIC_URL=f"http://localhost:{server.port}")
    server.cli("site", "add", "garden", "--host", "example.org", "--title", "Garden")
    yield server.start()
    server.stop()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Callable[..., Tab]]:
    """Return a function that opens a page in a new browser; its faults fail the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_one(address: str, screen: str = "desktop", **options: object) -> Tab:
        width, height = SCREENS[screen]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]  # a test's options
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda line: wrong.append(line.text) if "Content Security" in line.text else None,
        )
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options_of_device = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }  # fmt: skip
        made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options_of_device})
        page.goto(address)
        return Tab(page, device, made["authenticatorId"])

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


def join(named: LiveServer, tab: Callable[..., Tab], name: str, **options: object) -> Tab:
    """Add an admin and sign them in by their link; they set a password."""
    said = named.cli("user", "add", f"{name}@example.org", "--role", "admin")
    opened = tab(said.split()[-1], **options)
    page = opened.page
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/account?done=password")
    return opened


def add_passkey(page: Page, name: str) -> None:
    page.get_by_role("link", name="New passkey").click()
    page.get_by_label("What you call it").fill(name)
    page.get_by_role("button", name="Make it").click()


def base(named: LiveServer) -> str:
    return f"http://localhost:{named.port}/dashboard"


def test_a_passkey_is_made_signs_in_alone_and_is_the_second_step(
    named: LiveServer, tab: Callable[..., Tab]
) -> None:
    first = join(named, tab, "ada")
    add_passkey(first.page, "Laptop")
    first.page.get_by_role("heading", name="Your recovery codes").wait_for()
    assert first.page.locator(".codes li").count() == 10
    first.page.get_by_role("link", name="I have kept them").click()
    assert first.page.get_by_label("Name of the passkey Laptop").input_value() == "Laptop"
    (kept,) = first.credentials()

    alone = tab(f"{base(named)}/sign-in")
    alone.take([kept])
    alone.page.get_by_role("button", name="Sign in with a passkey").click()
    alone.page.wait_for_url("**/garden/queue")
    (used,) = alone.credentials()

    second = tab(f"{base(named)}/sign-in")
    second.take([used])
    second.page.get_by_label("Email").fill("ada@example.org")
    second.page.get_by_label("Password").fill(PASSWORD)
    second.page.get_by_role("button", name="Sign in", exact=True).click()
    second.page.get_by_role("button", name="Use your passkey").click()
    second.page.wait_for_url("**/garden/queue")

    first.page.reload()
    first.page.get_by_role("button", name="Remove the passkey Laptop").click()
    first.page.get_by_text("It is removed.").wait_for()
    assert first.page.get_by_label("Name of the passkey Laptop").count() == 0


def test_who_has_no_passkey_on_the_device_is_told_so_and_signs_in_otherwise(
    named: LiveServer, tab: Callable[..., Tab]
) -> None:
    join(named, tab, "bob")
    other = tab(f"{base(named)}/sign-in")
    other.device.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": other.authenticator, "isUserVerified": False},
    )
    other.page.get_by_role("button", name="Sign in with a passkey").click()
    other.page.get_by_text("No passkey was used.").wait_for()
    other.page.get_by_label("Email").fill("bob@example.org")
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Sign in", exact=True).click()
    other.page.wait_for_url("**/garden/queue")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_the_way_to_a_second_factor_and_through_it_is_accessible_on_every_screen(
    named: LiveServer, tab: Callable[..., Tab], screen: str, scheme: str
) -> None:
    name = f"{screen}-{scheme}"
    opened = join(named, tab, name, screen=screen, color_scheme=scheme)
    page = opened.page
    page.get_by_role("button", name="Set up an authenticator app").click()
    check(page)
    page.get_by_text("Can’t scan it?").click()
    app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_label("Type the code that it shows.").fill(app.now())
    page.get_by_role("button", name="Switch it on").click()
    check(page)
    code = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    add_passkey(page, "Telephone with a rather long name " * 2)
    page.wait_for_url("**/account?done=passkey")
    check(page)
    page.goto(f"{base(named)}/sign-in")
    page.context.clear_cookies()
    page.goto(f"{base(named)}/sign-in")
    check(page)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Use a recovery code").click()
    check(page)
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Sign in").last.click()
    page.wait_for_url("**/garden/queue")


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_an_invitation_is_made_copied_and_taken(
    named: LiveServer, tab: Callable[..., Tab], screen: str
) -> None:
    owner = join(named, tab, f"owner-{screen}", screen=screen).page
    owner.goto(f"{base(named)}/garden/people")
    owner.get_by_label("Email").fill(f"new-{screen}@example.org")
    owner.get_by_role("button", name="Make a link").click()
    link = owner.get_by_role("textbox", name="The link for").input_value()
    check(owner)
    new = tab(link, screen=screen).page
    check(new)
    new.get_by_label("Password").fill(PASSWORD)
    new.get_by_role("button", name="Accept").click()
    new.wait_for_url("**/garden/queue")
    owner.goto(f"{base(named)}/garden/people")
    owner.get_by_label(f"Role of new-{screen}@example.org", exact=True).select_option("owner")
    owner.get_by_role("button", name=f"Save the role of new-{screen}@example.org").click()
    new.goto(f"{base(named)}/garden/log")
    new.get_by_text("accepted an invitation").first.wait_for()
    check(new)


def check(page: Page) -> None:
    """Make sure that a screen has no accessibility fault and is no wider than the window."""
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("window.innerWidth"), page.url
