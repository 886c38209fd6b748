"""Owners set up their site and its plugins."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.conftest import Clock
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from tests.integration.plugin_files import write_file
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.person import Role
from widget.domain.plugin import PluginInfo, PluginSettings
from widget.domain.site import Policy, Site, SiteSettings
from widget.plugin_host.registry import LoadedPlugin
from widget.plugin_host.revisions import _open_settings, revisions
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.store import schema, sites

PLUGIN = """
from pydantic import Field, SecretStr
from enum import StrEnum
from widget import Mode, Panel, PluginInfo, PluginSettings, Reads, Sends, SettingsProblem, hookimpl

class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"

class Settings(PluginSettings):
    mode: Mode = Field(Mode.ON, description="Mode.")
    key: SecretStr = Field(SecretStr(""), description="The key.")
    colour: Colour = Field(Colour.RED, description="A colour.")
    many: tuple[str, ...] = Field((), description="Some words.")
    share: float = Field(0.5, ge=0, le=1, description="A share.")
    loud: bool = Field(True, description="Loud.")
    wait_s: int = Field(3, ge=1, description="A time.")

@hookimpl
def plugin_info():
    return PluginInfo(
        name="painter", version="3.1", description="Paints.", reads={Reads.BODY},
        sends=Sends({Reads.BODY}, to="paint.example"),
    )

@hookimpl
def plugin_settings():
    return Settings

@hookimpl
def check_settings(site, settings):
    if settings.mode is Mode.ON and settings.key.get_secret_value() == "wrong":
        return [SettingsProblem("key", "The key is not right.")]
    return []

@hookimpl
def dashboard_panel(site, settings):
    return Panel("Paint left", "<p>Half a pot.</p><script>alert(1)</script>")
"""
FORM = {"mode": "on", "colour": "red", "many": "", "share": "0.5", "loud": "on", "wait_s": "3"}


@pytest.fixture
def app(config: Config, clock: Clock) -> object:
    """Return an application with a plugin that has a setting of every kind."""
    write_file(config.home, "painter", PLUGIN)
    app = create_app(config, now=clock)
    schema.upgrade(parts_of(app).database)
    yield app
    parts_of(app).database.engine.dispose()


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of the site's owner, signed in."""
    person = add_person(parts, "owner@example.org", Role.OWNER, site, password=None)
    browser = a_browser(app)
    browser.post(sign_in_link(parts, person))
    return browser


@pytest.fixture
def now_stored(parts: Parts) -> Callable[[], Site]:
    """Return a function that reads the site as it is stored."""

    def read() -> Site:
        with parts.database.read() as session:
            site = sites.find_site(session, "blog")
        assert site is not None
        return site

    return read


def painter(parts: Parts, site: Site) -> object:
    """Return the plugin's settings on the site."""
    return parts.plugins.get(site, "painter").settings


def test_the_sites_settings_are_kept(desk: Browser, now_stored: Callable[[], Site]) -> None:
    form = {
        **now_stored().settings.model_dump(mode="json"),
        "title": "A new title",
        "hosts": "example.org\r\nhttps://WWW.example.org/\r\n\r\nexample.org",
        "policy": "hold",
        "max_depth": "3",
    }
    assert desk.post("/blog/settings", form).status_code == 303
    site = now_stored()
    assert (site.title, site.hosts) == ("A new title", ("example.org", "www.example.org"))
    assert (site.settings.policy, site.settings.max_depth) == (Policy.HOLD, 3)


def test_every_fault_is_told_at_its_field_and_nothing_typed_is_lost(
    desk: Browser, now_stored: Callable[[], Site]
) -> None:
    form = {
        **now_stored().settings.model_dump(mode="json"),
        "title": "",
        "hosts": "not a host",
        "max_depth": "99",
        "privacy_policy_url": "javascript:alert(1)",
    }
    page = desk.post("/blog/settings", form)
    assert page.status_code == 422
    for name in ("title", "hosts", "max_depth", "privacy_policy_url"):
        assert f'id="field-{name}-fault"' in page.text, name
    assert 'value="99"' in page.text
    assert "not a host</textarea>" in page.text
    assert now_stored().settings.max_depth == 6


def test_a_plugins_form_is_drawn_from_its_model(desk: Browser) -> None:
    page = desk.get("/blog/plugins/painter").text
    for words in (
        'type="password"', '<option value="blue"', 'type="number" step="any" min="0" max="1"',
        'type="checkbox" id="field-loud"', "Wait (seconds)", "Sends the text to paint.example.",
        "A share.", "Half a pot.", "Paint left",
    ):  # fmt: skip
        assert words in page, words
    assert "<script>alert" not in page


def test_a_plugins_settings_are_kept(
    desk: Browser, parts: Parts, now_stored: Callable[[], Site]
) -> None:
    form = {**FORM, "colour": "blue", "many": "one\r\n two \r\n", "share": "0.25", "key": "k"}
    del form["loud"]
    assert desk.post("/blog/plugins/painter", form).status_code == 303
    kept = painter(parts, now_stored())
    assert kept.model_dump(mode="json", exclude={"key", "on_failure"}) == {  # type: ignore[attr-defined]  # its model is a file's
        "order": 0, "needs_consent": False, "without_consent": "hold",
        "mode": "on", "colour": "blue", "many": ["one", "two"], "share": 0.25, "loud": False,
        "wait_s": 3,
    }  # fmt: skip


def test_a_secret_is_in_no_page_and_stays_until_it_is_replaced_or_removed(
    desk: Browser, parts: Parts, now_stored: Callable[[], Site]
) -> None:
    def key() -> str:
        return str(painter(parts, now_stored()).key.get_secret_value())  # type: ignore[attr-defined]  # its model is a file's

    desk.post("/blog/plugins/painter", {**FORM, "key": "hush-hush"})
    assert "hush-hush" not in desk.get("/blog/plugins/painter").text
    desk.post("/blog/plugins/painter", {**FORM, "key": "", "wait_s": "9"})
    assert key() == "hush-hush"
    refused = desk.post("/blog/plugins/painter", {**FORM, "key": "typed-now", "share": "7"})
    assert "typed-now" not in refused.text
    assert key() == "hush-hush"
    desk.post("/blog/plugins/painter", {**FORM, "clear.key": "on"})
    assert key() == ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"share": "7"}, "field-share-fault"),
        ({"share": "lots"}, "field-share-fault"),
        ({"colour": "green"}, "field-colour-fault"),
        ({"mode": "maybe"}, "field-mode-fault"),
        ({"key": "wrong"}, "field-key-fault"),
    ],
)
def test_what_a_plugin_can_not_use_is_told_at_the_field_and_not_kept(
    desk: Browser,
    parts: Parts,
    now_stored: Callable[[], Site],
    change: dict[str, str],
    fault: str,
) -> None:
    page = desk.post("/blog/plugins/painter", {**FORM, "wait_s": "8", **change})
    assert page.status_code == 422
    assert f'id="{fault}"' in page.text
    assert parts.plugins.get(now_stored(), "painter").revision == 0


def test_there_is_no_form_of_a_plugin_that_is_not_there(desk: Browser) -> None:
    assert desk.get("/blog/plugins/nothing").status_code == 404


def test_a_plugin_that_could_not_be_loaded_is_said(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    write_file(config.home, "broken", "raise RuntimeError('on import')")
    app = create_app(config, now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    person = add_person(parts, "admin@example.org", Role.ADMIN, password=None)
    with parts.database.write() as session:
        site = Site(id=0, key="blog", title="Blog", hosts=("a.example",), settings=SiteSettings())
        sites.add_site(session, site, parts.now())
    browser = a_browser(app)
    browser.post(sign_in_link(parts, person))
    assert "RuntimeError: on import" in browser.get("/blog/settings").text
    parts.database.engine.dispose()


def test_settings_can_be_tested_without_being_kept(
    desk: Browser, parts: Parts, now_stored: Callable[[], Site]
) -> None:
    page = desk.post("/blog/plugins/painter/test", {**FORM, "colour": "blue", "key": "right"})
    assert page.status_code == 200
    assert "These settings work. They are not saved yet." in page.text
    assert '<option value="blue" selected>' in page.text
    refused = desk.post("/blog/plugins/painter/test", {**FORM, "key": "wrong"})
    assert refused.status_code == 422
    assert "The key is not right." in refused.text
    while_off = desk.post("/blog/plugins/painter/test", {**FORM, "mode": "off", "key": "wrong"})
    assert "The key is not right." in while_off.text
    assert '<option value="off" selected>' in while_off.text
    assert parts.plugins.get(now_stored(), "painter").revision == 0


def test_every_revision_is_kept_and_can_be_restored(
    desk: Browser, parts: Parts, now_stored: Callable[[], Site]
) -> None:
    desk.post("/blog/plugins/painter", {**FORM, "colour": "blue", "key": "hush-hush"})
    desk.post("/blog/plugins/painter", {**FORM, "colour": "red", "share": "0.9"})
    page = desk.get("/blog/plugins/painter").text
    assert "<code>colour</code> blue → red" in page
    assert "<code>share</code> 0.5 → 0.9" in page
    assert "<code>key</code> (secret) → (secret)" in page
    assert "hush-hush" not in page
    assert "owner@example.org" in page
    assert desk.post("/blog/plugins/painter/revisions/1").status_code == 303
    restored = parts.plugins.get(now_stored(), "painter")
    assert (restored.revision, restored.stored["colour"], restored.stored["share"]) == (
        3, "blue", 0.5,
    )  # fmt: skip
    assert restored.stored["key"] == "hush-hush"
    assert desk.post("/blog/plugins/painter/revisions/9").status_code == 404


def test_no_secret_of_earlier_settings_is_shown_when_the_plugin_can_not_be_loaded(
    desk: Browser, parts: Parts, now_stored: Callable[[], Site], config: Config, clock: Clock
) -> None:
    desk.post("/blog/plugins/painter", {**FORM, "key": "hush-hush"})
    write_file(config.home, "painter", "raise ImportError('gone')")
    later = create_app(config, now=clock)
    site = now_stored()
    plugins = parts_of(later).plugins
    told = revisions(plugins, site, plugins.get(site, "painter"))
    assert "hush-hush" not in repr(told)
    assert [change.after for change in told[0].changes if change.setting == "key"] == ["(secret)"]
    parts_of(later).database.engine.dispose()


def test_a_secret_that_may_be_missing_is_a_secret_in_earlier_settings_too() -> None:
    class Optional(PluginSettings):
        token: SecretStr | None = None
        shown: str = ""

    loaded = LoadedPlugin(
        info=PluginInfo(name="one", version="1", description="One."),
        settings_model=Optional,
        origin="a test",
        hooks=frozenset(),
    )
    plugin = SitePlugin(site_id=1, plugin=loaded, settings=Optional(), revision=0, stored={})
    assert _open_settings(plugin) == {"mode", "on_failure", "order", "shown"}


def test_an_address_is_typed_into_a_field_for_addresses(desk: Browser) -> None:
    page = desk.get("/blog/plugins/webhook_check").text
    field = page[page.index('id="field-url"') :].split(">", 1)[0]
    assert 'type="url"' in field
    assert '<textarea id="field-url"' not in page
    site_page = desk.get("/blog/settings").text
    assert 'id="field-privacy_policy_url" name="privacy_policy_url" type="url"' in site_page
