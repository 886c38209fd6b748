"""vote(), flag(), ask_review(): what readers say of a comment that is there already."""

from dataclasses import dataclass

from widget.domain.ban import whom
from widget.domain.comment import AUTHOR, PIPELINE, Author, Comment, Event, Status
from widget.domain.errors import NotAllowed, NotFound
from widget.domain.identity import keyed_hash
from widget.domain.site import Site, Votes
from widget.domain.thread import Thread
from widget.domain.words import say
from widget.moderation.banning import is_shut_out
from widget.moderation.decide import Act, decide
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.store import bans, comments, jobs, reactions, sites, threads, trails
from widget.store.database import Session
from widget.submission.edit import Place

#: The job that shows the votes which came soon after others.
SHOW_VOTES = "show_votes"
_WAITS = frozenset({Status.PENDING, Status.SPAM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacting:
    """The browser that a reaction comes from; ``token`` is the edit token that it may have."""

    address: str | None
    user_agent: str | None
    token: str | None


def vote(parts: Parts, place: Place, value: int, reader: Reacting) -> int:
    """Let the reader's one vote on a comment be this value, 0 for none; return the score.

    The first vote in a quiet time is seen at once, those of the next moments together.

    Raises:
        NotFound: where no reader can see the comment.
        NotAllowed: for one's own comment, for votes that the site doesn't take, and for the
            banned.
    """
    votes = place.site.settings.votes
    _check_published(place.comment)
    if parts.tokens.read(reader.token) == (place.site.id, place.comment.id):
        raise NotAllowed(say("You can't vote on your own comment."))
    if votes is Votes.OFF:
        raise NotAllowed(say("Votes are off on this site."))
    if value < 0 and votes is Votes.UP:
        raise NotAllowed(say("Only votes up are taken on this site."))
    with parts.database.write() as session:
        _check_not_banned(parts, session, place.site, reader)
        voter, now = _who(parts, session, place.site, reader), parts.now()
        tally = reactions.vote(session, place.comment.id, voter, value, now)
        if not tally.changed:
            return tally.score
        # Locked, and where it is now: it may have been moved since the reader saw it.
        thread_id = comments.get_comment(session, parts.keys, place.comment.id).thread_id
        showing = reactions.show_votes(session, thread_id, now)
        if showing.due is not None:
            payload = {"thread": thread_id}
            jobs.promise(session, SHOW_VOTES, payload, due=showing.due, now=now)
        thread = threads.thread_by_id(session, thread_id)
    if showing.at_once:
        _show(parts, place.site, thread)
    return tally.score


def show_votes(parts: Parts, thread_id: int) -> bool:
    """Make a new version of the votes that wait for one; tell whether any did."""
    with parts.database.write() as session:
        if not reactions.show_due_votes(session, thread_id, parts.now()):
            return False
        thread = threads.thread_by_id(session, thread_id)
        site = sites.site_by_id(session, thread.site_id) if thread else None
    if site is not None:
        _show(parts, site, thread)
    return True


def flag(parts: Parts, place: Place, reason: str, reader: Reacting) -> int:
    """Keep the reader's report of a comment; return the comment's score.

    A comment that as many readers report as the site says is held.

    Raises:
        NotFound: where no reader can see the comment.
        NotAllowed: where the site takes no reports, and for the banned.
    """
    settings, comment_id = place.site.settings, place.comment.id
    _check_published(place.comment)
    if not settings.flags:
        raise NotAllowed(say("Reports are off on this site."))
    with parts.database.write() as session:
        _check_not_banned(parts, session, place.site, reader)
        flagger = _who(parts, session, place.site, reader)
        tally = reactions.flag(session, comment_id, flagger, reason, parts.now())
        if 0 < settings.hold_after_flags <= tally.score:
            number = f"{tally.score} reader{'' if tally.score == 1 else 's'}"
            act = Act(actor=PIPELINE, reason=f"Reported by {number}.")
            decide(parts, session, comment_id, Status.PENDING, act=act)
        comment = comments.get_comment(session, parts.keys, comment_id)
        thread = threads.thread_by_id(session, comment.thread_id)
    if comment.status is not Status.PUBLISHED:
        _show(parts, place.site, thread)
    return comment.score


def ask_review(parts: Parts, place: Place) -> None:
    """Ask the moderators to look at one's own held comment; to ask again changes nothing.

    Who asks has shown the comment's token.

    Raises:
        NotFound: where the comment doesn't wait for a moderator.
    """
    with parts.database.write() as session:
        comments.lock_comment(session, place.comment.id)
        comment = comments.get_comment(session, parts.keys, place.comment.id)
        if comment.status not in _WAITS:
            raise NotFound(comments.GONE)
        if not reactions.ask_review(session, comment.id, parts.now()):
            return
        event = Event(
            id=0,
            comment_id=comment.id,
            before=comment.status,
            after=comment.status,
            actor=AUTHOR,
            reason="The author asked for a review.",
            at=parts.now(),
        )
        trails.add_event(session, event)


def _check_published(comment: Comment) -> None:
    if comment.status is not Status.PUBLISHED:
        raise NotFound(comments.GONE)


def _who(parts: Parts, session: Session, site: Site, reader: Reacting) -> str:
    """Return who reacts, as a keyed hash of the site, the address and the browser.

    Who has the token of a comment is the browser that sent it, wherever it is now.
    """
    address_hash, agent = None, reader.user_agent
    own = parts.tokens.read(reader.token)
    if own is not None and own[0] == site.id:
        stamp = reactions.stamp_of(session, own[1])
        if stamp is not None and stamp.site_id == site.id and stamp.address_hash:
            address_hash, agent = stamp.address_hash, stamp.user_agent
    if address_hash is None:
        address_hash = comments.hash_address(parts.keys, site, reader.address or "")
    return keyed_hash(parts.keys.lookup, "reader", site.key, address_hash, agent or "")


def _show(parts: Parts, site: Site, thread: Thread | None) -> None:
    if thread is not None:
        publish(parts, site, thread)


def _check_not_banned(parts: Parts, session: Session, site: Site, reader: Reacting) -> None:
    """Let pass who isn't banned: by the address, and by the comment whose token they have."""
    who, own = whom(Author(), reader.address), parts.tokens.read(reader.token)
    if own is not None and own[0] == site.id:
        who |= bans.whom_wrote(session, parts.keys, own[1])
    if is_shut_out(parts, session, site, who):
        raise NotAllowed(say("This can’t be done."))
