"""Bans in the pipeline: asked before any plugin, on the trail like one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from widget import __version__
from widget.domain.audit_log import Action, By, Entry
from widget.domain.ban import (
    NAME,
    Ban,
    BanAct,
    BanKind,
    Whom,
    ban_value,
)
from widget.domain.errors import Conflict, FieldError, Invalid
from widget.domain.site import Site
from widget.domain.submission import History
from widget.domain.trail import Answer, Judgement, Mode, TrailEntry
from widget.domain.verdict import Outcome, Verdict
from widget.domain.words import say
from widget.moderation.pipeline import conclude
from widget.publication.parts import Parts
from widget.store import audit_log, bans
from widget.store.database import Session

REFUSED = say("This comment was refused.")
MAX_WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends something to a site, as bans and the site's history know them."""

    site: Site
    whom: Whom
    history: History


def ban_on(parts: Parts, session: Session, sender: Sender) -> TrailEntry | None:
    """Return what the strictest ban of somebody puts on the trail, ``None`` where there is none."""
    now = parts.now()
    ban = bans.find_ban(session, parts.keys, sender.site.id, sender.whom, now)
    return _entry(ban, now) if ban else None


def newer_ban(
    parts: Parts, session: Session, sender: Sender, judgement: Judgement
) -> TrailEntry | None:
    """Return the entry of a ban that was set while plugins were asked, in the storing transaction.

    No other ban is set before that transaction has ended.
    """
    known = {
        entry.outcome
        for entry in judgement.entries
        if entry.plugin == NAME and entry.answer is Answer.VERDICT
    }
    if Outcome.REJECT in known:
        return None
    bans.hold_off(session, sender.site.id)
    entry = ban_on(parts, session, sender)
    return entry if entry is not None and entry.outcome not in known else None


def is_shut_out(parts: Parts, session: Session, site: Site, whom: Whom) -> bool:
    """Tell whether somebody may neither vote nor report: no ban could hold that."""
    return bans.find_ban(session, parts.keys, site.id, whom, parts.now()) is not None


def with_ban(
    sender: Sender, entry: TrailEntry | None, entries: Sequence[TrailEntry] = ()
) -> Judgement:
    """Conclude from what the plugins said, if they were asked, and from a ban, if there is one.

    A ban that was found before counts no more beside the one that was found now.
    """
    if entry is not None:
        entries = [entry, *(one for one in entries if one.plugin != NAME)]
    return conclude(sender.site, sender.history, entries)


def is_refused(entry: TrailEntry | None) -> bool:
    """Tell whether a ban refuses what was sent, so that no plugin needs to be asked."""
    return entry is not None and entry.outcome is Outcome.REJECT


def set_ban(parts: Parts, site: Site, ban: Ban, *, by: By) -> Ban:
    """Set a ban. ``ban`` is as it was asked for; its value is put into its one form.

    What somebody is just sending is either kept before this returns, or it meets the ban.

    Where the very same is banned already, that ban is changed; words that are not given stay.

    Raises:
        Invalid: at the field at fault: ``value``, ``until``, ``reason`` or ``message``.
    """
    asked = replace(checked(parts, ban), site_id=site.id, actor=by.actor, created=parts.now())
    with parts.database.write() as session:
        bans.hold_all(session, site.id)
        first = bans.same_ban(session, parts.keys, site.id, asked.kind, asked.value, asked.created)
        if first is not None:
            reason, message = asked.reason or first.reason, asked.message or first.message
            asked = replace(asked, reason=reason, message=message)
            return _change(parts, session, first, asked, by)
        kept = bans.add_ban(session, parts.keys, asked)
        _write(parts, session, Action.BAN_SET, kept, by)
    return kept


def change_ban(parts: Parts, site: Site, ban: Ban, *, by: By) -> Ban:
    """Give a ban that counts another end, act, reason and message.

    Raises:
        NotFound: where the site has none of that id.
        Conflict: where it is over.
        Invalid: at the field at fault: ``until``, ``reason`` or ``message``.
    """
    asked = checked(parts, ban)
    with parts.database.write() as session:
        first = bans.get_ban(session, parts.keys, site.id, ban.id)
        if not first.counts(parts.now()):
            raise Conflict("This ban is over. Set a new one.")
        return _change(parts, session, first, asked, by)


def checked(parts: Parts, ban: Ban) -> Ban:
    """Return a ban as it was asked for with its value in its one form.

    Raises:
        Invalid: at the field at fault: ``value``, ``until``, ``reason`` or ``message``.
    """
    value = ban_value(ban.kind, ban.value)
    faults = [
        FieldError(name, f"Write at most {MAX_WORDS} characters.")
        for name, words in (("reason", ban.reason), ("message", ban.message))
        if len(words) > MAX_WORDS
    ]
    if ban.until is not None and ban.until <= parts.now():
        faults.append(FieldError("until", "This time is over."))
    if faults:
        raise Invalid(faults)
    return replace(ban, value=value)


def end_ban(parts: Parts, site: Site, ban_id: int, *, by: By) -> Ban:
    """End a ban.

    Raises:
        NotFound: where the site has none of that id.
    """
    with parts.database.write() as session:
        ended = bans.end_ban(session, parts.keys, site.id, ban_id, parts.now())
        _write(parts, session, Action.BAN_ENDED, ended, by)
    return ended


def _change(parts: Parts, session: Session, first: Ban, asked: Ban, by: By) -> Ban:
    changed = bans.change_ban(
        session,
        parts.keys,
        replace(
            first,
            until=asked.until,
            act=asked.act,
            reason=asked.reason,
            message=asked.message,
        ),
    )
    pairs = {
        "until": (_day(first), _day(changed)),
        "act": (first.act.value, changed.act.value),
        "reason": (first.reason, changed.reason),
        "message": (first.message, changed.message),
    }
    values = {name: list(pair) for name, pair in pairs.items() if pair[0] != pair[1]}
    if values:
        _write(parts, session, Action.BAN_CHANGED, changed, by, {"values": values})
    return changed


def _day(ban: Ban) -> str:
    return f"{ban.until:%Y-%m-%d %H:%M}" if ban.until else "for good"


def _write(
    parts: Parts,
    session: Session,
    action: Action,
    ban: Ban,
    by: By,
    more: Mapping[str, object] | None = None,
) -> None:
    is_email = ban.kind is BanKind.EMAIL
    details: dict[str, object] = {"kind": ban.kind.value, "reason": ban.reason, **(more or {})}
    if not is_email:
        details["name"] = ban.value
    entry = Entry(
        action=action,
        by=by,
        site_id=ban.site_id,
        target=f"ban:{ban.id}",
        email=ban.value if is_email else None,
        details=details,
    )
    audit_log.write(session, parts.keys, entry, parts.now())


def _entry(ban: Ban, now: datetime) -> TrailEntry:
    reason = f"Ban {ban.id} of this {ban.kind.value}" + (f": {ban.reason}" if ban.reason else ".")
    if ban.act is BanAct.HOLD:
        verdict = Verdict.hold(reason)
    else:
        verdict = Verdict.reject(reason, message=ban.message or REFUSED)
    return TrailEntry(
        plugin=NAME,
        version=__version__,
        mode=Mode.ON,
        answer=Answer.VERDICT,
        verdict=verdict,
        reason=reason,
        duration_ms=0.0,
        settings_revision=0,
        at=now,
    )
