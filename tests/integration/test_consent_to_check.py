"""A plugin that needs the reader's consent is not run without it, and the owner says what then."""

from pathlib import Path

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget import Mode
from widget.domain.comment import Status
from widget.domain.submission import Occasion
from widget.domain.trail import Answer
from widget.moderation.decide import change_status
from widget.moderation.trial import try_out
from widget.testing import a_submission

SENDS = 'reads={widget.Reads.BODY}, sends=widget.Sends({widget.Reads.BODY}, to="check.example")'
AGREED = {"cookie_consent_sending": True}
HOOKS = (
    checks('return widget.Verdict.spam("asked")')
    + """
@hookimpl
def prepare_submission(submission):
    return replace(submission, body=submission.body + " prepared")

@hookimpl
def record_submission(submission):
    return {"seen": True}

@hookimpl
def comment_decided(comment):
    from pathlib import Path
    Path(__file__).with_suffix(".told").write_text(str(comment.id))
"""
)


def write(world: World, card: str = SENDS) -> World:
    """Start a server with a plugin that sends, and a form that asks readers for consent."""
    path = world.config.home / "plugins"
    world.plugin("sender", "", card=card)
    source = (path / "sender.py").read_text()
    (path / "sender.py").write_text(source + "\n\n" + HOOKS)
    world.start()
    world.set("cookie_consent", sending_label="My comment may be checked by check.example.")
    return world


def told(world: World) -> Path:
    return world.config.home / "plugins/sender.told"


def test_without_the_readers_consent_nothing_of_the_plugin_is_run(world: World) -> None:
    write(world).set("sender", needs_consent=True)
    comment_id = world.posted("Hello.")
    entry = world.trail(comment_id)["sender"]
    assert (entry.answer, entry.reason) == (
        Answer.NO_CONSENT, "The reader did not agree that it is asked.",
    )  # fmt: skip
    assert (world.status(comment_id), world.comment(comment_id).source) == (
        Status.PENDING,
        "Hello.",
    )
    world.wait(seconds=1)
    change_status(world.parts, comment_id, Status.PUBLISHED, actor="person:1")
    world.wait(days=3)
    assert not told(world).exists()
    assert world.trail(comment_id)["sender"] == entry, "it is not asked again by itself"


def test_with_it_the_plugin_is_asked(world: World) -> None:
    write(world).set("sender", needs_consent=True)
    comment_id = world.posted("Hello.", answers=AGREED)
    assert world.status(comment_id) is Status.SPAM
    assert world.comment(comment_id).source == "Hello. prepared"
    world.wait(seconds=1)
    assert told(world).exists()


@pytest.mark.parametrize(
    ("without", "status"), [("hold", Status.PENDING), ("ignore", Status.PUBLISHED)]
)
def test_what_becomes_of_the_comment_is_the_owners_to_say(
    world: World, without: str, status: Status
) -> None:
    write(world).set("sender", needs_consent=True, without_consent=without)
    assert world.status(world.posted()) is status


def test_unless_the_owner_wants_it_consent_is_not_waited_for(world: World) -> None:
    write(world)
    assert world.status(world.posted()) is Status.SPAM


def test_a_plugin_may_declare_that_it_never_does_without(world: World) -> None:
    write(world, f"{SENDS}, needs_consent=True")
    plugin = world.parts.plugins.get(world.site, "sender")
    assert "needs_consent" not in type(plugin.settings).model_fields
    assert world.trail(world.posted())["sender"].answer is Answer.NO_CONSENT


@pytest.mark.parametrize("answer", [False, "", "no", None, 1])
def test_whatever_is_no_clear_yes_is_a_no(world: World, answer: object) -> None:
    write(world).set("sender", needs_consent=True)
    comment_id = world.posted(answers={"cookie_consent_sending": answer})
    assert world.trail(comment_id)["sender"].answer is Answer.NO_CONSENT


def test_agreeing_to_storage_is_no_consent_to_sending(world: World) -> None:
    write(world).set("sender", needs_consent=True)
    comment_id = world.posted(answers={"cookie_consent": True})
    assert world.trail(comment_id)["sender"].answer is Answer.NO_CONSENT


def test_where_nobody_asks_the_reader_there_is_no_consent(world: World) -> None:
    write(world).set("sender", needs_consent=True)
    world.set("cookie_consent", sending_label="")
    assert world.trail(world.posted(answers=AGREED))["sender"].answer is Answer.NO_CONSENT


def test_one_no_is_enough(world: World) -> None:
    world.plugin("strict", "@hookimpl\ndef consent_given(site, answers):\n    return False\n")
    write(world).set("sender", needs_consent=True)
    assert world.trail(world.posted(answers=AGREED))["sender"].answer is Answer.NO_CONSENT


def test_a_plugin_in_shadow_needs_consent_as_well(world: World) -> None:
    write(world).set("sender", needs_consent=True, mode="shadow")
    comment_id = world.posted()
    assert world.trail(comment_id)["sender"].answer is Answer.NO_CONSENT
    assert world.status(comment_id) is Status.PUBLISHED


def test_an_owners_own_text_can_be_tried_as_if_there_was_consent(world: World) -> None:
    write(world).set("sender", needs_consent=True)
    sent = a_submission(site=world.site, occasion=Occasion.TRIAL)
    answers = [
        {
            one.plugin: one.answer
            for one in try_out(world.parts, sent, {}, agreed=agreed).judgement.entries
        }
        for agreed in (False, True)
    ]
    assert [one["sender"] for one in answers] == [Answer.NO_CONSENT, Answer.VERDICT]


def test_akismet_and_the_owners_program_can_be_made_to_wait_for_consent(world: World) -> None:
    world.start()
    for name in ("akismet", "webhook_check"):
        plugin = world.parts.plugins.get(world.site, name)
        assert (plugin.needs_consent, plugin.mode) == (False, Mode.OFF)
        world.set(name, needs_consent=True)
        assert world.parts.plugins.get(world.site, name).needs_consent


def test_the_checkbox_has_the_owners_words_and_what_was_answered_is_kept(world: World) -> None:
    write(world)
    form = world.thread()["form"]["fields"]
    field = next(one for one in form if one["name"] == "cookie_consent_sending")
    assert (field["label"], field["required"]) == (
        "My comment may be checked by check.example.", False,
    )  # fmt: skip
    assert "cookie_consent" in {one["name"] for one in form}
