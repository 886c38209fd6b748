"""What the queue's templates ask for: why a comment is where it is, who decided, which acts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from widget.domain.comment import Event, Status
from widget.domain.thread import ThreadState
from widget.domain.trail import TrailEntry
from widget.moderation.mark import Badge
from widget.store.queue import QueueItem

PERSON = "person:"
#: Marks in a User-Agent header; the first that is found counts, as they all name each other.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
#: So many different reasons of reports are shown.
_REASONS = 10
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Button:
    """One act on a comment: its name in the form, and the key that does it."""

    act: str
    key: str


_DECIDING = (
    (Status.PUBLISHED, Button("approve", "a")),
    (Status.SPAM, Button("spam", "s")),
    (Status.REJECTED, Button("reject", "r")),
    (Status.DELETED, Button("delete", "d")),
)
_EDIT = (Button("accept_edit", "a"), Button("refuse_edit", "r"))


def buttons_of(item: QueueItem) -> list[Button]:
    """Return what can be done with a comment. No two buttons of one comment share a key."""
    comment = item.comment
    if comment.status is Status.DELETED:
        return [Button("restore", "a")]
    buttons = [button for after, button in _DECIDING if after is not comment.status]
    if comment.status is not Status.PENDING and (comment.flag_count or comment.review_asked):
        # The key that would bring it where it is says to leave it there.
        here = dict(_DECIDING)[comment.status]
        buttons.insert(0, Button("keep", here.key))
    if comment.proposed_html is None:
        return buttons
    taken = {button.key for button in _EDIT}
    return [*_EDIT, *(button for button in buttons if button.key not in taken)]


def can_be_rejected(item: QueueItem) -> bool:
    """Tell whether there is a button that rejects a comment, whose author can be told why."""
    return any(button.act == "reject" for button in buttons_of(item))


def why(item: QueueItem, emails: Mapping[int, str]) -> str:
    """Return in one line why a comment stands where it does.

    What was taken back doesn't count: after an undo the reason is again the one before.
    """
    taken_back = {event.undoes for event in item.events if event.undoes is not None}
    edits = item.comment.proposed_html is not None
    for event in reversed(item.events):
        if event.undoes is not None or event.id in taken_back:
            continue
        if event.before == event.after and not (edits and is_about_text(event)):
            continue
        return event.reason or actor_name(event, emails)
    return ""


def marks_of(item: QueueItem) -> list[str]:
    """Return the marks that a published comment, or its page, can be given or lose."""
    comment = item.comment
    if comment.status is not Status.PUBLISHED:
        return []
    acts = ["unfeature" if comment.featured else "feature"]
    if comment.parent is None or comment.pinned:
        acts.insert(0, "unpin" if comment.pinned else "pin")
    acts += [
        f"badge_{badge}" for badge in Badge if (comment.badge or Badge.NONE.value) != badge.value
    ]
    is_open = item.thread.state is ThreadState.OPEN
    return [*acts, "close_thread" if is_open else "open_thread"]


def reported(item: QueueItem) -> list[tuple[str, int]]:
    """Return why readers report a comment, with how many say so, the most frequent first."""
    return Counter(flag.reason for flag in item.flags).most_common(_REASONS)


def is_about_text(event: Event) -> bool:
    """Tell whether an event that changed no status is about an edit."""
    return event.reason.startswith("Edit")


def plugin_count(item: QueueItem) -> int:
    """Return how many plugins took part in the last judgement."""
    return len(item.judgements[-1]) if item.judgements else 0


def outcome_of(entry: TrailEntry) -> str:
    """Return the word for what a plugin said, also where it said nothing."""
    return entry.verdict.outcome.value if entry.verdict else entry.answer.value


def web_address(url: str | None) -> str | None:
    """Return an address that may become a link: http and https only."""
    return url if url and url.lower().startswith(_WEB) else None


def browser_name(user_agent: str | None) -> str | None:
    """Return a browser's name as people know it, roughly; ``None`` for one that isn't known."""
    agent = user_agent or ""
    name = next((name for mark, name in _BROWSERS if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    return f"{name} ({system})" if name and system else name


def people_in(items: list[QueueItem]) -> set[int]:
    """Return the ids of the people who decided on some comments, or moved them."""
    deciding = [event.actor for item in items for event in item.events]
    moving = [move.actor for item in items for move, _, _ in item.path]
    return people_of([*deciding, *moving])


def people_of(actors: Iterable[str]) -> set[int]:
    """Return the ids of those actors that are people."""
    ids = (actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON))
    return {int(one) for one in ids if one.isdecimal()}


def actor_name(event: Event, emails: Mapping[int, str]) -> str:
    """Return who decided, in words: a person's address, or a part of the server."""
    return actor_of(event.actor, emails)


def actor_of(actor: str, emails: Mapping[int, str]) -> str:
    """Return an actor in words."""
    name = actor.removeprefix(PERSON)
    if actor.startswith(PERSON) and name.isdecimal():
        return emails.get(int(name), actor)
    return "command line" if name == "cli" else actor
