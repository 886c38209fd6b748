"""Replays that people start: checked, promised as a job, done in slices, ended.

A slice is a few seconds of work; then the job is promised anew, from where it is. So a replay of
any length holds up no other job, a worker that is stopped waits for seconds only, and one that
dies leaves a replay that another one goes on with.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from widget.domain.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from widget.domain.site import Site
from widget.moderation.replay import Question, asked, count
from widget.moderation.replayed import Replayed
from widget.plugin_host import settings as plugin_settings
from widget.plugin_host.revisions import changes
from widget.publication.parts import Parts
from widget.store import jobs, replaying, replays, sites
from widget.store.replays import NewReplay, Replay, State, Step

REPLAY = "replay"
#: So many comments may be sent to others by one replay, and so many are if nothing is said.
MAX_REMOTE = 1_000
USUAL_REMOTE = 100
#: Days for which what a replay found is kept, and after which one that doesn't get on has ended.
KEPT_DAYS = 14
STUCK_DAYS = 2
#: After so many comments in a row without an answer a replay ends: it would find nothing.
MAX_UNANSWERED = 50
#: How long one slice works, and how often it says how far it is.
SLICE_S = 5.0
_TELL_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to be replayed; ``values`` are the settings that they typed."""

    site: Site
    plugin: str
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    since: datetime | None = None
    until: datetime | None = None
    most: int | None = None
    remote: bool = False


def start(parts: Parts, wanted: Wanted, *, actor: str) -> Replay:
    """Promise a replay.

    Raises:
        NotFound: where the plugin is not loaded, or judges nothing.
        Invalid: naming each setting at fault, ``replay.remote`` where a plugin that sends
            comments to others was not let, ``replay.most`` where it would send too many.
        Conflict: where another replay of the site is under way.
    """
    plugin = parts.plugins.get(wanted.site, wanted.plugin)
    if "check_submission" not in plugin.plugin.hooks or plugin.plugin.info.version == "?":
        raise NotFound(f"{wanted.plugin} judges no comments.")
    settings = plugin_settings.changed(plugin, wanted.values)
    _check_sends(wanted, plugin.plugin.info.sends_in_words or None)
    values, now = plugin_settings.to_stored(settings), parts.now()
    current = plugin_settings.to_stored(plugin.settings)
    new = NewReplay(
        site_id=wanted.site.id,
        plugin=wanted.plugin,
        actor=actor,
        values=values,
        shown=[(one.setting, one.before, one.after) for one in changes(plugin, current, values)],
        since=wanted.since,
        until=min(wanted.until or now, now),
        most=wanted.most,
        remote=wanted.remote,
    )
    with parts.database.write() as session:
        other = replays.active_on(session, wanted.site.id)
        if other is not None:
            raise Conflict(f"A replay of {other.plugin} is under way. Wait for it, or cancel it.")
        replay = replays.add(session, parts.keys, new, now)
        jobs.promise(session, REPLAY, {"replay": replay.id}, due=now, now=now)
    return replay


def cancel(parts: Parts, replay: Replay) -> bool:
    """End a replay that is under way; what it has found stays. Tell whether it was."""
    with parts.database.write() as session:
        return replays.end(session, replay.id, State.CANCELLED, parts.now())


def go_on(parts: Parts, replay_id: int, slice_s: float = SLICE_S) -> None:
    """Do a slice of a replay, and promise the next one where there is more to do."""
    with parts.database.read() as session:
        replay = replays.find(session, replay_id)
        if replay is None or not replay.is_active:
            return
        site = sites.site_by_id(session, replay.site_id)
        values = replays.settings_of(session, parts.keys, replay_id)
    if site is None:
        return
    question = Question(
        site=site,
        plugin=replay.plugin,
        changes={replay.plugin: {**values, "mode": "on"}},
        since=replay.since,
        until=replay.until,
        most=replay.most,
        remote=replay.remote,
    )
    try:
        _Slice(parts, question).work(replay, time.monotonic() + slice_s)
    except (NotFound, Invalid, NotAllowed) as error:
        _end(parts, replay, State.FAILED, str(error))


@dataclass(frozen=True, slots=True)
class _Slice:
    """A slice of a replay."""

    parts: Parts
    question: Question

    def work(self, replay: Replay, until: float) -> None:
        """Ask about comments until the time is over, all are done, or somebody ended it."""
        kept = replay if replay.total is not None else self._begin(replay)
        if kept is None:
            return
        found, told = Replayed.from_json(kept.found), time.monotonic()
        position = kept.position
        for position in asked(self.parts, self.question, found, kept.position):
            moment = time.monotonic()
            is_over = moment >= until or found.unanswered >= MAX_UNANSWERED
            if not is_over and moment - told < _TELL_S:
                continue
            kept, told = self._keep(kept, found, position), moment
            if kept is None:
                return
            if is_over:
                self._pause(kept, found)
                return
        if self._keep(kept, found, position) is not None:
            _end(self.parts, kept, State.DONE)

    def _begin(self, replay: Replay) -> Replay | None:
        first = replaying.before_first(self.parts.database, self.question.span)
        return self._keep(replay, Replayed(), first, count(self.parts, self.question))

    def _keep(
        self, replay: Replay, found: Replayed, position: int, total: int | None = None
    ) -> Replay | None:
        """Keep how far it is; ``None`` where somebody ended it, or another worker goes on."""
        step = Step(
            position=position,
            total=(replay.total or 0) if total is None else total,
            found=found.as_json(),
            at=self.parts.now(),
        )
        with self.parts.database.write() as session:
            return replays.move(session, replay, step)

    def _pause(self, replay: Replay, found: Replayed) -> None:
        """Promise the next slice, or end what gets no answers any more."""
        if found.unanswered >= MAX_UNANSWERED:
            reason = f"It gave no answer on {found.unanswered} comments in a row."
            _end(self.parts, replay, State.FAILED, reason)
            return
        now = self.parts.now()
        with self.parts.database.write() as session:
            jobs.promise(session, REPLAY, {"replay": replay.id}, due=now, now=now)


def _check_sends(wanted: Wanted, sends: str | None) -> None:
    if not sends:
        return
    faults: list[FieldError] = []
    if not wanted.remote:
        message = f"It sends {sends}. Say that it may, or choose another plugin."
        faults.append(FieldError("replay.remote", message))
    if wanted.most is None or wanted.most > MAX_REMOTE:
        message = f"It sends comments to others: at most {MAX_REMOTE:,} in one replay."
        faults.append(FieldError("replay.most", message))
    if faults:
        raise Invalid(faults)


def _end(parts: Parts, replay: Replay, state: State, error: str | None = None) -> None:
    with parts.database.write() as session:
        replays.end(session, replay.id, state, parts.now(), error)
