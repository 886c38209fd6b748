"""Learned spam: what a site's own moderators call spam is recognised when it comes again.

Each decision of a person is an example, of which only hashes of words are kept. In the job worker a
logistic regression is trained on words and pairs of neighbours. How it scores examples that were
held back makes a score a probability, and puts the threshold where at most one good comment in a
thousand is expected to be called spam. Nothing leaves this server.
"""

import math
import re
import struct
import time
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pydantic import BaseModel, Field

from widget import (
    Author,
    Comment,
    Panel,
    PeriodicTask,
    PluginInfo,
    PluginSettings,
    Reads,
    ServerInfo,
    Site,
    Status,
    Submission,
    Verdict,
    hookimpl,
)

EXAMPLE, CHANGED, FIGURES, WEIGHTS = "e:", "changed", "figures", "weights"
#: How many numbers there are for words. A model has a weight for each, and a constant after them.
SIZE = 1 << 18
#: What is trained on, and how long in one run: who had to wait comes first in the next one.
MAX_EXAMPLES, MAX_FEATURES, RUN_S = 20_000, 2_000_000, 60.0
FOLDS, TURNS, RATE = 5, 5, 0.5
#: Fewer examples of a kind can't be told from chance; more good comments may not be called spam.
LEAST, WRONGLY_SPAM = 10, 1 / 1000
CACHE_S, MAX_CACHED = 30.0, 64
#: Of a long text the beginning and the end count, of a long word the beginning.
FIRST_WORDS, LAST_WORDS, MAX_WORD = 1000, 500, 40
#: Scripts that are written without blanks: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
#: Vowels that are marks, no letters to ``\w``: Hebrew, Arabic and the scripts of India.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[\w{_MARKS}])+")
#: Email and IP addresses are no words. No text takes long: nothing is looked at again and again.
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]++[@\uff20][\w.-]+|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"
)
Example = tuple[bool, Sequence[int]]
NAME, READS = "learned_spam", {Reads.BODY, Reads.NAME, Reads.WEBSITE, Reads.ROLE}


class LearnedSpamSettings(PluginSettings):
    """The settings of one site."""

    hold_from: float = Field(0.9, gt=0.5, le=1, description="Least probability to hold a comment.")
    spam_from: float = Field(0.9, gt=0.5, le=1, description="Least probability to call it spam.")
    min_examples: int = Field(50, ge=LEAST, le=5000, description="Of either kind, to begin with.")
    keep_days: int = Field(400, ge=1, le=3650, description="Days to learn from a decision.")


class Figures(BaseModel):
    """What was learnt of a site, beside the weights; ``found`` is spam that had been held back."""

    at: datetime = datetime.min.replace(tzinfo=UTC)
    seen: str = ""  # The mark of the last change in it.
    good: int = 0
    spam: int = 0
    slope: float = 0.0  # Makes log-odds of a score; spam has more than the threshold.
    threshold: float = 0.0
    found: int = 0


class LearnedSpam:
    """Learns in the job worker, judges everywhere. One for each process."""

    def __init__(self) -> None:
        self._models: dict[int, tuple[float, Figures, Sequence[float]]] = {}

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        about = "Learns what is spam from the decisions of the site's moderators."
        return PluginInfo(name=NAME, version="1.0", description=about, order=45, reads=READS)

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return LearnedSpamSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Take the memory that examples and weights are kept in."""
        self._memory = server.memory

    @hookimpl
    def comment_decided(
        self, comment: Comment, after: Status, actor: str, settings: LearnedSpamSettings
    ) -> None:
        """Learn from a person; what is decided otherwise, or taken back, is no example."""
        site_id, key = comment.site_id, f"{EXAMPLE}{comment.id}"
        if actor.startswith("person:") and after in (Status.PUBLISHED, Status.SPAM):
            found = _features(words_of(comment.author, comment.source))
            example = zlib.compress(struct.pack(f"{len(found) + 1}I", after is Status.SPAM, *found))
            self._memory.write(site_id, {key: example}, keep_days=settings.keep_days)
        elif self._memory.read(site_id, [key]):
            self._memory.forget(site_id, [key])
        else:
            return
        self._memory.write(site_id, {CHANGED: str(time.time_ns()).encode()})

    @hookimpl
    def periodic_tasks(self) -> Sequence[PeriodicTask]:
        """Train where something was decided since; and daily, because examples end."""
        return [PeriodicTask("train", 300.0, self.train)]

    def train(self, now: datetime) -> None:
        """Train the sites that need it, those that waited longest first, while there is time."""
        end = time.monotonic() + RUN_S
        known = {site_id: self._figures(site_id) for site_id in self._memory.sites()}
        for site_id, figures in sorted(known.items(), key=lambda one: one[1].at):
            mark = self._memory.read(site_id, [CHANGED]).get(CHANGED, b"").decode()
            is_due = figures.seen != mark or figures.at + timedelta(days=1) <= now
            if is_due and time.monotonic() < end:
                found = self._memory.find(site_id, EXAMPLE, MAX_EXAMPLES)
                self._memory.write(site_id, learnt(_newest(found.values()), now, mark))

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: LearnedSpamSettings
    ) -> Verdict | None:
        """Compare with what was learnt. It vouches for nobody, and judges no moderator."""
        figures, weights = self._learnt_of(submission.site.id)
        if submission.role is not None or min(figures.good, figures.spam) < settings.min_examples:
            return None
        words = words_of(submission.author, submission.body)
        odds = figures.slope * _score(weights, _features(words))
        score = _probability(odds)
        share = min(99, int(score * 100))  # 100 % would claim more than anyone can know.
        reason = f"Like spam of this site ({share} %): {', '.join(_reasons(weights, words))}"
        if score >= settings.spam_from and odds > figures.threshold:
            return Verdict.spam(reason, score=score)
        return Verdict.hold(reason, score=score) if score >= settings.hold_from else None

    @hookimpl
    def dashboard_panel(self, site: Site, settings: LearnedSpamSettings) -> Panel:
        """Say how much was learnt, and how well it does."""
        figures, least = self._figures(site.id), settings.min_examples
        told = f"<p>Learnt from {figures.good} good comments and {figures.spam} spam comments.</p>"
        if min(figures.good, figures.spam) < least:
            told += f"<p>It says nothing until there are {least} of each.</p>"
        else:
            share = f"{figures.found / figures.spam:.0%} of the spam and no good comment"
            told += f"<p>Of those held back it called {share} spam ({figures.at.date()}).</p>"
        return Panel("What it has learnt", told)

    def _figures(self, site_id: int) -> Figures:
        return Figures.model_validate_json(
            self._memory.read(site_id, [FIGURES]).get(FIGURES, b"{}")
        )

    def _learnt_of(self, site_id: int) -> tuple[Figures, Sequence[float]]:
        now = time.monotonic()
        ends, figures, weights = self._models.get(site_id, (-math.inf, Figures(), ()))
        if now >= ends:
            kept = self._memory.read(site_id, [FIGURES, WEIGHTS])
            figures = Figures.model_validate_json(kept.get(FIGURES, b"{}"))
            # A view of the bytes: a tuple of them would be many times as large.
            weights = memoryview(zlib.decompress(kept[WEIGHTS])).cast("h") if figures.slope else ()
            # Threads need no lock: each step is whole, and what two of them load is the same.
            if len(self._models) >= MAX_CACHED:
                self._models.clear()
            self._models[site_id] = (now + CACHE_S, figures, weights)
        return figures, weights


def plugin() -> LearnedSpam:
    """Return a fresh instance of the plugin."""
    return LearnedSpam()


def words_of(author: Author, body: str) -> list[str]:
    """Return the words of the name, the website's host and the text, as they are compared."""
    host = (author.website or "").rpartition("://")[2].partition("/")[0]
    text = f"{author.name or ''}\n{host}\n{body}"
    words: list[str] = []
    for run in _WORD.findall(_ADDRESS.sub(" ", text).replace("_", " ")):
        is_unspaced = len(run) > 1 and re.match(f"[{_UNSPACED}]", run)
        words += map("".join, pairwise(run)) if is_unspaced else [run[:MAX_WORD]]
    words = words[:FIRST_WORDS] + words[FIRST_WORDS:][-LAST_WORDS:]
    return [unicodedata.normalize("NFKC", word).casefold()[:MAX_WORD] for word in words]


def learnt(examples: Sequence[Example], now: datetime, mark: str) -> dict[str, bytes]:
    """Return what to keep of the examples: the figures, and weights where there are enough."""
    spam = sum(is_spam for is_spam, _ in examples)
    figures, packed = Figures(at=now, seen=mark, good=len(examples) - spam, spam=spam), b""
    if min(figures.good, figures.spam) >= LEAST:
        unseen: list[tuple[bool, float]] = []
        for fold in range(FOLDS):
            weights = _trained([one for n, one in enumerate(examples) if n % FOLDS != fold])
            unseen += [(is_spam, _score(weights, one)) for is_spam, one in examples[fold::FOLDS]]
        limit = threshold([score for is_spam, score in unseen if not is_spam])
        figures.slope = _slope(unseen)
        figures.threshold = figures.slope * limit
        figures.found = sum(is_spam and score > limit for is_spam, score in unseen)
        weights = _trained(examples)
        unit = max(map(abs, weights)) / 32_767  # Weights are kept in whole numbers of this.
        figures.slope *= unit
        packed = zlib.compress(struct.pack(f"{SIZE + 1}h", *(round(w / unit) for w in weights)))
    return {FIGURES: figures.model_dump_json().encode(), WEIGHTS: packed}


def threshold(good: Sequence[float]) -> float:
    """Return the score that one good comment in a thousand is expected to pass, or fewer.

    The highest are continued as if they fell off exponentially; few of them leave more room.
    """
    ordered = sorted(good, reverse=True)
    count = min(len(ordered) - 1, max(5, len(ordered) // 50))
    level = ordered[count]
    width = sum(score - level for score in ordered[:count]) / count * (1 + 0.5 / math.sqrt(count))
    return max(ordered[0], level + width * math.log(count / len(ordered) / WRONGLY_SPAM))


def _trained(examples: Sequence[Example]) -> list[float]:
    """Return the weights; the same examples give the same."""
    weights, squares = [0.0] * (SIZE + 1), [1e-6] * (SIZE + 1)
    for turn in range(TURNS):
        # The examples come newest first: each turn takes them in another order, which is no chance.
        for _, place in sorted((zlib.crc32(b"%d %d" % (turn, n)), n) for n in range(len(examples))):
            is_spam, features = examples[place]
            error = is_spam - _probability(_score(weights, features))
            if abs(error) < 0.01:  # Known already, as most are after the first turn.
                continue
            step = error / math.sqrt(len(features) + 1)
            for feature in (*features, SIZE):
                squares[feature] += step * step
                weights[feature] += RATE * step / math.sqrt(squares[feature])
    return weights


def _slope(scores: Sequence[tuple[bool, float]]) -> float:
    """Return what makes log-odds of scores: the slope at which they are likeliest."""
    spam = sum(is_spam for is_spam, _ in scores)
    # Nothing is ever certain: the aims are a little inside of 0 and 1, as Platt has them.
    aims = (1 / (len(scores) - spam + 2), (spam + 1) / (spam + 2))
    low, high = 0.0, 100.0
    for _ in range(40):
        slope = (low + high) / 2
        pull = sum((aims[is_spam] - _probability(slope * one)) * one for is_spam, one in scores)
        low, high = (slope, high) if pull > 0 else (low, slope)
    return high


def _newest(values: Iterable[bytes]) -> list[Example]:
    """Return as many examples, newest first, as there is time to train on."""
    examples, room = list[Example](), MAX_FEATURES
    for value in values:
        is_spam, *features = memoryview(zlib.decompress(value)).cast("I")
        room -= len(features)
        if room >= 0:
            examples.append((bool(is_spam), features))
    return examples


def _reasons(weights: Sequence[float], words: Sequence[str]) -> list[str]:
    """Return up to five words that spoke most for spam; a pair counts half for each."""
    credit = {word: weights[_number(word)] for word in words}
    for pair in set(pairwise(words)):
        for word in pair:
            credit[word] += weights[_number(" ".join(pair))] / 2
    shown = [word for word in credit if credit[word] > 0 and any(map(str.isalpha, word))]
    return sorted(shown, key=lambda word: (-credit[word], word))[:5]


def _features(words: Sequence[str]) -> Sequence[int]:
    return sorted({_number(one) for one in {*words, *map(" ".join, pairwise(words))}})


def _number(words: str) -> int:
    return zlib.crc32(words.encode()) % SIZE


def _score(weights: Sequence[float], features: Sequence[int]) -> float:
    total = sum([weights[one] for one in features]) + weights[SIZE]  # A list: it is faster.
    return total / math.sqrt(len(features) + 1)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-35.0, min(35.0, log_odds))))
