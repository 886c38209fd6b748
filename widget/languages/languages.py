"""Which languages there are, and which of them a reader is answered in."""

import html
import re
import threading
from pathlib import Path

from werkzeug.datastructures import LanguageAccept

from widget.languages.catalogue import Catalogue, read_catalogue

ENGLISH = "en"
#: Codes of earlier times that browsers still send.
_EARLIER = {"iw": "he", "in": "id", "ji": "yi"}
_WRITTEN_FROM_THE_RIGHT = frozenset({"ar", "he"})
_TAG = re.compile(r"(<[^>]*>)")


class Languages:
    """The catalogues ``<language>/LC_MESSAGES/widget.po`` of a folder, read when first asked."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.parent.parent.name: path for path in folder.glob("*/LC_MESSAGES/widget.po")
        }
        self._read: dict[str, Catalogue] = {ENGLISH: Catalogue(language=ENGLISH)}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Return the languages that there are, by their code."""
        return sorted({ENGLISH, *self._files})

    def known(self, tag: str | None) -> str | None:
        """Return the language of a tag (BCP 47), ``None`` where there is no catalogue of it."""
        name = (tag or "").replace("_", "-").partition("-")[0].lower()
        name = _EARLIER.get(name, name)
        return name if name == ENGLISH or name in self._files else None

    def best(self, wanted: LanguageAccept) -> str | None:
        """Return the first language that an ``Accept-Language`` asks for and that is there."""
        found = (self.known(tag) for tag, quality in wanted if quality > 0)
        return next((name for name in found if name), None)

    def say(self, language: str, text: str) -> str:
        """Return a text for readers in a language."""
        return self._catalogue(language).say(text)

    def say_html(self, language: str, fragment: str) -> str:
        """Return sanitised HTML with the texts between its tags in a language."""
        if language == ENGLISH:
            return fragment
        pieces = _TAG.split(fragment)
        # Every other piece is a tag, and stays.
        pieces[::2] = [self._say_piece(language, piece) for piece in pieces[::2]]
        return "".join(pieces)

    def _say_piece(self, language: str, piece: str) -> str:
        words = piece.strip()
        if not words:
            return piece
        said = html.escape(self.say(language, html.unescape(words)), quote=False)
        return piece.replace(words, said, 1)

    def _catalogue(self, language: str) -> Catalogue:
        found = self._read.get(language)
        if found is None:
            with self._lock:
                path = self._files[language]
                found = self._read.setdefault(language, read_catalogue(path, language))
        return found


def direction(language: str) -> str:
    """Return which way a language is written: ``ltr`` or ``rtl``."""
    return "rtl" if language in _WRITTEN_FROM_THE_RIGHT else "ltr"
