"""judge_with_bans(): bans, then plugins; look_again(): a ban that was set while they were asked."""

from dataclasses import dataclass, replace
from datetime import timedelta

from widget.domain.ban import NAME, Whom
from widget.domain.errors import Refused
from widget.domain.submission import History, Submission
from widget.domain.trail import Judgement
from widget.domain.verdict import Outcome
from widget.domain.words import say
from widget.moderation.banning import Sender, ban_on, is_refused, newer_ban, with_ban
from widget.moderation.pipeline import Patience, judge, prepare
from widget.publication.parts import Parts
from widget.store import bans
from widget.store.database import Session

REFUSED = say("This comment was refused.")
#: Of what bans refuse, so many from one address are kept within a day: a script that is banned is
#: asked by no limit of a plugin, and would fill the list.
KEPT_REFUSALS = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A submission as plugins have prepared it, who sent it, and what became of it."""

    submission: Submission
    sender: Sender
    judgement: Judgement

    @property
    def is_banned(self) -> bool:
        """Tell whether a ban refused it."""
        entries = self.judgement.entries
        return any(one.plugin == NAME and one.outcome is Outcome.REJECT for one in entries)


def judge_with_bans(parts: Parts, submission: Submission, whom: Whom, history: History) -> Judged:
    """Judge a submission by the site's bans, then by its plugins.

    Of what a ban refuses no plugin hears; what one holds they are all asked about, so that the
    trail says what is known of it.
    """
    sender = Sender(site=submission.site, whom=whom, history=history)
    with parts.database.read() as session:
        ban = ban_on(parts, session, sender)
    if is_refused(ban):
        return Judged(submission=submission, sender=sender, judgement=with_ban(sender, ban))
    patience = Patience(parts.config.deadline_s)
    prepared = prepare(parts.plugins, submission, patience)
    judgement = judge(parts.plugins, prepared, history, patience, parts.now())
    return Judged(
        submission=prepared.submission,
        sender=sender,
        judgement=with_ban(sender, ban, judgement.entries),
    )


def look_again(parts: Parts, session: Session, judged: Judged) -> Judged:
    """Let a ban count that was set since, in the transaction that stores what was judged."""
    ban = newer_ban(parts, session, judged.sender, judged.judgement)
    if ban is None:
        return judged
    entries = judged.judgement.entries
    return replace(judged, judgement=with_ban(judged.sender, ban, entries))


def refuse_banned(parts: Parts, judged: Judged) -> None:
    """Answer what a ban refuses without keeping it, where enough of it is kept already.

    Raises:
        Refused: as it would be if it was kept.
    """
    address, refusal = judged.submission.address, judged.judgement.refusal
    if not judged.is_banned or refusal is None or not address:
        return
    since, site = parts.now() - _DAY, judged.sender.site
    with parts.database.read() as session:
        kept = bans.refusals_from(session, parts.keys, site, address, since, KEPT_REFUSALS)
    if kept >= KEPT_REFUSALS:
        raise Refused(refusal.message or REFUSED)
