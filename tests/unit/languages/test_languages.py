from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import LanguageAccept

from widget import paths
from widget.domain.words import joined, say, say_n
from widget.languages.languages import Languages, direction

POLISH = """\
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgctxt "box count"
msgid "{n} comment"
msgid_plural "{n} comments"
msgstr[0] "{n} komentarz"
msgstr[1] "{n} komentarze"
msgstr[2] "{n} komentarzy"

msgctxt "box reply"
msgid "Reply"
msgstr "Odpowiedz"

msgid "Up to {limit}."
msgstr "Do {limit}."
"""


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    folder = tmp_path / "pl/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "widget.po").write_text(POLISH, "utf-8")
    return Languages(tmp_path)


def test_words_are_found_by_their_english_text_also_those_of_the_client(
    languages: Languages,
) -> None:
    assert languages.say("pl", "Reply") == "Odpowiedz"
    assert languages.say("pl", say("Up to {limit}.", limit=3)) == "Do 3."
    assert languages.say("pl", joined(say("Reply"), "Unknown.")) == "Odpowiedz Unknown."
    assert languages.say("en", "Reply") == "Reply"


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 komentarz"), (2, "2 komentarze"), (5, "5 komentarzy")]
)
def test_each_number_has_its_own_plural(languages: Languages, n: int, said: str) -> None:
    assert languages.say("pl", say_n("{n} comment", "{n} comments", n)) == said


def test_html_keeps_its_tags_and_what_is_translated_is_escaped(languages: Languages) -> None:
    found = languages.say_html(
        "pl", '<a href="https://reply.example/">Reply</a> <b>Not known &amp; kept</b>'
    )
    assert found == '<a href="https://reply.example/">Odpowiedz</a> <b>Not known &amp; kept</b>'


def test_the_first_language_that_is_there_is_taken(languages: Languages) -> None:
    assert languages.best(LanguageAccept([("tlh", 1), ("pl-PL", 0.8), ("en", 0.5)])) == "pl"
    assert languages.best(LanguageAccept([("en-GB", 1), ("pl", 0.8)])) == "en"
    assert languages.best(LanguageAccept([("pl", 0), ("tlh", 1)])) is None


@given(st.text(max_size=40))
def test_no_tag_and_no_text_makes_it_raise(text: str) -> None:
    shipped = Languages(paths.LOCALES)
    assert shipped.known(text) in {None, *shipped.names}
    assert shipped.say("en", text) == text


def test_thirty_three_languages_are_shipped_and_two_are_written_from_the_right() -> None:
    names = Languages(paths.LOCALES).names
    assert len(names) == 33
    assert [name for name in names if direction(name) == "rtl"] == ["ar", "he"]
