"""The words of one language, read from its catalogue (gettext PO)."""

import gettext
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import read_po

from widget.domain.words import Words, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Translations by English text; of sentences with a number, one for each plural form.

    The client's words have a context, by which translators tell them apart. The server finds them
    by their text, too: a page without JavaScript says the same as the box.
    """

    language: str
    single: dict[str, str] = field(default_factory=dict)
    plural: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rule: str = "0"

    def say(self, text: str) -> str:
        """Return a text in this language; what is in no catalogue stays as it is."""
        if not isinstance(text, Words):
            return self.single.get(text, text)
        if text.parts:
            return " ".join(self.say(part) for part in text.parts)
        if text.plural is not None:
            return self._count(text)
        found = self.single.get(text.template)
        return str(text) if found is None else fill(found, text.values)

    def _count(self, text: Words) -> str:
        forms = self.plural.get(text.template)
        number = text.values["n"]
        if forms is None or not isinstance(number, int):
            return str(text)
        form: int = gettext.c2py(self.rule)(number)
        return fill(forms[form], text.values)


def read_catalogue(path: Path, language: str) -> Catalogue:
    """Return the catalogue of a file."""
    with path.open("rb") as file:
        found = read_po(file, locale=language)
    single: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for message in sorted(found, key=lambda message: message.context or "", reverse=True):
        if not message.id or not message.string:
            continue
        if isinstance(message.id, str):
            single[message.id] = str(message.string)
        else:
            plural[message.id[0]] = tuple(message.string)
    return Catalogue(language=language, single=single, plural=plural, rule=found.plural_expr)
