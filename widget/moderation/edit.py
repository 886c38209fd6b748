"""A moderator's edit of a comment: readers see that it was one, and the author's text is kept."""

from widget.domain.comment import Comment, Event
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.submission import clean_body
from widget.moderation.decide import Decision, announce
from widget.publication.parts import Parts
from widget.publication.render import render
from widget.store import comments, sites, trails

_EDITED = "Edited by hand."
_AS_IT_WAS = "Edited by hand: the author’s text again."


def edit_by_hand(parts: Parts, comment_id: int, body: str, *, actor: str, seen: str) -> Decision:
    """Replace the text of a comment by a moderator's, without asking plugins.

    ``seen`` is the text that the moderator began with. An edit of the author's that waits stays.

    Raises:
        NotFound: where there is no such comment, or its text has ended.
        Invalid: where the text isn't acceptable, or has changed meanwhile.
    """
    comment = _editable(parts, comment_id)
    if clean_lines(seen) != clean_lines(comment.source):
        message = "The text was changed meanwhile. Yours is kept here; load the page to see both."
        raise Invalid([FieldError("body", message)])
    with parts.database.read() as session:
        site = sites.site_by_id(session, comment.site_id)
    if site is None:
        raise NotFound(comments.GONE)
    source = clean_body(body, site.settings)
    html = render(parts, site, source)
    with parts.database.write() as session:
        comments.set_body_by_hand(session, comment_id, source, html, parts.now())
        event = trails.add_event(session, _event(parts, comment, actor, _EDITED))
        edited = comments.get_comment(session, parts.keys, comment_id)
    announce(parts, edited)
    return Decision(edited, event)


def restore_author_text(parts: Parts, comment_id: int, *, actor: str) -> Decision:
    """Let a comment be again what its author wrote; the mark of the edit goes with it.

    Raises:
        NotFound: where there is no such comment, or no moderator has edited it.
    """
    comment = _editable(parts, comment_id)
    if comment.original_source is None:
        raise NotFound("No moderator has changed this comment.")
    with parts.database.read() as session:
        site = sites.site_by_id(session, comment.site_id)
    if site is None:
        raise NotFound(comments.GONE)
    html = render(parts, site, comment.original_source)
    with parts.database.write() as session:
        comments.restore_author_text(session, comment_id, html)
        event = trails.add_event(session, _event(parts, comment, actor, _AS_IT_WAS))
        restored = comments.get_comment(session, parts.keys, comment_id)
    announce(parts, restored)
    return Decision(restored, event)


def clean_lines(text: str) -> str:
    """Return a text as a form sends it back: with the same line ends, none at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


def _editable(parts: Parts, comment_id: int) -> Comment:
    with parts.database.read() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
    if not comment.source:
        raise NotFound(comments.GONE)
    return comment


def _event(parts: Parts, comment: Comment, actor: str, reason: str) -> Event:
    return Event(
        id=0,
        comment_id=comment.id,
        before=comment.status,
        after=comment.status,
        actor=actor,
        reason=reason,
        at=parts.now(),
    )
