import pytest
from hypothesis import given
from hypothesis import strategies as st
from widget.plugins import duplicates
from widget.plugins.duplicates import alike, sketch_of, words_of

from widget import Author, Outcome, Status
from widget.testing import HookResult, a_comment, a_server, a_submission, ask, settings_of, start

TEXT = (
    "The old bridge sings whenever the wind comes from the sea, and nobody who grew up in the town "
    "can sleep well on a night when it is silent."
)
NEARLY = TEXT.replace("old", "iron").replace("well", "at all")
OTHER = "I crossed it every day for eleven years and never once heard it make any sound at all."


class Site:
    """The plugin on a site, with comments as they come."""

    def __init__(self) -> None:
        self.plugin = start(duplicates, a_server())
        self.ids = iter(range(1, 1000))

    def post(self, body: str, **about: object) -> int:
        author = about.pop("author", Author(name="Ada"))
        comment = a_comment(id=next(self.ids), source=body, author=author)
        self.decide(comment.id, body, Status.PUBLISHED, author=author, **about)
        return comment.id

    def decide(self, comment_id: int, body: str, after: Status, **about: object) -> None:
        author = about.pop("author", Author(name="Ada"))
        ask(
            self.plugin,
            "comment_decided",
            comment=a_comment(id=comment_id, source=body, author=author),
            submission=a_submission(body=body, author=author, **about),
            before=None,
            after=after,
            actor="pipeline",
        )

    def verdict(
        self, body: str, chosen: dict[str, object] | None = None, **about: object
    ) -> HookResult:
        about.setdefault("author", Author(name="Ada"))
        return ask(
            self.plugin,
            "check_submission",
            submission=a_submission(body=body, **about),
            settings=settings_of(self.plugin, **(chosen or {})),
        )


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_text_that_its_author_has_posted_on_the_page_is_told_at_the_field(site: Site) -> None:
    site.post(TEXT)
    again = site.verdict(TEXT)
    assert (again.outcome, again.field) == (Outcome.REJECT, "body")
    assert again.message == "You have posted this already."
    assert again.can_be_mended
    assert site.verdict(TEXT, {"again": "hold"}).outcome is Outcome.HOLD


def test_case_blanks_and_punctuation_make_no_other_text(site: Site) -> None:
    site.post(TEXT)
    assert site.verdict(TEXT.upper().replace(", ", "  — ")).outcome is Outcome.REJECT


def test_the_same_text_on_another_page_or_of_somebody_else_is_held(site: Site) -> None:
    first = site.post(TEXT)
    elsewhere = site.verdict(TEXT, url="https://example.org/other")
    assert elsewhere.outcome is Outcome.HOLD
    assert elsewhere.reason == f"It is the text of comment {first} again."
    assert site.verdict(TEXT, author=Author(name="Bob")).outcome is Outcome.HOLD


def test_nearly_the_same_text_is_held_and_says_how_nearly(site: Site) -> None:
    first = site.post(TEXT)
    held = site.verdict(NEARLY, {"alike": 0.5})
    assert held.outcome is Outcome.HOLD
    assert held.reason.startswith(f"It is nearly the text of comment {first} (")
    assert 0.5 <= held.score < 1
    assert site.verdict(NEARLY, {"alike": 0.95}) is None


def test_other_texts_and_short_ones_pass(site: Site) -> None:
    site.post(TEXT)
    site.post("Thank you!")
    assert site.verdict(OTHER) is None
    assert site.verdict("Thank you!") is None
    assert site.verdict("Thank you!", {"least_words": 1}).outcome is Outcome.REJECT


def test_what_was_deleted_or_refused_may_be_posted_again(site: Site) -> None:
    for after in (Status.DELETED, Status.REJECTED):
        first = site.post(TEXT)
        site.decide(first, TEXT, after)
        assert site.verdict(TEXT) is None


def test_a_comment_is_no_duplicate_of_itself_or_of_what_came_after_it(site: Site) -> None:
    first = site.post(TEXT)
    second = site.post(TEXT)
    assert site.verdict(TEXT, comment_id=first) is None
    assert f"comment {first}" in site.verdict(TEXT, comment_id=second).reason


def test_where_the_first_was_deleted_the_next_one_is_found(site: Site) -> None:
    first = site.post(TEXT)
    second = site.post(TEXT)
    site.decide(first, TEXT, Status.DELETED)
    third = site.post(TEXT)
    assert f"comment {second}" in site.verdict(TEXT, comment_id=third).reason


def test_texts_without_blanks_between_words_are_compared_too(site: Site) -> None:
    text = "这座老桥在海风吹来的时候会唱歌，镇上的人没有它的歌声就睡不着。"
    site.post(text)
    assert site.verdict(text).outcome is Outcome.REJECT
    assert site.verdict("我每天都走过这座桥，十一年里一次也没有听见过它的声音。") is None


def test_neither_text_nor_name_nor_address_is_kept(site: Site) -> None:
    server = a_server()
    site.plugin = start(duplicates, server)
    site.post(TEXT, author=Author(name="Ada Lovelace", email="ada@example.net"))
    kept = b" ".join(server.memory.find(1, "", 100).values())
    for secret in (b"bridge", b"Ada", b"ada@", b"example.net"):
        assert secret not in kept


@given(st.text(max_size=300))
def test_a_text_is_wholly_like_itself(text: str) -> None:
    sketch = sketch_of(words_of(text))
    assert alike(sketch, sketch) == 1
    assert 0 <= alike(sketch, sketch_of(words_of(TEXT))) <= 1


NUMBERS = ["one", "two", "three", "four", "five", "six", "seven"]


@given(st.lists(st.sampled_from(NUMBERS), min_size=30))
def test_more_in_common_is_more_alike(words: list[str]) -> None:
    whole = sketch_of(words)
    assert alike(whole, sketch_of([*words, "end"])) >= alike(whole, sketch_of(words_of(OTHER)))
