"""What the pipeline makes of verdicts, against a model that is written down here anew."""

from hypothesis import given
from hypothesis import strategies as st

from widget.domain.site import Policy
from widget.domain.trail import UNANSWERED, Answer, Mode, TrailEntry
from widget.domain.verdict import Outcome, Verdict, strictest
from widget.moderation.pipeline import conclude, policy_outcome
from widget.testing import THEN, a_history, a_site

SAID = st.sampled_from(list(Outcome))
ANSWERS = st.one_of(
    SAID.map(lambda outcome: (Answer.VERDICT, outcome)),
    st.just((Answer.ABSTAINED, None)),
    st.sampled_from(sorted(UNANSWERED)).map(lambda answer: (answer, None)),
)
MODES = st.sampled_from([Mode.ON, Mode.SHADOW])
ROUNDS = st.lists(st.tuples(ANSWERS, MODES), max_size=6)
POLICIES = st.sampled_from(list(Policy))


def entry(number: int, answer: Answer, outcome: Outcome | None, mode: Mode) -> TrailEntry:
    verdict = Verdict(outcome=outcome, reason="said so", message="No.") if outcome else None
    return TrailEntry(
        plugin=f"plugin_{number}",
        version="1",
        mode=mode,
        answer=answer,
        verdict=verdict,
        reason="said so" if verdict else "",
        duration_ms=1.0,
        settings_revision=0,
        at=THEN,
    )


def model(
    said: list[tuple[tuple[Answer, Outcome | None], Mode]], published: int, policy: Policy
) -> str:
    """The rule as DESIGN.md says it, read by a person in a hurry."""
    words = set()
    for (answer, outcome), mode in said:
        if mode is Mode.ON:
            if answer in ("failed", "timed_out", "skipped"):
                words.add("hold")
            elif outcome is not None:
                words.add(outcome.value)
    for word in ("reject", "spam", "hold", "allow"):
        if word in words:
            return word
    held = policy == "hold" or (policy == "first_time" and published == 0)
    return "hold" if held else "allow"


@given(ROUNDS, st.integers(0, 2), POLICIES)
def test_the_outcome_is_what_the_rule_says(
    said: list[tuple[tuple[Answer, Outcome | None], Mode]], published: int, policy: Policy
) -> None:
    site, history = a_site(policy=policy), a_history(published=published)
    entries = [entry(n, *answer, mode) for n, (answer, mode) in enumerate(said)]
    judgement = conclude(site, history, entries)
    assert judgement.outcome == model(said, published, policy)
    assert list(judgement.entries) == entries
    assert judgement.reason


@given(ROUNDS, st.integers(0, 2), POLICIES)
def test_what_is_in_shadow_decides_nothing(
    said: list[tuple[tuple[Answer, Outcome | None], Mode]], published: int, policy: Policy
) -> None:
    site, history = a_site(policy=policy), a_history(published=published)
    entries = [entry(n, *answer, mode) for n, (answer, mode) in enumerate(said)]
    without = [one for one in entries if one.mode is Mode.ON]
    assert conclude(site, history, entries).outcome is conclude(site, history, without).outcome
    assert not set(conclude(site, history, entries).owed) & {
        one.plugin for one in entries if one.mode is Mode.SHADOW
    }


@given(ROUNDS, SAID, st.integers(0, 2), POLICIES)
def test_one_more_verdict_never_makes_it_milder_but_for_a_policys_hold(
    said: list[tuple[tuple[Answer, Outcome | None], Mode]],
    outcome: Outcome,
    published: int,
    policy: Policy,
) -> None:
    site, history = a_site(policy=policy), a_history(published=published)
    entries = [entry(n, *answer, mode) for n, (answer, mode) in enumerate(said)]
    before = conclude(site, history, entries)
    after = conclude(site, history, [*entries, entry(9, Answer.VERDICT, outcome, Mode.ON)])
    nobody_spoke = all(one.outcome is None for one in entries)
    if not nobody_spoke:
        assert after.outcome.strictness >= before.outcome.strictness
    assert after.outcome.strictness >= outcome.strictness


@given(st.lists(SAID))
def test_the_order_in_which_plugins_speak_changes_nothing(said: list[Outcome]) -> None:
    assert strictest(said) is strictest(reversed(said))
    assert strictest([]) is None


def test_a_failure_is_owed_and_holds_even_beside_a_plugin_that_vouches() -> None:
    entries = [
        entry(1, Answer.VERDICT, Outcome.ALLOW, Mode.ON),
        entry(2, Answer.TIMED_OUT, None, Mode.ON),
    ]
    judgement = conclude(a_site(policy="publish"), a_history(), entries)
    assert judgement.outcome is Outcome.HOLD
    assert judgement.owed == ("plugin_2",)


def test_the_reader_is_told_the_refusal_that_can_be_mended() -> None:
    final = entry(1, Answer.VERDICT, Outcome.REJECT, Mode.ON)
    mendable = Verdict.reject("no consent", message="Please agree.", field="consent")
    other = TrailEntry(
        plugin="consent", version="1", mode=Mode.ON, answer=Answer.VERDICT, verdict=mendable,
        reason="no consent", duration_ms=0, settings_revision=0, at=THEN,
    )  # fmt: skip
    assert conclude(a_site(), a_history(), [final, other]).refusal == mendable


def test_the_policy_for_first_comments_lets_known_authors_pass() -> None:
    assert policy_outcome(Policy.FIRST_TIME, a_history(published=1))[0] is Outcome.ALLOW
    assert policy_outcome(Policy.FIRST_TIME, a_history(spam=3))[0] is Outcome.HOLD
