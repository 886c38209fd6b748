"""One comment and five comments are said right in each language, by the server and by the box."""

import json
from pathlib import Path

import pytest
from babel import Locale

from widget.domain.words import say_n
from widget.languages.catalogue import read_catalogue

ROOT = Path(__file__).resolve().parents[3]
#: How a reader of each language counts: one comment, five comments.
COUNTED = {
    "ar": ("تعليق واحد", "5 تعليقات"),
    "bg": ("1 коментар", "5 коментара"),
    "cs": ("1 komentář", "5 komentářů"),
    "da": ("1 kommentar", "5 kommentarer"),
    "de": ("1 Kommentar", "5 Kommentare"),
    "el": ("1 σχόλιο", "5 σχόλια"),
    "es": ("1 comentario", "5 comentarios"),
    "et": ("1 kommentaar", "5 kommentaari"),
    "fi": ("1 kommentti", "5 kommenttia"),
    "fr": ("1 commentaire", "5 commentaires"),
    "ga": ("1 trácht", "5 thrácht"),
    "he": ("תגובה אחת", "5 תגובות"),
    "hi": ("1 टिप्पणी", "5 टिप्पणियाँ"),
    "hr": ("1 komentar", "5 komentara"),
    "hu": ("1 hozzászólás", "5 hozzászólás"),
    "it": ("1 commento", "5 commenti"),
    "ja": ("1件のコメント", "5件のコメント"),
    "ko": ("댓글 1개", "댓글 5개"),
    "lt": ("1 komentaras", "5 komentarai"),
    "lv": ("1 komentārs", "5 komentāri"),
    "mt": ("kumment wieħed", "5 kummenti"),
    "nl": ("1 reactie", "5 reacties"),
    "pl": ("1 komentarz", "5 komentarzy"),
    "pt": ("1 comentário", "5 comentários"),
    "ro": ("1 comentariu", "5 comentarii"),
    "ru": ("1 комментарий", "5 комментариев"),
    "sk": ("1 komentár", "5 komentárov"),
    "sl": ("1 komentar", "5 komentarjev"),
    "sv": ("1 kommentar", "5 kommentarer"),
    "tr": ("1 yorum", "5 yorum"),
    "uk": ("1 коментар", "5 коментарів"),
    "zh": ("1 条评论", "5 条评论"),
}


def test_each_catalogue_is_in_the_table() -> None:
    assert sorted(COUNTED) == sorted(path.name for path in (ROOT / "widget/locales").iterdir())


@pytest.mark.parametrize("language", COUNTED)
def test_the_server_counts_comments_as_the_language_does(language: str) -> None:
    path = ROOT / f"widget/locales/{language}/LC_MESSAGES/widget.po"
    catalogue = read_catalogue(path, language)
    counted = tuple(catalogue.say(say_n("{n} comment", "{n} comments", n)) for n in (1, 5))
    assert counted == COUNTED[language]


@pytest.mark.parametrize("language", COUNTED)
def test_the_box_counts_comments_as_the_language_does(language: str) -> None:
    words = json.loads((ROOT / f"static/locale/{language}.json").read_text("utf-8"))["count"]
    category = Locale.parse(language).plural_form
    counted = tuple(words[category(n)].replace("{n}", str(n)) for n in (1, 5))
    assert counted == COUNTED[language]
