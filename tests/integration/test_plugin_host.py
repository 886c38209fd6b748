"""How plugins are found and loaded: one that can't be used is said so, and harms no other."""

import json
import sys
import time
from dataclasses import replace

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.errors import Invalid, NotFound
from widget.jobs import periodic, tasks
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status, undo
from widget.store import plugin_settings, sites

CARD = "from widget import PluginInfo, hookimpl\n\n\n@hookimpl\ndef plugin_info():\n    "
GOOD_CARD = CARD + "return PluginInfo(name='rude', version='1', description='d')\n\n\n"

UNUSABLE = {
    "a_syntax_error": "def plugin_info(:\n",
    "a_raise_on_import": "raise RuntimeError('not today')\n",
    "an_exit_on_import": "raise SystemExit(0)\n",
    "a_missing_library": "import no_such_library_anywhere\n",
    "no_card": "x = 1\n",
    "nothing": "",
    "bytes": "\x00\x00",
    "a_card_that_raises": CARD + "raise OSError\n",
    "a_card_that_is_none": CARD + "return None\n",
    "a_card_of_another_name":
        CARD + "return PluginInfo(name='other', version='1', description='d')\n",
    "a_card_with_a_wrong_order":
        CARD + "return PluginInfo(name='rude', version='1', description='d', order='first')\n",
    "a_card_with_a_wrong_deadline":
        CARD + "return PluginInfo(name='rude', version='1', description='d', deadline_s=None)\n",
    "a_hook_that_there_is_not": GOOD_CARD + "@hookimpl\ndef check_submision():\n    return None\n",
    "an_argument_that_there_is_not":
        GOOD_CARD + "@hookimpl\ndef check_submission(text):\n    return None\n",
    "settings_of_no_kind": GOOD_CARD + "@hookimpl\ndef plugin_settings():\n    return dict\n",
    "a_factory_that_raises": GOOD_CARD + "def plugin():\n    raise ValueError\n",
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_plugin_that_cannot_be_used_is_a_fault_on_record_and_the_rest_works(
    world: World, name: str
) -> None:
    world.file("rude", UNUSABLE[name])
    world.plugin("kind", checks("return widget.Verdict.hold('asked')")).start()

    registry = world.parts.plugins.registry
    (fault,) = registry.faults
    assert (fault.name, registry.get("rude")) == ("rude", None)
    assert fault.reason
    assert "rude.py" in fault.origin
    trail = world.trail(world.posted())
    assert trail["kind"].reason == "asked"
    assert trail["rude"].reason.startswith("It can't be loaded: ")


def test_a_plugin_that_cannot_be_loaded_holds_until_it_is_switched_off(world: World) -> None:
    world.file("rude", "def plugin_info(:\n").start()
    assert world.status(world.posted()) is Status.PENDING

    plugins, now = world.parts.plugins, world.parts.now()
    with pytest.raises(Invalid, match="can't be loaded"):
        plugins.save(world.site, "rude", {"strength": "9"}, actor="test", now=now)
    plugins.save(world.site, "rude", {"mode": "off"}, actor="test", now=now)
    assert world.status(world.posted("Another one.")) is Status.PUBLISHED


def test_a_file_named_like_a_library_hides_it_from_nobody(world: World) -> None:
    world.plugin("json", checks("return widget.Verdict.hold('I am json')")).start()

    assert sys.modules["json"] is json
    assert str(world.config.home / "plugins") not in sys.path
    comment_id = world.posted()
    assert world.trail(comment_id)["json"].reason == "I am json"
    assert world.thread()["thread"]["count"] == 0


def test_of_two_plugins_of_one_name_the_first_is_used_and_the_second_is_a_fault(
    world: World,
) -> None:
    world.plugin("email_privacy", checks("return widget.Verdict.spam('an impostor')")).start()

    registry = world.parts.plugins.registry
    found = registry.get("email_privacy")
    assert found is not None
    assert found.origin == "built in"
    assert [fault.name for fault in registry.faults] == ["email_privacy"]
    comment_id = world.posted("Mail me: ada@example.net")
    assert "ada@example.net" not in world.comment(comment_id).html
    assert world.status(comment_id) is not Status.SPAM


def test_a_plugin_may_be_a_class_made_anew_for_each_server(world: World) -> None:
    source = """
import widget
from widget import hookimpl


class Counting:
    def __init__(self):
        self.seen = 0

    @hookimpl
    def plugin_info(self):
        return widget.PluginInfo(name="counting", version="1", description="Counts.")

    @hookimpl
    def check_submission(self, submission):
        self.seen += 1
        return widget.Verdict.hold(f"number {self.seen}")


def plugin():
    return Counting()
"""
    world.file("counting", source).start()
    assert world.trail(world.posted("One."))["counting"].reason == "number 1"
    assert world.trail(world.posted("Two."))["counting"].reason == "number 2"
    world.start()
    assert world.trail(world.posted("Three."))["counting"].reason == "number 1"


def test_settings_are_checked_kept_and_counted(world: World) -> None:
    hook = """\
        @hookimpl
        def check_settings(site, settings):
            if settings.limit == 13:
                return [widget.SettingsProblem("limit", "Not that one.")]
            if settings.limit == 14:
                raise OSError("the service is down")
        """
    world.plugin("picky", hook).start()
    world.set("picky", limit=5)
    assert world.parts.plugins.get(world.site, "picky").revision == 1
    for values, where in (
        ({"limit": 13}, "picky.limit"),
        ({"limit": 14}, "picky.mode"),
        ({"limit": "x"}, "picky.limit"),
        ({"mode": "loud"}, "picky.mode"),
        ({"lmit": 1}, "picky.lmit"),
    ):
        with pytest.raises(Invalid) as caught:
            world.set("picky", **values)
        assert [fault.field for fault in caught.value.errors] == [where]
    kept = world.parts.plugins.get(world.site, "picky")
    assert (kept.revision, kept.settings.model_dump()["limit"]) == (1, 5)
    with pytest.raises(NotFound):
        world.set("nobody", limit=5)


def test_settings_of_one_site_are_not_another_sites(world: World) -> None:
    world.plugin("picky", checks("return None")).start()
    other = replace(world.site, key="other", hosts=("other.example",))
    with world.parts.database.write() as session:
        other = sites.add_site(session, other, world.clock())
    world.set("picky", limit=5)
    limits = [
        world.parts.plugins.get(site, "picky").settings.model_dump()["limit"]
        for site in (world.site, other)
    ]
    assert limits == [5, 1]


def test_settings_of_a_mode_that_there_is_not_any_more_hold(world: World) -> None:
    world.plugin("picky", checks("return None")).start()
    with world.parts.database.write() as session:
        new = plugin_settings.NewSettings(world.site.id, "picky", {"mode": "loud"})
        plugin_settings.add_revision(
            session, world.parts.keys, new, actor="test", now=world.clock()
        )
        sites.touch_site(session, world.site.id)
    comment_id = world.posted()
    assert world.status(comment_id) is Status.PENDING
    assert "mode" in world.trail(comment_id)["picky"].reason


PERIODIC = """\
from pathlib import Path

HERE = Path(__file__).parent


def tick(now):
    with (HERE / "ticks.log").open("a") as log:
        log.write(now.isoformat() + chr(10))
    FAULT


@hookimpl
def periodic_tasks():
    return [widget.PeriodicTask("tick", EVERY, tick)]
"""


@pytest.mark.parametrize("fault", ["pass", "raise OSError", "raise SystemExit"])
def test_a_periodic_task_runs_again_and_again_even_if_it_fails(world: World, fault: str) -> None:
    world.plugin("ticker", PERIODIC.replace("FAULT", fault).replace("EVERY", "600")).start()
    promise_periodic(world.parts)
    promise_periodic(world.parts)  # as a second process would
    for _ in range(3):
        run_due(world.parts)
        world.clock.advance(seconds=600)
    log = world.config.home / "plugins" / "ticks.log"
    assert len(log.read_text().splitlines()) == 3


@pytest.mark.parametrize("every", ["0", "-5", "'often'", "None"])
def test_a_periodic_task_that_never_pauses_is_not_taken(world: World, every: str) -> None:
    world.plugin("ticker", PERIODIC.replace("FAULT", "pass").replace("EVERY", every)).start()
    promise_periodic(world.parts)
    run_due(world.parts)
    assert not (world.config.home / "plugins" / "ticks.log").exists()


def test_jobs_that_hang_in_a_plugin_stop_no_other_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TELL_DEADLINE_S", 0.1)
    monkeypatch.setattr(periodic, "TASK_DEADLINE_S", 0.1)
    hang = "@hookimpl\ndef comment_decided():\n    threading.Event().wait()\n"
    ticks = PERIODIC.replace("FAULT", "pass").replace("EVERY", "600")
    stuck = ticks.replace("def tick(now):", "def tick(now):\n    threading.Event().wait()")
    world.plugin("stuck", hang + stuck).plugin("ticker", ticks).start()
    world.posted()
    promise_periodic(world.parts)
    run_due(world.parts)
    assert (world.config.home / "plugins" / "ticks.log").exists()


def test_periodic_tasks_that_are_never_told_are_asked_for_within_the_deadline(world: World) -> None:
    hook = "@hookimpl\ndef periodic_tasks():\n    threading.Event().wait()\n"
    world.plugin("stuck", hook, deadline_s=0.05).start()
    began = time.monotonic()
    promise_periodic(world.parts)
    assert time.monotonic() - began < 5


def test_deciders_are_told_after_the_commit_of_every_change(world: World) -> None:
    hook = """\
        from pathlib import Path

        @hookimpl
        def comment_decided(comment, submission, before, after, actor, settings):
            with (Path(__file__).parent / "told.log").open("a") as log:
                print(before, after.value, actor, submission.occasion.value, file=log)
        """
    world.plugin("listener", hook).start(policy="hold")
    comment_id = world.posted()
    world.wait(seconds=1)
    change_status(world.parts, comment_id, Status.SPAM, actor="person:1")
    undo(world.parts, comment_id, actor="person:1")
    world.wait(seconds=1)
    log = world.config.home / "plugins" / "told.log"
    assert log.read_text().splitlines() == [
        "None pending pipeline recheck",
        "pending spam person:1 recheck",
        "spam pending person:1 recheck",
    ]


def test_a_decider_that_failed_is_told_again_and_only_it(world: World) -> None:
    hook = """\
        from pathlib import Path

        HERE = Path(__file__).parent

        @hookimpl
        def comment_decided(comment):
            with (HERE / "NAME.log").open("a") as log:
                print(comment.id, file=log)
            if FAILS and not (HERE / "up").exists():
                raise OSError("down")
        """
    folder = world.config.home / "plugins"
    world.plugin("deaf", hook.replace("NAME", "deaf").replace("FAILS", "True"))
    world.plugin("fine", hook.replace("NAME", "fine").replace("FAILS", "False")).start()
    world.posted()
    world.wait(seconds=1)
    (folder / "up").touch()
    world.wait(seconds=10)
    world.wait(days=1)
    assert len((folder / "deaf.log").read_text().split()) == 2
    assert len((folder / "fine.log").read_text().split()) == 1
