import math
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from widget.plugins import learned_spam
from widget.plugins.learned_spam import threshold, words_of

from widget import Author, Mode, Outcome, ServerInfo, Status
from widget.testing import (
    THEN,
    HookResult,
    MemoryInDict,
    a_comment,
    a_server,
    a_site,
    a_submission,
    ask,
    settings_of,
    start,
)

GOOD = [
    "the",
    "bridge",
    "sings",
    "when",
    "wind",
    "comes",
    "over",
    "water",
    "and",
    "cables",
    "answer",
    "with",
    "a",
    "low",
    "note",
]
SPAM = [
    "casino",
    "bonus",
    "free",
    "spins",
    "click",
    "here",
    "now",
    "win",
    "cash",
    "best",
    "offer",
    "viagra",
    "cheap",
    "loan",
]
ADVERT = "Casino bonus! Free spins, click here, win cash now https://casino.example/"
SITE = a_site().id


@pytest.fixture
def server() -> ServerInfo:
    return a_server()


@pytest.fixture
def memory(server: ServerInfo) -> MemoryInDict:
    assert isinstance(server.memory, MemoryInDict)
    return server.memory


@pytest.fixture(scope="module")
def taught() -> object:
    """The plugin, with 120 decisions learnt."""
    plugin = start(learned_spam)
    teach(plugin, 60)
    train(plugin)
    return plugin


def decide(
    plugin: object,
    number: int,
    text: str,
    after: Status,
    actor: str = "person:1",
    author: Author = Author(name="Ada"),  # noqa: B008
    **chosen: object,
) -> None:
    ask(
        plugin,
        "comment_decided",
        comment=a_comment(id=number, source=text, author=author, status=after),
        submission=a_submission(body=text, author=author),
        before=Status.PENDING,
        after=after,
        actor=actor,
        settings=settings_of(plugin, **chosen),
    )


def sentence(rng: random.Random, words: Sequence[str]) -> str:
    return " ".join(rng.choices(words, k=12))


def teach(plugin: object, count: int) -> None:
    rng = random.Random(7)
    for number in range(count):
        decide(plugin, 2 * number, sentence(rng, GOOD), Status.PUBLISHED)
        decide(plugin, 2 * number + 1, sentence(rng, SPAM), Status.SPAM)


def train(plugin: object, days: float = 0) -> None:
    (task,) = ask(plugin, "periodic_tasks")
    task.run(THEN + timedelta(days=days))


def examples(memory: MemoryInDict) -> list[str]:
    return sorted(key for _, key in memory.kept if key.startswith("e:"))


def verdict_on(plugin: object, body: str, **changes: object) -> HookResult:
    return ask(plugin, "check_submission", submission=a_submission(body=body, **changes))


def panel(plugin: object) -> str:
    return str(ask(plugin, "dashboard_panel", site=a_site()).html)


def test_it_is_off_until_a_site_wants_it() -> None:
    assert settings_of(learned_spam).mode is Mode.OFF


def test_spam_like_the_sites_own_is_recognised_and_says_by_which_words(taught: object) -> None:
    verdict = verdict_on(taught, ADVERT)
    assert verdict.outcome is Outcome.SPAM
    assert 0.9 < verdict.score <= 1
    head, _, words = verdict.reason.partition(": ")
    assert head.startswith("Like spam of this site (9")
    assert 1 <= len(words.split(", ")) <= 5
    assert set(words.split(", ")) <= set(words_of(Author(name="Ada"), ADVERT))


def test_it_never_vouches_for_a_comment(taught: object) -> None:
    assert verdict_on(taught, " ".join(GOOD)) is None


def test_what_it_is_less_sure_of_is_held(taught: object) -> None:
    settings = settings_of(taught, spam_from=1.0)
    submission = a_submission(body=ADVERT)
    held = ask(taught, "check_submission", submission=submission, settings=settings)
    assert held.outcome is Outcome.HOLD
    settings = settings_of(taught, spam_from=1.0, hold_from=1.0)
    assert ask(taught, "check_submission", submission=submission, settings=settings) is None


def test_moderators_own_comments_are_not_judged(taught: object) -> None:
    assert verdict_on(taught, ADVERT, role="owner") is None


def test_another_site_has_learnt_nothing_from_this_one(taught: object) -> None:
    assert verdict_on(taught, ADVERT, site=replace(a_site(), id=2)) is None


def test_it_says_nothing_before_it_has_seen_enough_of_both_kinds(server: ServerInfo) -> None:
    plugin = start(learned_spam, server)
    assert verdict_on(plugin, ADVERT) is None
    assert "Learnt from 0 good" in panel(plugin)
    teach(plugin, 49)
    train(plugin)
    fresh = start(learned_spam, server)
    assert verdict_on(fresh, ADVERT) is None
    assert "until there are 50 of each" in panel(fresh)
    settings = settings_of(fresh, min_examples=49)
    submission = a_submission(body=ADVERT)
    assert ask(fresh, "check_submission", submission=submission, settings=settings) is not None


def test_one_kind_alone_teaches_nothing_and_breaks_nothing(server: ServerInfo) -> None:
    plugin = start(learned_spam, server)
    for number in range(60):
        decide(plugin, number, ADVERT, Status.SPAM)
    train(plugin)
    assert verdict_on(start(learned_spam, server), ADVERT) is None


def test_what_can_not_be_told_apart_is_left_alone(server: ServerInfo) -> None:
    plugin = start(learned_spam, server)
    for number in range(120):
        decide(plugin, number, "the same text", (Status.SPAM, Status.PUBLISHED)[number % 2])
    train(plugin)
    assert verdict_on(start(learned_spam, server), "the same text") is None


def test_the_panel_tells_what_was_learnt(taught: object) -> None:
    told = panel(taught)
    assert "60 good comments and 60 spam comments" in told
    assert "100% of the spam and no good comment" in told


@pytest.mark.parametrize("after", [Status.PENDING, Status.REJECTED, Status.DELETED])
def test_a_decision_that_is_taken_back_is_forgotten(
    server: ServerInfo, memory: MemoryInDict, after: Status
) -> None:
    plugin = start(learned_spam, server)
    decide(plugin, 1, ADVERT, Status.SPAM)
    assert examples(memory) == ["e:1"]
    decide(plugin, 1, ADVERT, after)
    assert examples(memory) == []


@pytest.mark.parametrize("actor", ["pipeline", "author", "import"])
def test_it_learns_from_people_only(server: ServerInfo, memory: MemoryInDict, actor: str) -> None:
    plugin = start(learned_spam, server)
    decide(plugin, 1, ADVERT, Status.SPAM, actor)
    assert memory.kept == {}


def test_a_decision_told_twice_is_one_example(server: ServerInfo, memory: MemoryInDict) -> None:
    plugin = start(learned_spam, server)
    decide(plugin, 1, ADVERT, Status.SPAM)
    once = memory.kept[SITE, "e:1"]
    decide(plugin, 1, ADVERT, Status.SPAM)
    assert (examples(memory), memory.kept[SITE, "e:1"]) == (["e:1"], once)


def test_an_example_ends_after_the_days_that_the_site_set(
    server: ServerInfo, memory: MemoryInDict
) -> None:
    decide(start(learned_spam, server), 1, ADVERT, Status.SPAM, keep_days=30)
    assert memory.days[SITE, "e:1"] == 30


def test_a_site_is_trained_where_something_changed_and_once_a_day(
    server: ServerInfo, memory: MemoryInDict
) -> None:
    plugin = start(learned_spam, server)
    teach(plugin, 10)
    train(plugin)
    first = memory.kept[SITE, "figures"]
    train(plugin, days=0.5)
    assert memory.kept[SITE, "figures"] == first
    decide(plugin, 500, ADVERT, Status.SPAM)
    train(plugin, days=0.5)
    assert b'"spam":11' in memory.kept[SITE, "figures"]
    memory.forget(SITE, ["e:500"])
    train(plugin, days=2)
    assert b'"spam":10' in memory.kept[SITE, "figures"]


def test_the_same_examples_give_the_same_weights(server: ServerInfo, memory: MemoryInDict) -> None:
    plugin = start(learned_spam, server)
    teach(plugin, 15)
    train(plugin)
    first = memory.kept[SITE, "weights"]
    train(plugin, days=2)
    assert memory.kept[SITE, "weights"] == first
    assert len(first) < 1_000_000


def test_a_new_model_is_used_without_a_restart(
    server: ServerInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = start(learned_spam, server)
    assert verdict_on(plugin, ADVERT) is None
    teach(plugin, 60)
    train(plugin)
    later = time.monotonic() + learned_spam.CACHE_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert verdict_on(plugin, ADVERT).outcome is Outcome.SPAM


def test_threads_that_ask_at_once_get_the_same_answer(taught: object) -> None:
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: verdict_on(taught, ADVERT), range(40)))
    assert len(set(verdicts)) == 1


def test_no_address_of_a_person_becomes_a_word_or_is_kept(
    server: ServerInfo, memory: MemoryInDict
) -> None:
    text = "Ask ada.lovelace+x@example.net, mailto:eve@example.org 203.0.113.7 or 2001:db8::7f now"
    assert words_of(Author(), text) == ["ask", "mailto", "or", "now"]
    decide(start(learned_spam, server), 1, text, Status.SPAM)
    kept = b"".join(memory.kept.values())
    assert b"ada" not in kept and b"203.0" not in kept


def test_the_name_and_the_websites_host_count_as_words() -> None:
    author = Author(name="Cheap Loans", website="https://loans.example/path")
    assert words_of(author, "Hi") == ["cheap", "loans", "loans", "example", "hi"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Straße ΣΊΓΜΑ", ["strasse", "σίγμα"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("在线赌场", ["在线", "线赌", "赌场"]),
        ("無料カジノ now", ["無料", "料カ", "カジ", "ジノ", "now"]),
        ("ｃａｓｉｎｏ 𝐜𝐚𝐬𝐢𝐧𝐨", ["casino", "casino"]),
        ("_free_ **spins**", ["free", "spins"]),
    ],
)
def test_words_are_found_in_every_script(text: str, words: list[str]) -> None:
    assert words_of(Author(), text) == words


def test_spam_without_blanks_is_recognised_by_its_characters(server: ServerInfo) -> None:
    plugin = start(learned_spam, server)
    rng = random.Random(3)
    for number in range(60):
        good, spam = (
            "".join(rng.choices(text, k=12))
            for text in ("今天天气很好我们去公园散步", "在线赌场免费奖金点击领取现金")
        )
        decide(plugin, 2 * number, good, Status.PUBLISHED)
        decide(plugin, 2 * number + 1, spam, Status.SPAM)
    train(plugin)
    verdict = verdict_on(start(learned_spam, server), "在线赌场免费奖金")
    assert verdict.outcome in (Outcome.SPAM, Outcome.HOLD)
    assert any(pair in verdict.reason for pair in ("在线", "赌场", "免费", "奖金"))


@pytest.mark.parametrize(
    "text",
    ["a" * 120_000, "a." * 60_000, "a@" * 60_000, "1.1.1." * 20_000, ":f" * 60_000, "在" * 120_000]
    + ["a\u0301\u0323" * 40_000, "\ufdfa" * 120_000, "x " * 60_000, "\ufdfa " * 60_000],
    ids=range(10),
)
def test_no_text_takes_long(taught: object, text: str) -> None:
    began = time.perf_counter()
    verdict_on(taught, text)
    assert time.perf_counter() - began < 1.5


@given(st.text(max_size=400), st.text(max_size=40) | st.none(), st.text(max_size=60) | st.none())
def test_no_text_makes_it_raise_and_the_same_text_has_the_same_score(
    taught: object, body: str, name: str | None, website: str | None
) -> None:
    author = Author(name=name, website=website)
    first = verdict_on(taught, body, author=author)
    assert first == verdict_on(taught, body, author=author)
    assert first is None or first.outcome in (Outcome.SPAM, Outcome.HOLD)


@given(st.lists(st.floats(-30, 30), min_size=10, max_size=200))
def test_no_good_comment_that_was_scored_passes_the_threshold(good: list[float]) -> None:
    assert threshold(good) >= max(good)


@pytest.mark.parametrize("count", [50, 200, 1000, 5000])
def test_one_good_comment_in_a_thousand_passes_the_threshold_or_fewer(count: int) -> None:
    rng = random.Random(count)
    limits = [threshold([rng.expovariate(1) for _ in range(count)]) for _ in range(200)]
    passing = sorted(math.exp(-limit) for limit in limits)
    assert passing[len(passing) // 2] < learned_spam.WRONGLY_SPAM
