"""replay(): a plugin over past comments, against what moderators decided; nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from widget.domain.comment import Comment
from widget.domain.day_count import last_decided
from widget.domain.errors import NotAllowed
from widget.domain.site import Site
from widget.domain.submission import History, Occasion
from widget.domain.trail import Mode, TrailEntry
from widget.moderation.pipeline import Patience, judge, prepare
from widget.moderation.recheck import submission_of
from widget.moderation.replayed import Replayed
from widget.plugin_host.tried import Changes, Tried
from widget.publication.parts import Parts
from widget.store import replaying
from widget.store.history import history_of
from widget.store.replaying import Batch, Span

_PATIENCE_S = 10.0

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is replayed: a plugin of a site, with some settings changed, over a time.

    ``most`` is how many comments are asked about at most, the newest of that time.
    """

    site: Site
    plugin: str
    changes: Changes = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    most: int | None = None
    #: Whether a plugin may be asked that sends what it judges to others.
    remote: bool = False

    @property
    def span(self) -> Span:
        """Return which comments are asked about."""
        return Span(site_id=self.site.id, since=self.since, until=self.until, most=self.most)


def replay(parts: Parts, question: Question, progress: Progress = lambda done: None) -> Replayed:
    """Ask one plugin about a site's past comments, the oldest first; ``progress`` gets a count.

    Each comment is asked about as it was sent, with what was known of its author then. The
    plugin is on for the replay, whatever it is on the site.

    Raises:
        NotFound: where the plugin is not loaded.
        Invalid: naming each setting at fault.
        NotAllowed: where it would send comments to others, and that was not asked for.
    """
    found = Replayed()
    after = replaying.before_first(parts.database, question.span)
    for _ in asked(parts, question, found, after):
        progress(1)
    return found


def asked(parts: Parts, question: Question, found: Replayed, after: int) -> Iterator[int]:
    """Ask about the comments that come after an id, one by one, and add to what was found.

    Yields the id of each that was asked about. Raises as ``replay`` does.
    """
    plugins = _tried(parts, question)
    name = question.plugin
    for batch in replaying.batches(parts.database, parts.keys, question.span, name, after):
        for comment in batch.comments:
            for entry in _judged(parts, plugins, question, batch, comment):
                decided = last_decided(batch.events.get(comment.id, ()))
                found.add(comment, entry, batch.entries.get(comment.id), decided)
            yield comment.id


def count(parts: Parts, question: Question) -> int:
    """Return how many comments a replay would ask about."""
    return replaying.count(parts.database, question.span)


def _tried(parts: Parts, question: Question) -> Tried:
    site, name = question.site, question.plugin
    sends = parts.plugins.get(site, name).plugin.info.sends_in_words
    if sends and not question.remote:
        raise NotAllowed(f"{name} sends {sends}; say --remote to let it.")
    changes = {name: {"mode": Mode.ON, **question.changes.get(name, {})}}
    return Tried(parts.plugins, site, changes, only=name)


def _judged(
    parts: Parts, plugins: Tried, question: Question, batch: Batch, comment: Comment
) -> Iterator[TrailEntry]:
    thread = batch.threads[comment.thread_id]
    submission = submission_of(parts, comment, question.site, thread, Occasion.TRIAL)
    patience = Patience(_PATIENCE_S)
    prepared = prepare(plugins, submission, patience)
    history = _history(parts, plugins, question.site, comment)
    yield from judge(plugins, prepared, history, patience, parts.now()).entries


def _history(parts: Parts, plugins: Tried, site: Site, comment: Comment) -> History:
    """Return what was known of an author then; nothing for a plugin that doesn't ask."""
    (plugin,) = plugins.of(site)
    registry = parts.plugins.registry
    if "check_submission" not in plugin.plugin.hooks or not registry.wants(
        plugin.plugin, "check_submission", "history"
    ):
        return History()
    with parts.database.read() as session:
        return history_of(
            session, parts.keys, site, comment.author, comment.address, before=comment.id
        )
