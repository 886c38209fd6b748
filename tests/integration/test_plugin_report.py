"""Whether plugins fit this server is told before a comment meets them, with what is odd."""

import logging
import warnings
from types import SimpleNamespace

import pytest

from tests.integration.conftest import Run, World
from tests.integration.dashboard_kit import a_browser, add_person, sign_in_link
from tests.integration.plugin_files import checks, write_file, write_plugin
from widget import PluginInfo, Verdict, hookimpl
from widget.domain.person import Role
from widget.domain.renamed import Renamed
from widget.hookspecs import hookspec
from widget.hookspecs import plugin_info as card_spec
from widget.plugin_host.discovery import Candidate
from widget.plugin_host.registry import Registry

CARD = """\
import widget
from widget import hookimpl

@hookimpl
def plugin_info():
    return widget.PluginInfo(name="odd", version="1", description="Odd.", {card})
"""
BROKEN = {
    "no hook": (
        "@hookimpl\ndef check_submision(submission): pass",
        "there is no hook 'check_submision' (is it 'check_submission'?)",
    ),
    "no argument": (
        "@hookimpl\ndef check_submission(submision): pass",
        "check_submission has no argument 'submision' (is it 'submission'?)",
    ),
    "a wrapper": (
        "@hookimpl(wrapper=True)\ndef check_submission(submission):\n    return (yield)",
        "check_submission is a wrapper",
    ),
    "no default": (
        "class S(widget.PluginSettings):\n    limit: int\n\n"
        "@hookimpl\ndef plugin_settings(): return S",
        "The setting 'limit' has no default.",
    ),
    "no start": ("@hookimpl\ndef start_plugin(): raise OSError('away')", "It could not start"),
}
CARDS = {
    "a version to come": ("requires='>=1.9'", "it requires hooks >=1.9, and this server has 1."),
    "no version": ("requires='new'", "requires is no list of versions"),
    "words": ("sends='the text to x.example'", "sends must be Sends(fields, to)"),
    "no fields": ("reads={'the text'}", "reads must be of Reads, not 'the text'"),
    "unread": (
        "reads=(), sends=widget.Sends({widget.Reads.EMAIL}, 'x.example')",
        "it sends the email and doesn't read it",
    ),
    "no setting": (
        "reads=(), reads_if={'loud': {widget.Reads.BODY}}",
        "'loud', which is no setting",
    ),
    "no time": ("reads=(), deadline_s=0", "deadline_s must be more than 0"),
}
ODD = {
    "unmarked": ("def check_submission(submission): pass", "check_submission is not marked with"),
    "a default": (
        "@hookimpl\ndef check_submission(submission, settings=None): pass",
        "'settings' has a default, so it is never passed",
    ),
    "undescribed": (
        "class S(widget.PluginSettings):\n    limit: int = 1\n\n"
        "@hookimpl\ndef plugin_settings(): return S",
        "The setting 'limit' has no description.",
    ),
    "history": (
        "@hookimpl\ndef check_submission(submission, history): pass",
        "Reads.HISTORY is missing",
    ),
}


def told_of_odd(run: Run, world: World, source: str, card: str = "reads=()") -> tuple[int, str]:
    write_file(world.config.home, "odd", CARD.format(card=card) + "\n" + source + "\n")
    done = run("plugins", "check")
    return done.code, " ".join(done.out.split())


@pytest.fixture
def home_world(run: Run, home: object, world: World) -> World:
    world.config = world.config.model_copy(update={"home": home})
    return world


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_said_and_ends_with_1(run: Run, home_world: World, name: str) -> None:
    source, words = BROKEN[name]
    code, said = told_of_odd(run, home_world, source)
    assert (code, words in said, "broken odd" in said) == (1, True, True), said


@pytest.mark.parametrize("name", CARDS)
def test_a_card_that_does_not_hold_is_told(run: Run, home_world: World, name: str) -> None:
    card, words = CARDS[name]
    code, said = told_of_odd(run, home_world, "", card)
    assert (code, words in said) == (1, True), said


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_said_and_breaks_nothing(run: Run, home_world: World, name: str) -> None:
    source, words = ODD[name]
    code, said = told_of_odd(run, home_world, source)
    assert (code, words in said, "note odd" in said) == (0, True, True), said


def test_several_faults_are_told_at_once(run: Run, home_world: World) -> None:
    source = "@hookimpl\ndef check_submission(submision, setings): pass\n"
    _, said = told_of_odd(run, home_world, source + "@hookimpl\ndef chek(): pass")
    assert all(word in said for word in ("'submision'", "'setings'", "'chek'")), said


def test_the_built_in_plugins_are_all_well(run: Run, home_world: World) -> None:
    done = run("plugins", "check", "--json")
    assert done.code == 0
    assert [row["remarks"] for row in done.rows] == [[] for _ in done.rows]
    akismet = next(row for row in done.rows if row["name"] == "akismet")
    assert "check_submission" in akismet["hooks"]
    assert "email" in akismet["reads"]
    assert "akismet.com" in akismet["sends"]


def test_an_undeclared_plugin_and_a_long_deadline_are_noted(run: Run, home_world: World) -> None:
    write_plugin(home_world.config.home, "slow", checks("return None"), card="", deadline_s=9)
    done = run("plugins", "check", "--json")
    remarks = next(row["remarks"] for row in done.rows if row["name"] == "slow")
    assert [words.split(":")[0] for words in remarks] == [
        "It doesn't declare what it reads",
        "Its deadline of 9 s is longer than the 4 s that all plugins have together.",
    ]
    assert done.code == 0


def test_a_start_logs_one_line_for_each_plugin_with_trouble(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    world.plugin("slow", checks("return None"), card="", deadline_s=9)
    world.file("odd", CARD.format(card="") + "\n@hookimpl\ndef chek(): pass\n").start()
    lines = [one.getMessage() for one in caplog.records]
    assert [line.split()[1] for line in lines] == ["odd", "slow"]
    assert "chek" in lines[0]
    assert "doesn't declare" in lines[1]


def test_the_dashboard_shows_it_on_the_plugins_page(world: World) -> None:
    world.plugin("slow", checks("return None"), card="", deadline_s=9).start()
    person = add_person(world.parts, "o@example.org", Role.OWNER, world.site, password=None)
    desk = a_browser(world.app)
    desk.post(sign_in_link(world.parts, person))
    page = desk.get("/blog/plugins/slow").text
    assert "Its deadline of 9 s is longer" in page
    assert "Reads the text and page." in page
    quiet = desk.get("/blog/plugins/akismet").text
    assert "Does it fit this server?" not in quiet
    assert "akismet.com; with send_email the email, too." in quiet


@hookspec(
    warn_on_impl_args={"comment": Renamed("check_submission: comment", "submission", until="2.0")}
)
def check_submission(submission: object, comment: object) -> None:
    """Take what was called ``comment`` once."""


@hookspec(warn_on_impl=Renamed("judge", "check_submission", until="2.0"))
def judge(submission: object) -> None:
    """Be what ``check_submission`` was called once."""


SPECS = SimpleNamespace(plugin_info=card_spec, check_submission=check_submission, judge=judge)


class Old:
    """A plugin of an earlier version: an old hook, and an old argument."""

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        return PluginInfo(name="old", version="1", description="Old.", reads=())

    @hookimpl
    def judge(self, submission: str) -> Verdict:
        return Verdict.hold(submission)


class OldArgument:
    @hookimpl
    def plugin_info(self) -> PluginInfo:
        return PluginInfo(name="old", version="1", description="Old.", reads=())

    @hookimpl
    def check_submission(self, comment: str) -> Verdict:
        return Verdict.hold(comment)


class Both(Old):
    @hookimpl
    def check_submission(self, submission: str) -> Verdict:
        return Verdict.hold(f"new {submission}")


@pytest.mark.parametrize(
    ("plugin", "said", "words"),
    [
        (Old(), "text", "judge is called check_submission now; the old name works until"),
        (OldArgument(), "text", "check_submission: comment is called submission now"),
        (Both(), "new text", "judge is called check_submission now"),
    ],
    ids=["hook", "argument", "both"],
)
def test_an_old_name_works_and_is_remarked_on(plugin: object, said: str, words: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        registry = Registry([Candidate("old", "a test", lambda: plugin)], SPECS)
    assert registry.faults == []
    (loaded,) = registry.plugins
    assert "check_submission" in loaded.hooks
    verdict = registry.call(loaded, "check_submission", submission="text")
    assert isinstance(verdict, Verdict)
    assert verdict.reason == said
    assert [remark.breaks for remark in loaded.remarks] == [False]
    assert loaded.remarks[0].words.startswith(words)
