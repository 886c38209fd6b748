"""In which order plugins are asked on a site, and what becomes of what they say."""

from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.integration.conftest import Run, World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from tests.integration.plugin_files import checks
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.site import Combine, Policy
from widget.domain.submission import Occasion
from widget.domain.trail import Answer
from widget.moderation.trial import try_out
from widget.testing import a_submission

OWN = ("holds", "spams", "quiet")


@pytest.fixture
def three(world: World) -> World:
    """Return a server with a plugin that holds, one that calls it spam, and one that abstains."""
    world.plugin("holds", checks('return widget.Verdict.hold("held")'), order=61)
    world.plugin("spams", checks('return widget.Verdict.spam("spam")'), order=62)
    world.plugin("quiet", checks("return None"), order=63)
    return world


def own(world: World, comment_id: int) -> dict[str, Answer]:
    return {name: one.answer for name, one in world.trail(comment_id).items() if name in OWN}


def test_the_strictest_verdict_wins_unless_a_site_says_otherwise(three: World) -> None:
    comment_id = three.start().posted()
    assert three.status(comment_id) is Status.SPAM
    assert own(three, comment_id) == {
        "holds": Answer.VERDICT, "spams": Answer.VERDICT, "quiet": Answer.ABSTAINED,
    }  # fmt: skip


def test_the_first_objection_ends_the_asking_and_the_trail_says_so(three: World) -> None:
    comment_id = three.start(combine="first").posted()
    assert three.status(comment_id) is Status.PENDING
    assert own(three, comment_id) == {
        "holds": Answer.VERDICT, "spams": Answer.NOT_ASKED, "quiet": Answer.NOT_ASKED,
    }  # fmt: skip
    assert three.trail(comment_id)["spams"].reason == "holds objected before it."


def test_an_owner_changes_the_order_for_a_site(three: World) -> None:
    three.start(combine="first").set("spams", order=1)
    comment_id = three.posted()
    assert three.status(comment_id) is Status.SPAM
    assert next(iter(three.trail(comment_id))) == "spams"
    three.set("spams", order=0)
    assert three.status(three.posted()) is Status.PENDING


def test_who_vouches_ends_no_asking(world: World) -> None:
    world.plugin("vouches", checks('return widget.Verdict.allow("known")'), order=60)
    world.plugin("spams", checks('return widget.Verdict.spam("spam")'), order=62)
    assert world.start(combine="first").status(world.posted()) is Status.SPAM


def test_what_a_plugin_says_in_shadow_ends_no_asking(three: World) -> None:
    three.start(combine="first").set("holds", mode="shadow")
    assert three.status(three.posted()) is Status.SPAM


def test_a_failure_ends_no_asking_as_the_others_must_have_been_asked_by_then(world: World) -> None:
    source = """\
        from pathlib import Path
        if not Path(__file__).with_suffix(".well").exists():
            raise OSError("away")
        """
    world.plugin("shaky", checks(source), order=60)
    world.plugin("spams", checks('return widget.Verdict.spam("spam")'), order=62)
    comment_id = world.start(combine="first").posted()
    assert world.status(comment_id) is Status.SPAM
    assert world.trail(comment_id)["shaky"].answer is Answer.FAILED


def test_what_if_keeps_to_order_and_combination(three: World) -> None:
    three.start(combine="first")
    sent = a_submission(site=three.site, occasion=Occasion.TRIAL)
    found = try_out(three.parts, sent, {"spams": {"order": "1"}}).judgement
    assert found.outcome == "spam"
    assert [one.answer for one in found.entries if one.plugin in ("holds", "quiet")] == [
        Answer.NOT_ASKED, Answer.NOT_ASKED,
    ]  # fmt: skip


def test_order_and_combination_are_set_listed_and_kept_as_a_file(run: Run, tmp_path: Path) -> None:
    run("site", "add", "blog", "--host", "example.org")
    sets = ("--set", "site.combine=first", "--set", "links.order=2")
    assert run("site", "set", "blog", *sets).code == 0
    names = [row["name"] for row in run("plugins", "list", "--site", "blog", "--json").rows]
    assert names[0] == "links"
    file = tmp_path / "blog.toml"
    run("policy", "export", "--site", "blog", "--out", str(file))
    text = file.read_text()
    assert 'combine = "first"' in text
    assert "order = 2" in text
    file.write_text(text.replace("order = 2", "order = 0").replace('"first"', '"strictest"'))
    said = run("policy", "diff", str(file), "--site", "blog", "--json").rows
    assert {one["path"] for one in said} == {"site.combine", "links.order"}
    assert run("policy", "import", str(file), "--site", "blog").code == 0
    names = [row["name"] for row in run("plugins", "list", "--site", "blog", "--json").rows]
    assert names[0] != "links"
    refused = run("site", "set", "blog", "--set", "links.order=-1")
    assert (refused.code, "links.order" in refused.err) == (1, True)


@pytest.fixture
def desk(three: World, config: Config, clock: Clock) -> Browser:
    """Return the browser of the site's owner, signed in."""
    three.start()
    person = add_person(three.parts, "o@example.org", Role.OWNER, three.site, password=None)
    browser = a_browser(three.app)
    browser.post(sign_in_link(three.parts, person))
    return browser


def test_the_whole_policy_is_set_on_one_page(three: World, desk: Browser) -> None:
    page = desk.get("/blog/settings").text
    for name in ('name="site.policy"', 'name="site.combine"', 'name="holds.order"'):
        assert name in page, name
    form = {
        "site.policy": "hold", "site.combine": "first", "holds.order": "7", "holds.mode": "shadow",
        "holds.on_failure": "ignore", "spams.mode": "off", "quiet.order": "",
        "akismet.without_consent": "ignore",
    }  # fmt: skip
    assert desk.post("/blog/policy", form).status_code == 303
    settings = three.site.settings
    assert (settings.policy, settings.combine) == (Policy.HOLD, Combine.FIRST)
    found = {one.name: one for one in three.parts.plugins.of(three.site)}
    holds = found["holds"].settings
    assert (holds.order, holds.mode, holds.on_failure) == (7, "shadow", "ignore")
    assert (found["spams"].mode, found["quiet"].revision) == ("off", 0)
    assert found["akismet"].without_consent == "ignore"
    assert desk.post("/blog/policy", {"site.policy": "publish"}).status_code == 303
    assert three.site.settings.combine is Combine.FIRST, "what the form doesn't have stays"


def test_a_fault_is_told_at_its_plugin_nothing_is_kept_and_nothing_typed_is_lost(
    three: World, desk: Browser
) -> None:
    form = {"site.policy": "hold", "site.combine": "odd", "holds.order": "4000"}
    page = desk.post("/blog/policy", form)
    assert page.status_code == 422
    for there in ('id="holds-fault"', 'id="policy-combine-fault"', 'value="4000"'):
        assert there in page.text, there
    assert '<option value="hold" selected>' in page.text
    assert three.site.settings.policy is Policy.PUBLISH
    with_key = desk.post("/blog/policy", {"akismet.mode": "on"})
    assert (with_key.status_code, 'id="akismet-fault"' in with_key.text) == (422, True)


def test_the_sites_own_form_leaves_the_policy_alone(three: World, desk: Browser) -> None:
    desk.post("/blog/policy", {"site.combine": "first"})
    form = three.site.settings.model_dump(mode="json", exclude={"policy", "combine"})
    answer = desk.post("/blog/settings", {**form, "title": "New", "hosts": "example.org"})
    assert (answer.status_code, three.site.title) == (303, "New")
    assert three.site.settings.combine is Combine.FIRST
