"""replay(): a plugin over past comments, against what moderators decided; nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from widget.domain.comment import Comment, Event, Status
from widget.domain.errors import NotAllowed
from widget.domain.site import Site
from widget.domain.submission import History, Occasion
from widget.domain.trail import Mode, TrailEntry
from widget.domain.verdict import Outcome
from widget.moderation.pipeline import Patience, judge, prepare
from widget.moderation.recheck import submission_of
from widget.plugin_host.tried import Changes, Tried
from widget.publication.parts import Parts
from widget.store import comments, replaying
from widget.store.replaying import Batch

PERSON = "person:"
#: So many comments are named that the plugin judges otherwise than a moderator did.
MAX_NAMED = 50
_PATIENCE_S = 10.0

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is replayed: a plugin of a site, with some settings changed, since a time."""

    site: Site
    plugin: str
    changes: Changes = field(default_factory=dict)
    since: datetime | None = None
    #: Whether a plugin may be asked that sends what it judges to others.
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A comment that the plugin judges otherwise than a moderator did, with its reason."""

    comment: int
    decided: Status
    outcome: Outcome | None
    reason: str


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What the plugin said, against what moderators decided.

    A plugin *objects* that would hold, call spam or reject; a moderator *refused* what is spam
    or rejected. ``said`` counts answers by their word, ``decided`` the comments that a person
    decided on, by whether the plugin objected and whether they were refused.
    """

    comments: int = 0
    said: Counter[str] = field(default_factory=Counter)
    decided: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    otherwise: list[Otherwise] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Return the part of its objections that moderators shared; of decided comments only."""
        return _part(self.decided[True, True], self.decided[True, False])

    @property
    def recall(self) -> float | None:
        """Return the part of what moderators refused that it objected to."""
        return _part(self.decided[True, True], self.decided[False, True])


def replay(parts: Parts, question: Question, progress: Progress = lambda done: None) -> Replayed:
    """Ask one plugin about a site's past comments, the oldest first; ``progress`` gets a count.

    Each comment is asked about as it was sent, with what was known of its author then. The
    plugin is on for the replay, whatever it is on the site.

    Raises:
        NotFound: where the plugin is not loaded.
        Invalid: naming each setting at fault.
        NotAllowed: where it would send comments to others, and that was not asked for.
    """
    plugins = _tried(parts, question)
    found = Replayed()
    for batch in replaying.batches(parts.database, parts.keys, question.site.id, question.since):
        for comment, entry in _judged(parts, plugins, question, batch):
            _count(found, comment, entry, batch.events.get(comment.id, ()))
        progress(len(batch.comments))
    return found


def count(parts: Parts, question: Question) -> int:
    """Return how many comments a replay would ask about."""
    return replaying.count(parts.database, question.site.id, question.since)


def _tried(parts: Parts, question: Question) -> Tried:
    site, name = question.site, question.plugin
    sends = parts.plugins.get(site, name).plugin.info.sends_in_words
    if sends and not question.remote:
        raise NotAllowed(f"{name} sends {sends}; say --remote to let it.")
    changes = {name: {"mode": Mode.ON, **question.changes.get(name, {})}}
    return Tried(parts.plugins, site, changes, only=name)


def _judged(
    parts: Parts, plugins: Tried, question: Question, batch: Batch
) -> Iterator[tuple[Comment, TrailEntry]]:
    for comment in batch.comments:
        thread = batch.threads[comment.thread_id]
        submission = submission_of(parts, comment, question.site, thread, Occasion.TRIAL)
        patience = Patience(_PATIENCE_S)
        prepared = prepare(plugins, submission, patience)
        history = _history(parts, plugins, question.site, comment)
        judgement = judge(plugins, prepared, history, patience, parts.now())
        for entry in judgement.entries:
            yield comment, entry


def _history(parts: Parts, plugins: Tried, site: Site, comment: Comment) -> History:
    """Return what was known of an author then; nothing for a plugin that doesn't ask."""
    (plugin,) = plugins.of(site)
    registry = parts.plugins.registry
    if "check_submission" not in plugin.plugin.hooks or not registry.wants(
        plugin.plugin, "check_submission", "history"
    ):
        return History()
    with parts.database.read() as session:
        return comments.history_of(
            session, parts.keys, site, comment.author, comment.address, before=comment.id
        )


def _count(found: Replayed, comment: Comment, entry: TrailEntry, events: Sequence[Event]) -> None:
    outcome = entry.verdict.outcome if entry.verdict else None
    found.comments += 1
    found.said[outcome.value if outcome else entry.answer.value] += 1
    decided = _decided(events)
    if decided is None:
        return
    objects, refused = outcome not in (None, Outcome.ALLOW), decided is not Status.PUBLISHED
    found.decided[objects, refused] += 1
    if objects is not refused and len(found.otherwise) < MAX_NAMED:
        found.otherwise.append(Otherwise(comment.id, decided, outcome, entry.reason))


def _decided(events: Sequence[Event]) -> Status | None:
    """Return what the last decision of a person made of a comment; a deletion says nothing."""
    mine = [event for event in events if event.actor.startswith(PERSON)]
    last = mine[-1].after if mine else None
    return last if last in (Status.PUBLISHED, Status.SPAM, Status.REJECTED) else None


def _part(shared: int, alone: int) -> float | None:
    return shared / (shared + alone) if shared + alone else None
