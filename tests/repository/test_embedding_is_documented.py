"""What a page can say to the box, and hear from it, is on the page about embedding."""

import re

from tests.repository.files import ROOT

PAGE = (ROOT / "docs/embedding.md").read_text(encoding="utf-8")
SOURCES = "".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "static/src").glob("*.js"))
)
STYLES = (ROOT / "static/src/thread.css").read_text(encoding="utf-8")


def missing(names: set[str]) -> list[str]:
    assert len(names) >= 5
    return sorted(name for name in names if f"`{name}`" not in PAGE)


def test_every_attribute_is_documented() -> None:
    (words,) = re.findall(r'ATTRIBUTES = "([a-z ]+)"', SOURCES)
    assert missing({f"data-{word}" for word in words.split()}) == []


def test_every_event_is_documented() -> None:
    names = set(re.findall(r'\.emit\("(\w+)"', SOURCES))
    assert missing({f"comment-thread:{name}" for name in names}) == []


def test_every_custom_property_is_documented_and_every_documented_one_is_used() -> None:
    used = set(re.findall(r"var\((--comment-[a-z-]+)", STYLES))
    assert missing(used) == []
    assert set(re.findall(r"(--comment-[a-z-]+)", PAGE)) == used


def test_every_part_is_documented_and_every_documented_one_is_there() -> None:
    written = re.findall(r'\bpart: ["`]([a-z ]+)', SOURCES)
    there = {part for parts in written for part in parts.split()} | {"marked"}
    (listed,) = re.findall(r"^Parts: (.*?)\.$", PAGE, re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"`([a-z]+)`", listed)) == there
