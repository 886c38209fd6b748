import base64
import json
from datetime import timedelta

import altcha
import pytest
from widget.plugins import proof_of_work

from widget import Mode, Occasion, Outcome
from widget.testing import HookResult, a_site, a_submission, ask, settings_of, start

FEW = settings_of(proof_of_work, tries=10)


@pytest.fixture
def plugin() -> object:
    return start(proof_of_work)


def solved(plugin: object, **site: object) -> str:
    """Return the answer of a browser that did the work."""
    (field,) = ask(plugin, "form_fields", site=a_site(**site), settings=FEW)
    challenge = altcha.Challenge.from_dict(json.loads(field.value))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def verdict_on(plugin: object, answer: object, **changes: object) -> HookResult:
    submission = a_submission(answers={"proof_of_work": answer}, **changes)
    return ask(plugin, "check_submission", submission=submission, settings=FEW)


def test_it_is_off_unless_an_owner_wants_it() -> None:
    assert settings_of(proof_of_work).mode is Mode.OFF


def test_done_work_passes_and_each_writer_gets_other_work(plugin: object) -> None:
    first, second = solved(plugin), solved(plugin)
    assert first != second
    assert verdict_on(plugin, first) is None


@pytest.mark.parametrize("answer", [None, "", True, 7])
def test_a_comment_without_a_solution_is_held_or_refused(plugin: object, answer: object) -> None:
    assert verdict_on(plugin, answer).outcome is Outcome.HOLD
    strict = settings_of(proof_of_work, without="reject")
    submission = a_submission(answers={"proof_of_work": answer})
    verdict = ask(plugin, "check_submission", submission=submission, settings=strict)
    assert verdict.outcome is Outcome.REJECT


def test_an_edit_asks_for_no_work(plugin: object) -> None:
    assert verdict_on(plugin, None, occasion=Occasion.EDIT) is None


@pytest.mark.parametrize("answer", ["nonsense", "e30=", base64.b64encode(b"[]").decode(), "\ud800"])
def test_nonsense_is_held(plugin: object, answer: str) -> None:
    assert verdict_on(plugin, answer).outcome is Outcome.HOLD


def test_easier_work_than_was_asked_for_is_held(plugin: object) -> None:
    value = json.loads(base64.b64decode(solved(plugin)))
    value["challenge"]["parameters"]["keyPrefix"] = ""
    forged = base64.b64encode(json.dumps(value).encode()).decode()
    assert verdict_on(plugin, forged).outcome is Outcome.HOLD


def test_the_work_of_another_site_or_server_is_held(plugin: object) -> None:
    assert verdict_on(plugin, solved(plugin, key="other")).outcome is Outcome.HOLD
    assert verdict_on(plugin, solved(start(proof_of_work))).outcome is Outcome.HOLD


def test_a_solution_is_good_for_a_retry_and_not_for_a_flood(plugin: object) -> None:
    answer = solved(plugin)
    verdicts = [verdict_on(plugin, answer) for _ in range(proof_of_work.MAX_USES + 1)]
    assert verdicts[:-1] == [None] * proof_of_work.MAX_USES
    assert (verdicts[-1].outcome, verdicts[-1].field) == (Outcome.REJECT, "proof_of_work")


def test_old_work_is_asked_for_again(plugin: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "VALID_FOR", timedelta(minutes=-1))
    verdict = verdict_on(plugin, solved(plugin))
    assert (verdict.outcome, verdict.field) == (Outcome.REJECT, "proof_of_work")
