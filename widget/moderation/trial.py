"""try_out(): what would become of a comment, with nothing stored and nobody told."""

from dataclasses import dataclass

from widget.domain.ban import whom_of
from widget.domain.submission import Submission
from widget.domain.trail import Judgement
from widget.moderation.banning import Sender, ban_on, with_ban
from widget.moderation.pipeline import Patience, judge, prepare
from widget.plugin_host.tried import Changes, Tried
from widget.publication.parts import Parts
from widget.publication.render import render
from widget.store.history import history_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the plugins said of a comment, and how its text would be published."""

    judgement: Judgement
    html: str


def try_out(
    parts: Parts, submission: Submission, changes: Changes, *, agreed: bool = False
) -> Trial:
    """Judge a submission whose occasion is a trial, with some settings changed for once.

    ``agreed`` is as if its reader agreed that plugins which need that are asked.

    Raises:
        NotFound: where a plugin that is named is not loaded.
        Invalid: naming each setting at fault.
    """
    site = submission.site
    plugins = Tried(parts.plugins, site, changes)
    with parts.database.read() as session:
        history = history_of(session, parts.keys, site, submission.author, submission.address)
        sender = Sender(site=site, whom=whom_of(submission), history=history)
        ban = ban_on(parts, session, sender)
    patience = Patience(parts.config.deadline_s)
    prepared = prepare(plugins, submission, patience, agreed=agreed)
    judgement = judge(plugins, prepared, history, patience, parts.now())
    judgement = with_ban(sender, ban, judgement.entries)
    return Trial(judgement=judgement, html=render(parts, site, prepared.submission.body))
