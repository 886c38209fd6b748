"""Submissions that nobody would send by accident, and everybody's plugin has to bear.

A server turns many of them away before a plugin is asked. A plugin doesn't rely on that: limits
are the owner's, imports and rechecks bring old texts, and the next version of a server may let
through what this one doesn't.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from widget.domain.comment import Author
from widget.domain.submission import History, Occasion, Submission
from widget.testing.stand_ins import THEN
from widget.testing.values import a_history, a_site, a_submission

#: The reader's, in every submission here that has any: they must turn up nowhere.
EMAIL = "canary-7f3a@reader.example"
ADDRESS = "203.0.113.177"
#: The longest text here, characters.
LONG = 120_000


@dataclass(frozen=True, slots=True)
class Case:
    """A submission with a name for messages, and what the site knows of its author."""

    name: str
    submission: Submission
    history: History = field(default_factory=a_history)

    @property
    def is_short(self) -> bool:
        """Tell whether reading it takes no time worth speaking of."""
        return len(self.submission.body) < LONG // 10

    def from_canary(self) -> "Case":
        """Return the same case, sent by the reader whose email and address must not turn up."""
        author = replace(self.submission.author, email=EMAIL)
        sent = replace(self.submission, author=author, address=ADDRESS)
        return replace(self, name=f"{self.name}, by {EMAIL}", submission=sent)


def hostile_cases(fields: Sequence[str]) -> Iterator[Case]:
    """Yield every case; ``fields`` are the names of the plugin's own form fields."""
    for name, body in {**_TEXTS, **_long_texts()}.items():
        yield Case(f"a text: {name}", usual(body=body))
    for name, changes in _CHANGES.items():
        yield Case(name, usual(**changes))
    for name, answer in _answers().items():
        answers = {field_name: answer for field_name in (*fields, "nobodys_field")}
        yield Case(f"answers: {name}", usual(answers=answers))
    for name, history in _HISTORIES.items():
        yield Case(f"an author: {name}", usual(), history)


def usual(**changes: object) -> Submission:
    """Return a submission of the reader whose email and address must turn up nowhere."""
    author = Author(name="Ada", email=EMAIL, website="https://ada.example.net/")
    return a_submission(**{"author": author, "address": ADDRESS, **changes})


_TEXTS: Mapping[str, str] = {
    "a usual one": "The wind does it, and the cables answer.",
    "empty": "",
    "blanks and what is drawn as nothing": " \n\t\u00a0\u200b\u3164\ufeff",
    "the reader's own email and address": f"I am {EMAIL}, from {ADDRESS}. +49 30 901820",
    "NULs and control characters": "a\x00b\x00 \x01\x1b[31m\x7f\x85\r\r\n",
    "lone surrogates": "\ud800 alone, and \udfff\ud83d",
    "right to left, with overrides": "مرحبا \u202e txt.exe \u2066\u2069 שלום \u061c",
    "marks on one letter": "Z" + "\u0301\u0489" * 2000,
    "joined emoji and private use": "👩‍👩‍👧‍👦🏴‍☠️ \ue000 \U0010ffff \ufffe",
    "letters that change their length": "ß ﬁ İ ŉ Ω Å ﷺ" * 50,
    "templates of other programs": "%s %(x)s {0} {self.__class__} ${jndi:ldap://x} {{7*7}} $(id)",
    "HTML and SQL": "<script>alert(1)</script><img src=x onerror=x>'; DROP TABLE comments; --",
    "odd links": "http://[::1 https://xn-- http://a..b/ http://\u202e.example "
    "https://user:pw@host:99999/ javascript:alert(1) http:// www. //x [](http://[)",
    "deep quotes and lists": "> " * 500 + "deep\n" + "".join(f"{' ' * n}* x\n" for n in range(90)),
    "a regular expression": r"(?:(a+)+)+$ [\d-\w] \1 (?P<x>",
}


def _long_texts() -> Mapping[str, str]:
    """Return texts as long as any; each is what some regular expression is slow on."""
    pieces = {
        "one letter": "a",
        "words": "word ",
        "line ends": "\n",
        "digits": "7",
        "phone numbers": "+49 30 901820 ",
        "@": "@",
        "almost email addresses": "a.b-c@",
        "links": "https://example.com/a?b=c ",
        "brackets that open": "[",
        "quotes in quotes": ">",
        "tags that open": "<a href='",
        "marks": "*_`~",
        "Chinese": "漢",
        "emoji": "😀",
    }
    texts = {f"120,000 characters: {name}": _of_length(text) for name, text in pieces.items()}
    texts["a link of 120,000 characters"] = "https://example.com/" + _of_length("a/")
    texts["blanks of 120,000 characters before a full stop"] = "a" + _of_length(" ") + "."
    return texts


def _of_length(piece: str) -> str:
    return (piece * (LONG // len(piece) + 1))[:LONG]


_NOTHING: Mapping[str, object] = dict.fromkeys(
    ("thread", "title", "parent", "address", "user_agent", "referrer", "language", "role")
)
_CHANGES: Mapping[str, Mapping[str, object]] = {
    "nobody, from nowhere": {**_NOTHING, "author": Author()},
    "an author with empty lines": {"author": Author("", "", "")},
    "a name of 120,000 characters": {"author": Author(_of_length("Ada "), EMAIL, None)},
    "a name with NULs and surrogates": {"author": Author("\x00\ud800\u202e", EMAIL, None)},
    "an email that is none": {"author": Author("Ada", "@@\ud800.\x00", None)},
    "a website that is none": {"author": Author("Ada", EMAIL, "http://[::1")},
    "a website of another kind": {"author": Author("Ada", EMAIL, "javascript:alert(1)//\x00")},
    "a page's address of 100,000 characters": {"url": "https://example.org/" + "a" * 100_000},
    "a page's address that is none": {"url": "\ud800", "permalink": ""},
    "a thread and a title that are odd": {"thread": "\x00" * 99, "title": "\ud800" * 5000},
    "a reply to nothing": {"parent": 2**62},
    "an address of IPv6 with a zone": {"address": "fe80::1%eth0"},
    "an address that is none": {"address": "localhost, \ud800"},
    "an empty address": {"address": ""},
    "headers that are odd": {"user_agent": "x\r\ny\x00" * 20_000, "referrer": "http://[\ud800"},
    "a language that is none": {"language": "en_\ud800-" * 500},
    "an edit": {"occasion": Occasion.EDIT, "comment_id": 14},
    "a recheck": {"occasion": Occasion.RECHECK, "comment_id": 14},
    "a trial": {"occasion": Occasion.TRIAL},
    "an owner": {"role": "owner"},
    "a role that is none": {"role": "\ud800"},
    "a site for all hosts": {"site": a_site(hosts=("http://*.example.org:8080",))},
}
_HISTORIES: Mapping[str, History] = {
    "of old": a_history(published=10**9, first_seen=THEN - timedelta(days=9000)),
    "never seen, with comments": a_history(published=5, pending=5, spam=5, rejected=5),
    "from the future": a_history(published=5, first_seen=THEN + timedelta(days=9000)),
}


def _answers() -> Mapping[str, object]:
    deep: object = "deep"
    for _ in range(300):
        deep = {"in": [deep]}
    return {
        "nothing": None,
        "yes": True,
        "no": False,
        "numbers below nothing": -1,
        "a number of 400 digits": 10**400,
        "a number that is none": float("nan"),
        "an empty text": "",
        "text": "on",
        "a text of 120,000 characters": _of_length("{"),
        "NULs and surrogates": "\x00\ud800",
        "base 64 of nothing": "====",
        "JSON": '{"challenge": {"parameters": null}, "solution": []}',
        "JSON in base 64": "eyJjaGFsbGVuZ2UiOiBudWxsfQ==",
        "a list": ["on", None, []],
        "an object": {"": {"a": None}},
        "300 objects in each other": deep,
    }
