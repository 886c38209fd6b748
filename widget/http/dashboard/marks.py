"""Marks as acts of the dashboard: pin, feature, a badge, and closing the comment's page."""

from collections.abc import Callable, Mapping
from functools import partial

from widget.domain.thread import ThreadState
from widget.moderation.mark import Badge, mark, set_state_of
from widget.publication.parts import Parts
from widget.store import comments


def _set_state(parts: Parts, comment_id: int, *, actor: str, state: ThreadState) -> None:
    with parts.database.read() as session:
        thread_id = comments.get_comment(session, parts.keys, comment_id).thread_id
    set_state_of(parts, thread_id, state, actor=actor)


#: By the name of the act; each takes the parts, the comment and who acts.
MARKS: Mapping[str, Callable[..., object]] = {
    "pin": partial(mark, pinned=True),
    "unpin": partial(mark, pinned=False),
    "feature": partial(mark, featured=True),
    "unfeature": partial(mark, featured=False),
    **{f"badge_{badge}": partial(mark, badge=badge) for badge in Badge},
    "close_thread": partial(_set_state, state=ThreadState.CLOSED),
    "open_thread": partial(_set_state, state=ThreadState.OPEN),
}
