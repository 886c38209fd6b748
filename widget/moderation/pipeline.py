"""judge(): prepare, ask each plugin, the strictest verdict wins, keep the trail."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from widget.domain.site import Combine, Policy, Site
from widget.domain.submission import History, Submission
from widget.domain.trail import Answer, Judgement, Mode, TrailEntry, owed_by
from widget.domain.verdict import Outcome, Verdict, strictest
from widget.plugin_host.call import Reply
from widget.plugin_host.consent import WITHOUT, lacking
from widget.plugin_host.need import laid_over
from widget.plugin_host.settings import SitePlugin
from widget.plugin_host.sound import is_sound_submission, sound_verdict
from widget.plugin_host.tried import Askable


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A submission as plugins have prepared it, and which of them failed to.

    ``unasked`` are those that its reader did not agree to.
    """

    submission: Submission
    failures: Mapping[str, Reply]
    unasked: Collection[str] = frozenset()


class Patience:
    """The time that is left for all plugins together."""

    def __init__(self, limit_s: float) -> None:
        self._end = time.monotonic() + limit_s

    @property
    def left_s(self) -> float:
        """Return the seconds that are left, 0 at least."""
        return max(0.0, self._end - time.monotonic())


def prepare(
    plugins: Askable,
    submission: Submission,
    patience: Patience,
    only: Collection[str] | None = None,
    agreed: bool = False,
) -> Prepared:
    """Let each plugin that is on change the submission; one that fails changes nothing.

    ``agreed`` is for trials of a person's own text: nobody has to be asked for consent.
    """
    site, failures = submission.site, dict[str, Reply]()
    needless: frozenset[str] = frozenset()
    unasked = needless if agreed else lacking(plugins, site, submission.answers, patience.left_s)
    for plugin in plugins.taking_part(site, "prepare_submission"):
        if plugin.mode is not Mode.ON or (only is not None and plugin.name not in only):
            continue
        if plugin.name in unasked:
            continue
        reply = _ask(plugins, plugin, "prepare_submission", patience, submission=submission)
        if reply.failure:
            failures[plugin.name] = reply
        elif isinstance(reply.value, Submission) and is_sound_submission(reply.value):
            submission = laid_over(plugin.need, submission, reply.value)
        elif reply.value is not None:
            failures[plugin.name] = _nonsense(reply, "prepare_submission")
    return Prepared(submission=submission, failures=failures, unasked=unasked)


def judge(
    plugins: Askable, prepared: Prepared, history: History, patience: Patience, now: datetime
) -> Judgement:
    """Ask every plugin that takes part; never raises, and a plugin that fails holds.

    Where the site goes by the first objection, the plugins after it are not asked. A failure is
    no objection: what failed is asked again, and the others must have been asked by then.
    """
    site = prepared.submission.site
    entries: list[TrailEntry] = []
    objector = ""
    for plugin in plugins.of(site):
        if plugin.mode is Mode.OFF or not _judges(plugin):
            continue
        if objector:
            reply = Reply(failure=Answer.NOT_ASKED, reason=f"{objector} objected before it.")
            entries.append(_trail_entry(plugin, reply, None, now))
            continue
        entry = _entry(plugins, plugin, prepared, history, patience, now)
        entries.append(entry)
        if site.settings.combine is Combine.FIRST and _objects(entry):
            objector = entry.plugin
    return conclude(site, history, entries)


def rejudge(
    plugins: Askable,
    prepared: Prepared,
    history: History,
    earlier: Sequence[TrailEntry],
    now: datetime,
) -> tuple[Judgement, Sequence[TrailEntry]]:
    """Ask again the plugins that owe an answer, beside what the others said.

    Returns the judgement, and the entries that are new on the trail.
    """
    owed = owed_by(earlier)
    site = prepared.submission.site
    fresh = {
        plugin.name: _entry(
            plugins, plugin, prepared, history, Patience(plugin.plugin.info.deadline_s), now
        )
        for plugin in plugins.of(site)
        if plugin.name in owed and plugin.mode is Mode.ON and _judges(plugin)
    }
    kept = [
        fresh.get(entry.plugin, entry)
        for entry in earlier
        # A plugin that was switched off or taken out since then owes nothing any more.
        if entry.plugin in fresh or entry.plugin not in owed
    ]
    return conclude(site, history, kept), list(fresh.values())


def conclude(site: Site, history: History, entries: Sequence[TrailEntry]) -> Judgement:
    """Make one outcome of what each plugin said and of the site's policy.

    The strictest verdict wins. Where none objects, one that vouches releases the comment;
    where all abstain, the site's policy decides.
    """
    outcome = strictest(entry.outcome for entry in entries if entry.outcome is not None)
    if outcome is not None:
        deciding = next(entry for entry in entries if entry.outcome is outcome)
        reason = f"{deciding.plugin}: {deciding.reason}"
    else:
        outcome, reason = policy_outcome(site.settings.policy, history)
    return Judgement(outcome=outcome, reason=reason, entries=tuple(entries))


def policy_outcome(policy: Policy, history: History) -> tuple[Outcome, str]:
    """Return what the site's policy makes of a comment of which no plugin said anything."""
    if policy is Policy.HOLD:
        return Outcome.HOLD, "policy: all comments are held."
    if policy is Policy.FIRST_TIME and history.published == 0:
        return Outcome.HOLD, "policy: nothing of this author was published yet."
    return Outcome.ALLOW, f"policy: {policy.value}."


def _objects(entry: TrailEntry) -> bool:
    return entry.verdict is not None and entry.outcome not in (None, Outcome.ALLOW)


def _judges(plugin: SitePlugin) -> bool:
    return bool({"check_submission", "prepare_submission"} & plugin.plugin.hooks)


def _entry(
    plugins: Askable,
    plugin: SitePlugin,
    prepared: Prepared,
    history: History,
    patience: Patience,
    now: datetime,
) -> TrailEntry:
    if plugin.name in prepared.unasked:
        return _trail_entry(plugin, Reply(failure=Answer.NO_CONSENT, reason=WITHOUT), None, now)
    reply = prepared.failures.get(plugin.name)
    if reply is None and plugin.fault:
        reply = Reply(failure=Answer.FAILED, reason=plugin.fault)
    if reply is None and "check_submission" in plugin.plugin.hooks:
        reply = _ask(
            plugins,
            plugin,
            "check_submission",
            patience,
            submission=prepared.submission,
            history=history,
        )
    reply = reply or Reply()
    verdict = sound_verdict(reply.value)
    if reply.failure is None and reply.value is not None and verdict is None:
        reply = _nonsense(reply, "check_submission")
    return _trail_entry(plugin, reply, verdict, now)


def _trail_entry(
    plugin: SitePlugin, reply: Reply, verdict: Verdict | None, now: datetime
) -> TrailEntry:
    answer = reply.failure or (Answer.VERDICT if verdict else Answer.ABSTAINED)
    return TrailEntry(
        plugin=plugin.name,
        version=plugin.plugin.info.version,
        mode=plugin.mode,
        answer=answer,
        verdict=verdict,
        reason=verdict.reason if verdict else reply.reason,
        duration_ms=round(reply.duration_ms, 3),
        settings_revision=plugin.revision,
        at=now,
        on_failure=plugin.without_consent
        if answer is Answer.NO_CONSENT
        else plugin.settings.on_failure,
    )


def _ask(
    plugins: Askable, plugin: SitePlugin, hook: str, patience: Patience, **arguments: object
) -> Reply:
    return plugins.ask(plugin, hook, patience.left_s, **arguments)


def _nonsense(reply: Reply, hook: str) -> Reply:
    return Reply(
        failure=Answer.FAILED,
        reason=f"{hook} returned {type(reply.value).__name__} that means nothing.",
        duration_ms=reply.duration_ms,
    )
