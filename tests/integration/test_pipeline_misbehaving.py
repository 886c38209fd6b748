"""Whatever a plugin does, the comment is kept, the reason is on its trail, the next is unharmed."""

import threading
import time
from textwrap import dedent

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.trail import Answer
from widget.domain.verdict import Outcome

FAILS = {
    "raises": 'raise ValueError("no such\\n\\nword")',
    "raises_wordless": "raise KeyError",
    "raises_what_cannot_be_printed": """\
        class Rude(Exception):
            def __str__(self):
                raise RuntimeError("not even this")
        raise Rude
        """,
    "raises_a_surrogate": 'raise ValueError("\\udc80 \\x00")',
    "ends_the_process": "raise SystemExit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "is_cancelled": "raise BaseException('base')",
    "returns_a_number": "return 5",
    "returns_a_dictionary": 'return {"outcome": "allow"}',
    "returns_a_name": 'return "allow"',
    "returns_a_huge_string": 'return "x" * 20_000_000',
    "returns_true": "return True",
    "returns_the_class": "return widget.Verdict",
    "yields": 'yield widget.Verdict.allow("x")',
    "returns_an_outcome_of_no_kind": 'return widget.Verdict(outcome="allow", reason="x")',
    "returns_a_reason_of_no_kind": "return widget.Verdict.allow(reason=object())",
    "returns_a_reason_that_cannot_be_kept": 'return widget.Verdict.allow(reason="\\ud800")',
    "returns_a_score_of_no_kind": 'return widget.Verdict.spam("x", score="much")',
    "returns_a_message_of_no_kind": 'return widget.Verdict.reject("x", message=5)',
    "returns_a_wait_of_no_kind":
        'return widget.Verdict.reject("x", message="y", retry_after_s="soon")',
    "recurses": "return check_submission(submission)",
    "changes_what_it_is_given": 'submission.body = "changed"',
    "compares_to_nothing": """\
        class Odd:
            def __eq__(self, other):
                raise RuntimeError
            def __bool__(self):
                raise RuntimeError
        return Odd()
        """,
}  # fmt: skip


@pytest.mark.parametrize("name", FAILS)
def test_a_comment_is_held_with_the_fault_on_its_trail_and_the_next_is_unharmed(
    world: World, name: str
) -> None:
    guard = "if submission.body != 'Bad one.':\n    return None\n"
    hook = checks(guard + dedent(FAILS[name]))
    world.plugin("rude", hook).plugin("kind", checks('return widget.Verdict.allow("fine")')).start()

    answer = world.post("Bad one.")

    assert answer.status_code == 202, answer.get_json()
    comment_id = answer.get_json()["comment"]["id"]
    assert world.status(comment_id) is Status.PENDING
    entry = world.trail(comment_id)["rude"]
    assert entry.answer is Answer.FAILED
    assert entry.reason
    assert len(entry.reason.splitlines()) == 1
    assert entry.version == "1.2"
    kept = world.trail(comment_id)["kind"].verdict
    assert kept is not None
    assert kept.outcome is Outcome.ALLOW
    assert world.shown() == []
    if name != "yields":  # a generator function is one whatever the text is
        assert world.post("Good one.").status_code == 201
    assert world.comment(comment_id).source == "Bad one."


HANGS = {"sleeps_for_ever": "threading.Event().wait()", "computes_for_ever": "while stop: pass"}


@pytest.mark.parametrize("name", HANGS)
def test_a_plugin_that_never_comes_back_holds_within_its_deadline(world: World, name: str) -> None:
    hook = "stop = [1]\n@hookimpl\ndef start_plugin(app):\n    app.let_go = stop.clear\n\n"
    hang = f"if submission.body == 'Bad one.':\n    {HANGS[name]}\n"
    world.plugin("hangs", hook + checks(hang)).start()

    began = time.perf_counter()
    answer = world.post("Bad one.")
    took_s = time.perf_counter() - began

    assert answer.status_code == 202
    assert took_s < 2
    entry = world.trail(answer.get_json()["comment"]["id"])["hangs"]
    assert entry.answer is Answer.TIMED_OUT
    assert entry.duration_ms >= 300
    assert "0.3 s" in entry.reason
    assert world.post("Good one.").status_code == 201
    world.app.let_go()  # type: ignore[attr-defined]  # what the plugin has put there


def test_all_plugins_together_take_no_longer_than_the_servers_deadline(world: World) -> None:
    for number in range(8):
        world.plugin(f"slow_{number}", checks("threading.Event().wait()"), deadline_s=0.4)
    world.config = world.config.model_copy(update={"deadline_s": 1.0})
    world.start()

    began = time.perf_counter()
    comment_id = world.posted()

    assert time.perf_counter() - began < 2.5
    trail = world.trail(comment_id)
    answers = [trail[f"slow_{number}"].answer for number in range(8)]
    assert answers[0] is Answer.TIMED_OUT
    assert answers[-1] is Answer.SKIPPED
    assert world.status(comment_id) is Status.PENDING


def test_past_a_number_of_hanging_calls_the_plugin_is_skipped_which_holds(world: World) -> None:
    gate = (
        "gate = threading.Event()\n@hookimpl\ndef start_plugin(app):\n    app.let_go = gate.set\n\n"
    )
    world.plugin("hangs", gate + checks("gate.wait()"), deadline_s=0.02).start()

    ids = []
    for number in range(20):
        ids.append(world.posted(f"Comment {number}."))
        # So that it isn't paused for failing, which would spare it the rest.
        world.parts.plugins.breaker.resume(world.site.id, "hangs")

    answers = [world.trail(comment_id)["hangs"].answer for comment_id in ids]
    assert answers == [Answer.TIMED_OUT] * 16 + [Answer.SKIPPED] * 4
    assert all(world.status(comment_id) is Status.PENDING for comment_id in ids)
    # As soon as the hanging calls come back, the plugin is asked again.
    world.app.let_go()  # type: ignore[attr-defined]  # what the plugin has put there
    caller = world.parts.plugins.caller
    hanging = world.parts.plugins.registry.get("hangs")
    assert hanging is not None
    end = time.monotonic() + 10
    while caller.is_overdue(hanging):
        assert time.monotonic() < end, "the calls were let go and never came back"
    assert world.post("And now?").status_code == 201


def test_a_burst_of_comments_within_the_deadline_skips_nothing(world: World) -> None:
    hook = "import threading\nall_here = threading.Barrier(24)\n\n" + checks("all_here.wait()")
    world.plugin("slow", hook, deadline_s=20.0)
    world.config = world.config.model_copy(update={"deadline_s": 20.0})
    world.start()
    statuses: list[int] = []

    def post(number: int) -> None:
        client = world.app.test_client()
        sent = {"site": "blog", "url": "https://example.org/article", "body": f"Number {number}."}
        statuses.append(client.post("/api/v1/comments", json=sent).status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 24


def test_what_one_plugin_does_to_its_copy_nobody_else_sees(world: World) -> None:
    spoil = """\
        object.__setattr__(submission, "body", "spoilt")
        object.__setattr__(submission.site, "title", submission.site.title)
        submission.answers["planted"] = True
        return None
        """
    look = """\
        seen = (submission.body, dict(submission.answers))
        return widget.Verdict.hold(repr(seen))
        """
    world.plugin("a_spoiler", checks(spoil), order=1).plugin("z_looker", checks(look)).start()

    comment_id = world.posted("As written.")

    assert world.trail(comment_id)["z_looker"].reason == repr(("As written.", {}))
    assert world.comment(comment_id).source == "As written."
    assert world.comment(comment_id).answers == {}


def test_settings_that_no_longer_validate_hold_and_say_so(world: World) -> None:
    world.plugin("picky", checks("return None")).start()
    world.set("picky", limit=7)
    path = world.config.home / "plugins" / "picky.py"
    path.write_text(path.read_text().replace("limit: int = Field(1,", "limit: str = Field('a',"))
    world.start()

    comment_id = world.posted()

    entry = world.trail(comment_id)["picky"]
    assert world.status(comment_id) is Status.PENDING
    assert entry.answer is Answer.FAILED
    assert "limit" in entry.reason
    assert "7" not in entry.reason


def test_a_plugin_that_could_not_start_is_skipped_which_holds(world: World) -> None:
    hook = '@hookimpl\ndef start_plugin():\n    raise OSError("no database of words")\n\n'
    world.plugin("lame", hook + checks("return None")).start()

    comment_id = world.posted()

    assert world.status(comment_id) is Status.PENDING
    assert world.trail(comment_id)["lame"].answer is Answer.SKIPPED
    assert "no database of words" in world.trail(comment_id)["lame"].reason


PREPARES = {
    "raises": "raise ValueError('x')",
    "hangs": "threading.Event().wait()",
    "nonsense": "return 'a text'",
    "no_text": "return replace(submission, body=None)",
    "no_author": "return replace(submission, author='Eve')",
    "answers_that_cannot_be_kept": "return replace(submission, answers={'x': object()})",
    "a_text_that_cannot_be_kept": "return replace(submission, body='\\ud800')",
    "a_name_past_all_limits": "return replace(submission, author=widget.Author(name='x' * 999))",
    "a_text_past_all_limits": "return replace(submission, body='x' * 999_999)",
}


@pytest.mark.parametrize("name", PREPARES)
def test_a_failure_to_prepare_holds_the_comment_as_it_was(world: World, name: str) -> None:
    hook = f"@hookimpl\ndef prepare_submission(submission):\n    {PREPARES[name]}\n"
    world.plugin("rude", hook).start()

    comment_id = world.posted("As written.", author={"name": "Ada"})

    assert world.status(comment_id) is Status.PENDING
    assert world.trail(comment_id)["rude"].answer in (Answer.FAILED, Answer.TIMED_OUT)
    assert world.comment(comment_id).source == "As written."
    assert world.comment(comment_id).author.name == "Ada"


OTHER_HOOKS = {
    "record_submission": ("submission", ["raise ValueError", "return 5", "return {1: 2}",
                                         "return {'x': object()}", "return {'x': float('nan')}",
                                         "return {'x': '\\ud800'}", "threading.Event().wait()"]),
    "render_body": ("source", ["raise ValueError", "return 5", "return b'x'", "return '\\ud800'",
                               "threading.Event().wait()"]),
    "present_comment": ("public", ["raise ValueError", "return 5", "return replace(public, html=5)",
                                   "return replace(public, html='\\ud800')",
                                   "return replace(public, author='Eve')",
                                   "return replace(public, score=None)",
                                   "return replace(public, created=time)",
                                   "threading.Event().wait()"]),
    "form_fields": ("site", ["raise ValueError", "return 5", "return [5]", "return ['x', None]",
                             "threading.Event().wait()"]),
    "form_notices": ("site", ["raise ValueError", "return 5", "return [5]",
                              "threading.Event().wait()"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("hook", "body"), [(hook, body) for hook, (_, bodies) in OTHER_HOOKS.items() for body in bodies]
)
def test_a_hook_that_decides_nothing_harms_nothing_when_it_fails(
    world: World, hook: str, body: str
) -> None:
    argument = OTHER_HOOKS[hook][0]
    source = f"@hookimpl\ndef {hook}({argument}):\n    {body}\n"
    world.plugin("rude", source, deadline_s=0.05).start()

    comment_id = world.posted("Still *here*.")

    assert world.status(comment_id) is Status.PUBLISHED
    shown = world.thread()["comments"]
    assert [comment["html"] for comment in shown] == ["<p>Still <em>here</em>.</p>\n"]


@pytest.mark.parametrize(
    "field", ["html=''", "id=99", "parent=7", "replies=None", "replies=widget.Replies(count=5)"]
)
def test_a_presenter_cannot_change_where_a_comment_stands(world: World, field: str) -> None:
    hook = f"@hookimpl\ndef present_comment(public):\n    return replace(public, {field})\n"
    world.plugin("mover", hook).start()
    top = world.posted("Top.")
    world.posted("Reply.", parent=top)

    (shown,) = world.thread()["comments"]

    assert (shown["id"], shown["parent"], shown["replies"]["count"]) == (top, None, 1)
    assert len(shown["replies"]["comments"]) == 1


def test_a_presenter_that_hangs_is_waited_for_once_and_not_for_each_comment(world: World) -> None:
    hook = "@hookimpl\ndef present_comment(public):\n    threading.Event().wait()\n"
    world.plugin("slow", hook, deadline_s=0.2).start()
    for number in range(12):
        world.posted(f"Comment {number}.")

    began = time.perf_counter()
    assert len(world.thread()["comments"]) == 12
    assert time.perf_counter() - began < 1
