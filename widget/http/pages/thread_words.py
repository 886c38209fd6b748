"""What the thread's page says, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime
from flask import request

from widget.domain.site import Site
from widget.domain.words import say, say_n
from widget.languages.languages import Languages, direction
from widget.publication.parts import Parts
from widget.snapshot.read import Question


def page_language(parts: Parts, site: Site, question: Question) -> str:
    """Return the page's language: what its address asks for, else the browser, else the site."""
    asked = parts.languages.known(question.lang)
    wanted = asked or parts.languages.best(request.accept_languages)
    return parts.reader.forms.language_of(site, wanted)


@dataclass(frozen=True, slots=True)
class PageWords:
    """The functions by which the template speaks one language."""

    languages: Languages
    language: str

    def names(self) -> Mapping[str, object]:
        """Return what the template knows: its words, dates, and which way it is written."""
        badges = {
            "author": self.say(say("Author")),
            "moderator": self.say(say("Moderator")),
            "expert": self.say(say("Expert")),
        }
        return {
            "_": self.gettext,
            "ngettext": self.ngettext,
            "say": self.say,
            "date": self.date,
            "badges": badges,
            "lang": self.language,
            "dir": direction(self.language),
        }

    def say(self, text: str) -> str:
        """Return a text that may be in the catalogue."""
        return self.languages.say(self.language, text)

    def gettext(self, template: str, **values: object) -> str:
        """Return a sentence of the template's."""
        return self.say(say(template, **values))

    def ngettext(self, one: str, other: str, n: int) -> str:
        """Return a sentence of the template's with a number in it."""
        return self.say(say_n(one, other, n))

    def date(self, moment: str) -> str:
        """Return a time of the wire (RFC 3339, UTC) as it is written in the language."""
        return f"{format_datetime(datetime.fromisoformat(moment), locale=self.language)} UTC"
