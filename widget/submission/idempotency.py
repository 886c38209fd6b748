"""The same key is the same comment and the same answer."""

from dataclasses import dataclass

from widget.domain.comment import Comment
from widget.domain.errors import Conflict
from widget.domain.identity import keyed_hash
from widget.domain.submission import Submission
from widget.domain.words import say
from widget.publication.parts import Parts
from widget.store import comments
from widget.store.database import Session


@dataclass(frozen=True, slots=True)
class Key:
    """A client's idempotency key, hashed, and what was sent with it."""

    value: str
    digest: str


def make_key(parts: Parts, submission: Submission, header: str | None) -> Key | None:
    """Return the key of a submission as it was sent, ``None`` where the client gave none."""
    if not header:
        return None
    secret, site = parts.keys.lookup, submission.site.key
    author = submission.author
    sent = (
        submission.url,
        submission.thread or "",
        str(submission.parent or ""),
        author.name or "",
        author.email or "",
        author.website or "",
        submission.body,
    )
    return Key(
        value=keyed_hash(secret, "idempotency", site, header),
        digest=keyed_hash(secret, "digest", site, *sent),
    )


def find_answered(
    parts: Parts, session: Session, submission: Submission, key: Key | None
) -> Comment | None:
    """Return the comment that was stored under this key before.

    Raises:
        Conflict: where the key came with another submission.
    """
    if key is None:
        return None
    found = comments.comment_by_idempotency(session, parts.keys, submission.site.id, key.value)
    if found is None:
        return None
    comment, digest = found
    if digest != key.digest:
        raise Conflict(say("This idempotency key was used for another comment."))
    return comment
