"""The kit that others test their plugins with: the contract finds what is wrong, and says it."""

import logging
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import Field, SecretStr
from widget.plugins import email_privacy, honeypot, links, rate_limit, words

from tests.repository.files import ROOT
from widget import (
    FieldType,
    FormField,
    Mode,
    Outcome,
    Panel,
    PluginInfo,
    PluginSettings,
    Reads,
    Submission,
    Verdict,
    hookimpl,
)
from widget.domain.trail import Answer
from widget.testing import Clock, MemoryInDict, a_history, a_site, a_submission
from widget.testing.contract import PluginContract
from widget.testing.http_stand_in import HttpStandIn
from widget.testing.pipeline import Pipeline


class Sound:
    """A plugin that keeps every promise; the others each break one."""

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        return PluginInfo(name="sound", version="1", description="Sound.", reads=set(Reads))

    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        return Verdict.hold("It is long.") if len(submission.body) > 1000 else None


class NoVersion(Sound):
    @hookimpl
    def plugin_info(self) -> PluginInfo:
        return PluginInfo(name="sound", version=" ", description="Sound.", reads=set(Reads))


class Undescribed(Sound):
    class Settings(PluginSettings):
        limit: int = 3

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        return self.Settings


class Telling(Sound):
    class Settings(PluginSettings):
        api_token: str = Field("", description="A token.")

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        return self.Settings


class Raising(Sound):
    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        return Verdict.hold("HTML") if submission.body[0] == "<" else None


class Late(Sound):
    @hookimpl
    def plugin_info(self) -> PluginInfo:
        reads = {Reads.BODY}
        return PluginInfo(
            name="sound", version="1", description="Late.", deadline_s=0.5, reads=reads
        )

    @hookimpl
    def check_submission(self, submission: Submission) -> None:
        if len(submission.body) > 100_000:
            time.sleep(1)


class Talking(Sound):
    @hookimpl
    def check_submission(self, submission: Submission) -> object:
        return True if submission.role else None


class Silent(Sound):
    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        return Verdict.reject("No.", message="") if submission.role else None


class StrangeField(Sound):
    @hookimpl
    def form_fields(self) -> list[FormField]:
        return [FormField(name="other", type=FieldType.TEXT, label="Other")]


class Overreaching(Sound):
    @hookimpl
    def prepare_submission(self, submission: Submission) -> Submission:
        return replace(submission, body="", url="https://example.net/")


class Swelling(Sound):
    @hookimpl
    def prepare_submission(self, submission: Submission) -> Submission:
        return replace(submission, body=submission.body * 2)


class Recording(Sound):
    @hookimpl
    def record_submission(self, submission: Submission) -> dict[str, object]:
        return {"by": submission.author.email or ""}


class Quoting(Sound):
    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        known = (submission.address or "").startswith("203.")
        return Verdict.hold(f"{submission.address} wrote it.") if known else None


class Logging(Sound):
    @hookimpl
    def check_submission(self, submission: Submission) -> None:
        logging.getLogger("sound").info("from %s", submission.author.email)


class Showing(Sound):
    class Settings(PluginSettings):
        key: SecretStr = Field(SecretStr(""), description="A key.")

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        return self.Settings

    @hookimpl
    def dashboard_panel(self, settings: Settings) -> Panel:
        return Panel("Key", f"<p>{settings.key.get_secret_value()}</p>")


class Counting(Sound):
    def __init__(self) -> None:
        self.asked = 0

    @hookimpl
    def check_submission(self) -> Verdict | None:
        self.asked += 1
        return Verdict.hold("Every hundredth.") if self.asked % 100 == 0 else None


class Unlocked(Sound):
    def __init__(self) -> None:
        self.body = ""

    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        self.body = submission.body
        time.sleep(0.001)
        return Verdict.hold("Long.") if len(self.body) > 50 else None


class Curious(Sound):
    @hookimpl
    def plugin_info(self) -> PluginInfo:
        reads = {Reads.BODY, Reads.NAME}
        return PluginInfo(name="sound", version="1", description="Curious.", reads=reads)

    @hookimpl
    def check_submission(self, submission: Submission) -> Verdict | None:
        author = replace(submission.author, name="Nobody")  # a copy of it is no reading
        return Verdict.hold("No email.") if author.email == "nobody@example.org" else None


class Undeclaring(Sound):
    @hookimpl
    def plugin_info(self) -> PluginInfo:
        return PluginInfo(name="sound", version="1", description="Sound.")


class Unmarked(Sound):
    def prepare_submission(self, submission: Submission) -> Submission:
        return submission


class Unsure(Sound):
    @hookimpl
    def consent_given(self, answers: object) -> object:
        return "maybe"


BREACHES = {
    NoVersion: ("its_card_is_right", "the version is empty"),
    Undescribed: ("its_settings_have_defaults_and_descriptions", "'limit' has no description"),
    Telling: ("its_secrets_are_never_shown", "make it a SecretStr"),
    Raising: ("it_never_raises", "'a text: empty': it raised IndexError"),
    Late: ("it_answers_within_its_deadline", "'a text: 120,000 characters: one letter'"),
    Talking: ("it_answers_nothing_but_verdicts_that_can_be_used", "True is no Verdict"),
    Silent: ("it_answers_nothing_but_verdicts_that_can_be_used", "needs a message"),
    StrangeField: ("its_fields_and_notices_can_be_drawn", "'other' must be 'sound', or begin"),
    Curious: ("it_reads_only_what_it_declares", "it reads Author.email and doesn't declare email"),
    Undeclaring: ("its_card_is_right", "It doesn't declare what it reads"),
    Unmarked: ("its_card_is_right", "prepare_submission is not marked with @hookimpl"),
    Unsure: ("it_says_yes_no_or_nothing_of_a_consent", "'maybe' is neither"),
    Overreaching: ("it_changes_only_what_it_may", "may not change url"),
    Swelling: ("it_changes_only_what_it_may", "can't be stored"),
    Recording: ("what_it_records_can_be_kept", "tells the reader's email"),
    Quoting: (
        "its_verdicts_and_log_lines_tell_no_email_address_or_secret",
        "tells the reader's IP address",
    ),
    Logging: (
        "its_verdicts_and_log_lines_tell_no_email_address_or_secret",
        "log tells the reader's email",
    ),
    Showing: (
        "its_form_and_its_panel_tell_no_email_address_or_secret",
        "tells the secret setting 'key'",
    ),
    Counting: ("the_same_question_gets_the_same_answer", "first it said"),
    Unlocked: ("it_can_be_asked_in_several_threads_at_once", "beside others"),
}
#: A plugin that counts can't be asked beside itself either: it says so with ``deterministic``.
ALSO = {Counting: {"it_can_be_asked_in_several_threads_at_once"}}


def broken(held: PluginContract) -> dict[str, str]:
    """Return the promises that a plugin breaks, each with what its author is told."""
    found = {}
    for name in [name for name in dir(held) if name.startswith("test_")]:
        held.setup_method()
        try:
            getattr(held, name)()
        except AssertionError as error:
            found[name.removeprefix("test_")] = str(error)
        finally:
            held.teardown_method()
    return found


def contract_of(plugin: object) -> PluginContract:
    held = PluginContract()
    held.plugin = plugin
    return held


def test_a_plugin_that_keeps_every_promise_passes() -> None:
    assert broken(contract_of(Sound())) == {}


@pytest.mark.parametrize("breaking", BREACHES, ids=lambda one: one.__name__)
def test_a_broken_promise_fails_its_own_test_with_a_sentence(breaking: type[Sound]) -> None:
    name, words = BREACHES[breaking]
    found = broken(contract_of(breaking()))
    assert set(found) - ALSO.get(breaking, set()) == {name}
    assert words in found[name]


def test_a_report_of_hostile_text_can_be_sent_from_process_to_process() -> None:
    class Echoing(Sound):
        @hookimpl
        def check_submission(self, submission: Submission) -> None:
            logging.getLogger("sound").warning("It says %s.", submission.body[:99])
            if submission.body.startswith("\ud800"):
                raise ValueError(submission.body)

    logged: list[str] = []
    logger = logging.getLogger("sound")
    logger.addFilter(lambda record: bool(logged.append(record.getMessage())) or True)
    found = broken(contract_of(Echoing()))
    assert "\\ud800 alone" in found["it_never_raises"]
    assert any("\\ud800 alone" in line for line in logged)
    assert "\n".join([*logged, *found.values()]).encode()
    assert logging.getLogRecordFactory() is logging.LogRecord


def test_an_author_may_say_by_which_exception_a_plugin_gives_up() -> None:
    class GivesUp(PluginContract):
        plugin = Raising()
        gives_up_with = (IndexError,)

    assert broken(GivesUp()) == {}


def test_what_the_exception_behind_a_breach_was_can_be_seen() -> None:
    with pytest.raises(AssertionError) as caught:
        contract_of(Raising()).test_it_never_raises()
    assert isinstance(caught.value.__cause__, IndexError)


def test_a_plugin_that_answers_by_chance_says_so() -> None:
    class ByChance(PluginContract):
        plugin = Counting()
        deterministic = False

    ByChance().test_the_same_question_gets_the_same_answer()
    ByChance().test_it_can_be_asked_in_several_threads_at_once()


def test_a_contract_without_a_plugin_asks_for_one() -> None:
    with pytest.raises(AssertionError, match="Say which plugin"):
        PluginContract().test_its_card_is_right()


def test_the_pipeline_judges_by_the_real_rules() -> None:
    clock = Clock()
    settings = {"links": {"blocked": "bad.example"}, "words": {"reject": "casino"}}
    pipeline = Pipeline(links, words, honeypot, settings=settings, now=clock)
    clock.advance(60)
    judged = pipeline(a_submission(body="https://bad.example/ Casino"))
    said = [(entry.plugin, entry.outcome) for entry in judged.entries]
    assert said == [("honeypot", None), ("words", Outcome.REJECT), ("links", Outcome.SPAM)]
    assert (judged.outcome, judged.entries[0].at) == (Outcome.REJECT, clock())
    assert judged.refusal is not None
    assert judged.refusal.field == "body"


def test_the_pipeline_goes_by_the_policy_of_the_site_and_the_authors_history() -> None:
    sent = a_submission(site=a_site(policy="first_time"))
    pipeline = Pipeline(words)
    assert pipeline(sent).outcome is Outcome.HOLD
    assert pipeline(sent, a_history(published=1)).outcome is Outcome.ALLOW


def test_the_pipeline_prepares_what_it_judges() -> None:
    pipeline = Pipeline(email_privacy)
    sent = a_submission(body="Write to eve@example.net.")
    assert pipeline.prepared(sent).body == "Write to •••@•••."
    assert pipeline(sent).entries[0].answer is Answer.ABSTAINED


def test_the_pipeline_starts_a_module_and_keeps_its_state() -> None:
    pipeline = Pipeline(rate_limit, settings={"rate_limit": {"per_address": "2/hour"}})
    outcomes = [pipeline(a_submission()).refusal is None for _ in range(3)]
    assert outcomes == [True, True, False]


@pytest.mark.parametrize(
    ("plugin", "answer", "reason"),
    [
        (Raising(), Answer.FAILED, "IndexError"),
        (Talking(), Answer.FAILED, "returned bool that means nothing"),
        (Late(), Answer.TIMED_OUT, "No answer within 0.5 s"),
    ],
)
def test_a_failure_in_the_pipeline_holds_as_on_a_server(
    plugin: object, answer: Answer, reason: str
) -> None:
    bodies = {Answer.TIMED_OUT: "x" * 120_000}
    sent = a_submission(body=bodies.get(answer, ""), role="owner")
    judged = Pipeline(plugin)(sent)
    (entry,) = judged.entries
    assert (judged.outcome, entry.answer, judged.owed) == (Outcome.HOLD, answer, ("sound",))
    assert reason in entry.reason


def test_the_pipeline_refuses_what_a_server_would() -> None:
    with pytest.raises(TypeError, match="it has no plugin_info hook"):
        Pipeline(object())
    with pytest.raises(ValueError, match="hold_above"):
        Pipeline(links, settings={"links": {"hold_above": -1}})
    with pytest.raises(ValueError, match="'word', which is no plugin"):
        Pipeline(words, settings={"word": {}})
    off = Pipeline(words, settings={"words": {"mode": Mode.OFF}})
    assert off(a_submission()).entries == ()


def test_the_memory_takes_what_a_servers_takes() -> None:
    memory = MemoryInDict()
    memory.write(1, {"b/1": b"1", "b/2": b"2"}, keep_days=3)
    memory.write(1, {"b/1": b"3", "a": b"4"})
    memory.write(2, {"b/1": b"5"})
    assert list(memory.find(1, "b/", 9).items()) == [("b/1", b"3"), ("b/2", b"2")]
    assert list(memory.find(1, "", 1)) == ["a"]
    assert memory.read(1, ["a", "none"]) == {"a": b"4"}
    assert memory.days[1, "b/2"] == 3
    memory.forget(1, ["a", "none"])
    memory.forget(2, ["b/1"])
    assert (memory.sites(), memory.read(1, ["a"])) == ([1], {})
    for key, value in (("", b""), ("k" * 81, b""), ("k", b"v" * 1_000_001)):
        with pytest.raises(ValueError, match="1 to 80 characters"):
            memory.write(1, {key: value})


@pytest.fixture
def stand_in() -> Iterator[HttpStandIn]:
    made = HttpStandIn()
    yield made
    made.goes_away()


def test_the_stand_in_answers_what_it_is_told_and_keeps_what_it_got(stand_in: HttpStandIn) -> None:
    assert httpx.get(stand_in.url).text == "OK"
    stand_in.answers({"rating": 1}, status=201, headers={"X-Said": "yes"})
    answer = httpx.post(f"{stand_in.url}/rate", json={"text": "ä"}, headers={"X-Key": "k"})
    assert (answer.status_code, answer.json(), answer.headers["X-Said"]) == (
        201,
        {"rating": 1},
        "yes",
    )
    got = stand_in.requests[-1]
    assert (got.method, got.path, got.json, got.headers["X-Key"]) == (
        "POST",
        "/rate",
        {"text": "ä"},
        "k",
    )
    stand_in.answers(b"\xff", after_s=0.3)
    began = time.monotonic()
    assert httpx.get(stand_in.url).content == b"\xff"
    assert time.monotonic() - began >= 0.3


def test_the_stand_in_fails_in_the_ways_of_the_world(stand_in: HttpStandIn) -> None:
    stand_in.breaks_off()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(stand_in.url)
    stand_in.hangs()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(stand_in.url, timeout=0.2)
    stand_in.drips()
    with httpx.stream("GET", stand_in.url, timeout=0.5) as answer:
        pieces = answer.iter_raw()
        assert [next(pieces) for _ in range(3)] == [b" "] * 3
    stand_in.goes_away()
    with pytest.raises(httpx.ConnectError):
        httpx.get(stand_in.url)
    assert not [one for one in threading.enumerate() if "serve" in one.name]


def python(*arguments: str, path: Path | None = None, cwd: Path = ROOT) -> str:
    env = {"PYTHONPATH": f"{path}:{ROOT}" if path else str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("imported", "not_needed"),
    [
        ("widget.testing", {"_pytest", "flask", "sqlalchemy"}),
        ("widget.testing.contract", {"_pytest", "sqlalchemy", "pytest_httpserver"}),
        ("widget.testing.pytest_plugin", {"flask", "sqlalchemy", "pytest_httpserver"}),
    ],
)
def test_the_kit_imports_no_more_than_it_needs(imported: str, not_needed: set[str]) -> None:
    code = f"import sys, {imported}; print({not_needed} & set(sys.modules))"
    assert python("-c", code) == "set()\n"


AS_AN_AUTHOR = """
import pytest
from widget.plugins import words

def test_values(comment_site, comment_submission, comment_history, comment_clock):
    comment_clock.advance(60)
    sent = comment_submission(body="Hello")
    assert (sent.site, sent.body, sent.at) == (comment_site, "Hello", comment_clock())
    assert comment_history(published=2).published == 2

def test_pipeline(comment_pipeline, comment_submission):
    pipeline = comment_pipeline(words, settings={"words": {"hold": "wind"}})
    assert pipeline(comment_submission()).reason == "words: It has 'wind' in it."

def test_http(comment_http):
    comment_http.answers({"rating": 1})
    assert comment_http.url.startswith("http")
"""


@pytest.fixture
def author(tmp_path: Path) -> Path:
    """Return a folder with an author's tests, and the entry point as an installer leaves it."""
    (tmp_path / "test_own.py").write_text(AS_AN_AUTHOR, encoding="utf-8")
    about = tmp_path / "kit-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.4\nName: kit\nVersion: 1.0\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["pytest11"].items()
    lines = [f"{name} = {target}\n" for name, target in points]
    (about / "entry_points.txt").write_text("[pytest11]\n" + "".join(lines))
    return tmp_path


def test_pytest_finds_the_fixtures_by_itself(author: Path) -> None:
    said = python("-m", "pytest", "-q", "-p", "no:cacheprovider", path=author, cwd=author)
    assert "3 passed" in said, said


def test_without_the_http_server_a_sentence_says_what_to_install(author: Path) -> None:
    (author / "pytest_httpserver.py").write_text("raise ImportError('not here')\n")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:pytest_httpserver"]
    said = python("-m", "pytest", *options, path=author, cwd=author)
    assert "2 passed, 1 error" in said, said
    assert "pip install 'comment-widget[testing]'" in said
