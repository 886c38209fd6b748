"""A plugin is handed what it declares that it reads, and can change nothing else by accident."""

from dataclasses import fields, replace
from typing import Any

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget import Author, Comment, History, Reads, Submission
from widget.plugin_host.need import Need, handed, hash_with, laid_over
from widget.testing import a_comment, a_history, a_submission

HASH = hash_with(b"a key")
WHOLE = a_submission(
    thread="t", role="owner", answers={"spy": 1, "spy_more": 2, "other": 3, "spyglass": 4}
)
PAST = a_history(published=3, first_seen=WHOLE.at)


def seen(*reads: Reads, **values: object) -> Any:  # noqa: ANN401  # whichever was asked for
    ((name, value),) = values.items()
    return handed(Need("spy", frozenset(reads)), {name: value}, HASH)[name]


def test_whoever_declares_nothing_more_sees_the_site_the_time_and_its_own_answers() -> None:
    shown = seen(submission=WHOLE)
    assert isinstance(shown, Submission)
    assert shown.answers == {"spy": 1, "spy_more": 2}
    assert shown.author == Author()
    kept = ("site", "at", "occasion", "parent", "comment_id")
    blank = {one.name for one in fields(Submission)} - {*kept, "answers", "author"}
    assert {name: getattr(shown, name) for name in blank if getattr(shown, name)} == {}
    assert [getattr(shown, name) for name in kept] == [getattr(WHOLE, name) for name in kept]
    assert seen(history=PAST) == History()
    comment = seen(comment=a_comment(proposed_source="x", proposed_html="<p>x</p>"))
    assert (comment.source, comment.html, comment.proposed_source) == ("", "", None)
    assert (comment.author, comment.address, comment.id) == (Author(), None, 14)


@pytest.mark.parametrize(
    ("reads", "opened"),
    [
        (Reads.BODY, {"body": WHOLE.body}),
        (Reads.URL, {"url": WHOLE.url, "permalink": WHOLE.permalink, "thread": "t"}),
        (Reads.TITLE, {"title": WHOLE.title}),
        (Reads.ADDRESS, {"address": WHOLE.address}),
        (Reads.USER_AGENT, {"user_agent": WHOLE.user_agent}),
        (Reads.REFERRER, {"referrer": WHOLE.referrer}),
        (Reads.LANGUAGE, {"language": WHOLE.language}),
        (Reads.ROLE, {"role": "owner"}),
        (Reads.ANSWERS, {"answers": WHOLE.answers}),
        (Reads.NAME, {"author": Author(name="Ada")}),
        (Reads.EMAIL, {"author": Author(email="ada@example.net")}),
        (Reads.WEBSITE, {"author": Author(website="https://ada.example.net/")}),
        (Reads.HISTORY, {}),
    ],
)
def test_each_declaration_opens_its_own_field_and_no_other(
    reads: Reads, opened: dict[str, object]
) -> None:
    assert seen(reads, submission=WHOLE) == replace(seen(submission=WHOLE), **opened)
    assert seen(reads, history=PAST) == (PAST if reads is Reads.HISTORY else History())


def test_an_author_is_recognised_by_a_hash_that_leads_nowhere() -> None:
    shown = seen(Reads.EMAIL_HASH, submission=WHOLE).author
    assert (shown.name, shown.email, len(shown.email_hash)) == (None, None, 64)
    again = replace(WHOLE, author=Author(email=" ADA@example.net "))
    assert seen(Reads.EMAIL_HASH, submission=again).author.email_hash == shown.email_hash
    comment: Comment = seen(Reads.EMAIL_HASH, comment=a_comment())
    assert comment.author.email_hash == shown.email_hash
    elsewhere = replace(WHOLE, site=replace(WHOLE.site, id=2))
    others = [
        seen(Reads.EMAIL_HASH, submission=elsewhere).author.email_hash,
        hash_with(b"another key")(1, "ada@example.net"),
    ]
    assert shown.email_hash not in others
    nobody = replace(WHOLE, author=Author(name="Ada"))
    assert seen(Reads.EMAIL_HASH, submission=nobody).author.email_hash is None


def test_what_was_not_seen_is_not_written_back_as_empty() -> None:
    need = Need("spy", frozenset({Reads.BODY, Reads.NAME}))
    shown = handed(need, {"submission": WHOLE}, HASH)["submission"]
    assert isinstance(shown, Submission)
    made = replace(shown, body="New.", author=Author(name="A.", email="other@example.org"))
    done = laid_over(need, WHOLE, replace(made, answers={"spy": "changed", "other": "mine"}))
    assert (done.body, done.author) == ("New.", replace(WHOLE.author, name="A."))
    assert done.answers == {"spy": "changed", "other": 3, "spyglass": 4}
    untouched = ("title", "url", "permalink", "thread", "address", "user_agent", "role", "site")
    assert [getattr(done, one) for one in untouched] == [getattr(WHOLE, one) for one in untouched]


def test_a_plugin_that_masks_the_text_leaves_the_email_on_the_stored_comment(world: World) -> None:
    hook = """\
        @hookimpl
        def prepare_submission(submission):
            return replace(submission, body=submission.body.upper())
        """
    world.plugin("louder", hook, card="reads={widget.Reads.BODY}").start()
    comment = world.comment(world.posted("Quiet.", author={"name": "A", "email": "a@example.net"}))
    assert (comment.source, comment.author.email) == ("QUIET.", "a@example.net")


def test_a_plugin_without_a_declaration_sees_the_text_and_the_page(world: World) -> None:
    look = "return widget.Verdict.hold(repr([submission.body, submission.url, submission.author]))"
    world.plugin("looker", checks(look), card="").start()
    comment_id = world.posted("Hello.", author={"name": "A", "email": "a@example.net"})
    url = "https://example.org/article"
    assert world.trail(comment_id)["looker"].reason == repr(["Hello.", url, Author()])


def test_a_setting_opens_what_the_card_says_it_opens(world: World) -> None:
    look = "return widget.Verdict.hold(str(submission.author.email))"
    card = 'reads=(), reads_if={"limit": {widget.Reads.EMAIL}}'
    world.plugin("looker", checks(look), card=card).start()
    author = {"name": "A", "email": "a@example.net"}
    assert world.trail(world.posted(author=author))["looker"].reason == "a@example.net"
    world.set("looker", limit=0)
    assert world.trail(world.posted(author=author))["looker"].reason == "None"


def test_a_plugin_that_is_told_of_a_decision_hears_what_it_declares(world: World) -> None:
    hook = """\
        from pathlib import Path

        @hookimpl
        def comment_decided(comment, submission, after):
            said = [comment.source, comment.address, submission.body, submission.author.name]
            Path(__file__).with_suffix(".told").write_text(repr(said))
        """
    world.plugin("told", hook, card="reads={widget.Reads.NAME}").start()
    world.posted("Hello.", author={"name": "Ada"})
    world.wait(seconds=1)
    told = (world.config.home / "plugins/told.told").read_text()
    assert told == repr(["", None, "", "Ada"])


def test_a_card_says_in_words_what_it_reads_and_sends(world: World) -> None:
    world.start()
    cards = {one.name: one.info for one in world.parts.plugins.registry.plugins}
    assert cards["honeypot"].reads_in_words == "nothing"
    assert cards["known_authors"].reads_in_words == "the counts of the author's comments"
    assert cards["webhook_check"].sends_in_words.endswith(
        "to the address that you set; with send_email the email, too; "
        "with send_address the IP address and browser, too"
    )
