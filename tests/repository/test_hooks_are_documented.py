"""Every hook says exactly what it promises: when, with what, where, what comes of which answer."""

import inspect
import re
from collections.abc import Callable

import pytest

from widget import hookspecs

PARTS = ("When", "Gets", "Runs", "Return", "Fails")
HOOKS: dict[str, Callable[..., object]] = {
    name: hook
    for name, hook in vars(hookspecs).items()
    if hasattr(hook, f"{hookspecs.PROJECT}_spec")
}


def parts_of(hook: Callable[..., object]) -> dict[str, str]:
    words = " ".join((inspect.getdoc(hook) or "").split())
    found = re.split(r"(?:^|(?<=[.:?] ))(When|Gets|Runs|Return|Fails|Example): ", words)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_there_are_hooks() -> None:
    assert len(HOOKS) >= 17


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_each_part_in_its_order(name: str) -> None:
    found = parts_of(HOOKS[name])
    assert tuple(part for part in found if part != "Example") == PARTS
    assert all(len(words) > 5 for words in found.values())


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_in_which_thread_or_process_it_runs_and_for_how_long(name: str) -> None:
    runs = parts_of(HOOKS[name])["Runs"]
    assert re.match(r"apart|in the thread|as ``", runs), runs
    assert re.search(r"deadline|seconds at most|minutes at most|as ``", runs), runs


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_that_is_handed_a_comment_says_that_it_gets_what_it_reads(name: str) -> None:
    taken = set(inspect.signature(HOOKS[name]).parameters)
    if taken & {"submission", "comment", "history"}:
        assert re.search(r"as far as the plugin reads", parts_of(HOOKS[name])["Gets"])
