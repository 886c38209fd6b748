"""The catalogues of readers' words: made from the sources, and what the client loads made of them.

    python docs/catalogues.py update   # the sources' sentences into every catalogue
    python docs/catalogues.py build    # static/locale/<language>.json from the catalogues
    python docs/catalogues.py check    # is anything missing, wrong or out of date?

A catalogue is ``widget/locales/<language>/LC_MESSAGES/widget.po``. The client's words come from
``static/src/locale/*.json`` and have the context ``box <key>``; the others are what ``say``,
``say_n`` and the thread page's template say.
"""

import gettext
import json
import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "widget/locales"
CLIENT = ROOT / "static/src/locale"
BUILT = ROOT / "static/locale"
#: The templates of pages that readers see.
PAGES = ("thread", "subscription_confirm", "subscriptions", "decide")
SOURCES = {
    "widget": [
        *((f"**/templates/{name}.html", "jinja2") for name in PAGES),
        ("**.py", "python"),
    ],
    "plugins": [("**.py", "python")],
}
KEYWORDS = {"say": None, "say_n": (1, 2), "_": None, "ngettext": (1, 2)}
OPTIONS = {"jinja2": {"silent": "false"}}
PLACE = re.compile(r"\{\w+\}")
#: A sentence, or its singular and plural.
Text = str | tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Run one of the three; return 1 where ``check`` finds something."""
    sys.path.insert(0, str(ROOT))
    match arguments:
        case ["update"]:
            for path in files():
                path.write_bytes(written(updated(read(path))))
        case ["build"]:
            BUILT.mkdir(exist_ok=True)
            for path in files():
                (BUILT / f"{language_of(path)}.json").write_text(client_words(read(path)), "utf-8")
        case ["check"]:
            found = list(faults())
            for fault in found:
                sys.stderr.write(f"{fault}\n")
            return int(bool(found))
        case _:
            sys.stderr.write(__doc__ or "")
            return 2
    return 0


def files() -> list[Path]:
    """Return the catalogues."""
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/widget.po"))


def language_of(path: Path) -> str:
    """Return the language of a catalogue by its place."""
    return path.parent.parent.name


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


def sentences() -> Iterator[tuple[Text, str | None]]:
    """Yield each text that readers are told, with the client's contexts; each once."""
    seen: set[Text] = set()
    for context, text in client_sentences():
        seen.add(text)
        yield text, context
    for folder, methods in SOURCES.items():
        found = extract_from_dir(
            ROOT / folder, methods, options_map={"**.html": {}}, keywords=KEYWORDS
        )
        for _file, _line, text, _comments, _context in sorted(found, key=lambda one: one[0]):
            message = tuple(text) if isinstance(text, list | tuple) else text
            if message not in seen:
                seen.add(message)
                yield message, None


def client_sentences() -> Iterator[tuple[str, Text]]:
    """Yield the client's words with their contexts."""
    for name in ("en", "en_actions"):
        for key, said in json.loads((CLIENT / f"{name}.json").read_text("utf-8")).items():
            text = said if isinstance(said, str) else (said["one"], said["other"])
            yield f"box {key}", text


def updated(old: Catalog) -> Catalog:
    """Return a catalogue with the sentences of the sources and the translations that it has."""
    new = Catalog(locale=old.locale, header_comment="", fuzzy=False)
    for text, context in sentences():
        known = old.get(text if isinstance(text, str) else text[0], context)
        string = known.string if known and known.id == text else ""
        new.add(text, string or ("" if isinstance(text, str) else ("",) * old.num_plurals),
                context=context)  # fmt: skip
    return new


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file, with no more of a header than what it needs to be read."""
    headers = (
        f"Language: {catalogue.locale}",
        f"Plural-Forms: nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    file = BytesIO()
    file.write(b'msgid ""\nmsgstr ""\n')
    file.writelines(f'"{header}\\n"\n'.encode() for header in headers)
    file.write(b"\n")
    write_po(file, catalogue, width=100, omit_header=True, no_location=True)
    return file.getvalue()


def client_words(catalogue: Catalog) -> str:
    """Return what the client loads of a catalogue: its keys and words, plurals by category."""
    words = {
        message.context.removeprefix("box "): _said(catalogue, message)
        for message in catalogue
        if message.context
    }
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(catalogue: Catalog, message: Message) -> str | Mapping[str, str]:
    if isinstance(message.string, str):
        return message.string
    forms = tuple(message.string or ())
    return {category: forms[form] for category, form in plural_forms(catalogue).items()}


def plural_forms(catalogue: Catalog) -> dict[str, int]:
    """Return which of a catalogue's forms each category of CLDR takes."""
    category_of = Locale.parse(str(catalogue.locale)).plural_form
    form_of: Any = gettext.c2py(catalogue.plural_expr)
    found: dict[str, int] = {}
    # 1 before 0: where CLDR calls both "one", as in Portuguese, it is the singular that is meant.
    for number in (1, *range(1000), 1_000_000):
        found.setdefault(category_of(number), form_of(number))
    # Only fractions are of this category in some languages; whole numbers count here.
    return found | {"other": found.get("other", catalogue.num_plurals - 1)}


def faults() -> Iterator[str]:
    """Yield what is wrong with the catalogues, and what is not what a build makes."""
    wanted = list(sentences())
    for path in files():
        catalogue, name = read(path), language_of(path)
        known = {(message.id, message.context): message for message in catalogue if message.id}
        for text, context in wanted:
            message = known.pop((text, context), None)
            problem = _problem(catalogue, text, message)
            if problem:
                yield f"{name}: {text!r} {problem}"
        for unknown, _ in known:
            yield f"{name}: {unknown!r} is said nowhere any more"
        built = BUILT / f"{name}.json"
        if not built.exists() or built.read_text("utf-8") != client_words(catalogue):
            yield f"{built.relative_to(ROOT)} is not what a build makes"


def _problem(catalogue: Catalog, text: Text, message: Message | None) -> str:
    if message is None:
        return "is missing"
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not all(strings) or message.fuzzy:
        return "is not translated"
    if isinstance(text, tuple):
        if len(strings) != catalogue.num_plurals:
            return f"has {len(strings)} of {catalogue.num_plurals} plural forms"
        allowed = set(PLACE.findall(text[1]))
        wrong = [one for one in strings if not set(PLACE.findall(one)) <= allowed]
    else:
        wrong = [
            one for one in strings if sorted(PLACE.findall(one)) != sorted(PLACE.findall(text))
        ]
    return f"has other places than {wrong[0]!r}" if wrong else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
