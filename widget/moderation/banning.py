"""Bans in the pipeline: asked before any plugin, on the trail like one."""

from dataclasses import replace
from datetime import datetime

from widget import __version__
from widget.domain.audit_log import Action, By, Entry
from widget.domain.ban import (
    NAME,
    Ban,
    BanAct,
    BanKind,
    Whom,
    address_digits,
    ban_value,
    whom_of,
)
from widget.domain.errors import FieldError, Invalid
from widget.domain.site import Site
from widget.domain.submission import History, Submission
from widget.domain.trail import Answer, Judgement, Mode, TrailEntry
from widget.domain.verdict import Verdict
from widget.domain.words import say
from widget.moderation.pipeline import conclude
from widget.publication.parts import Parts
from widget.store import audit_log, bans
from widget.store.database import Session

REFUSED = say("This comment was refused.")
MAX_WORDS = 500


def ban_on(parts: Parts, submission: Submission) -> Ban | None:
    """Return the ban that counts for a submission, the strictest if there are several."""
    with parts.database.read() as session:
        whom = whom_of(submission)
        return bans.find_ban(session, parts.keys, submission.site.id, whom, parts.now())


def is_shut_out(parts: Parts, site: Site, address: str | None) -> bool:
    """Tell whether an address may neither vote nor report on a site."""
    digits = address_digits(address)
    if digits is None:
        return False
    with parts.database.read() as session:
        found = bans.find_ban(session, parts.keys, site.id, Whom(digits=digits), parts.now())
    return found is not None and found.act is BanAct.REJECT


def refused_by(ban: Ban, submission: Submission, history: History, now: datetime) -> Judgement:
    """Return the judgement of a submission that no plugin needs to be asked about."""
    return conclude(submission.site, history, [_entry(ban, now)])


def held_by(
    ban: Ban, judgement: Judgement, history: History, site: Site, now: datetime
) -> Judgement:
    """Return what the plugins made of a submission with the ban that holds it."""
    return conclude(site, history, [_entry(ban, now), *judgement.entries])


def set_ban(parts: Parts, site: Site, ban: Ban, *, by: By) -> Ban:
    """Set a ban. ``ban`` is as it was asked for; its value is put into its one form.

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
    asked = replace(ban, site_id=site.id, value=value, actor=by.actor, created=parts.now())
    with parts.database.write() as session:
        kept = bans.add_ban(session, parts.keys, asked)
        _write(parts, session, Action.BAN_SET, kept, by)
    return kept


def end_ban(parts: Parts, site: Site, ban_id: int, *, by: By) -> Ban:
    """End a ban.

    Raises:
        NotFound: where the site has none of that id.
    """
    with parts.database.write() as session:
        ended = bans.end_ban(session, parts.keys, site.id, ban_id, parts.now())
        _write(parts, session, Action.BAN_ENDED, ended, by)
    return ended


def _write(parts: Parts, session: Session, action: Action, ban: Ban, by: By) -> None:
    is_email = ban.kind is BanKind.EMAIL
    details: dict[str, object] = {"kind": ban.kind.value, "reason": ban.reason}
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
