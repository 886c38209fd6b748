"""The audit log: what somebody did, as it is written and as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from widget.domain.site import Site

#: How the command line is named: for settings, and where plugins take it for a person.
COMMAND_LINE = ("command line", "person:cli")
#: Who tries to sign in and is refused.
NOBODY = "nobody"


class Kind(StrEnum):
    """What an entry is about; the log can be read by it."""

    SIGN_IN = "sign_in"
    PEOPLE = "people"
    SETTINGS = "settings"
    PAGES = "pages"
    COMMENTS = "comments"


class Action(StrEnum):
    """What is written down. Decisions on comments are events of their own, and in the log too."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    OTHER_SESSIONS_ENDED = "other_sessions_ended"
    PASSWORD_SET = "password_set"  # noqa: S105 — the name of an act
    TOTP_SET = "totp_set"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    FACTORS_RESET = "factors_reset"
    SIGN_IN_LINK_MADE = "sign_in_link_made"
    INVITED = "invited"
    INVITATION_RENEWED = "invitation_renewed"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    SITE_ADDED = "site_added"
    SITE_SET = "site_set"
    PLUGIN_SET = "plugin_set"
    PLUGIN_RESUMED = "plugin_resumed"
    POLICY_IMPORTED = "policy_imported"
    KEYS_ROTATED = "keys_rotated"
    LOG_EXPORTED = "log_exported"
    COMMENTS_IMPORTED = "comments_imported"
    THREAD_CLOSED = "thread_closed"
    THREAD_OPENED = "thread_opened"
    THREAD_POLICY_SET = "thread_policy_set"
    COMMENT_MOVED = "comment_moved"
    THREADS_MERGED = "threads_merged"
    MOVE_TAKEN_BACK = "move_taken_back"
    BAN_SET = "ban_set"
    BAN_ENDED = "ban_ended"
    BAN_CHANGED = "ban_changed"


KIND_OF: Mapping[Action, Kind] = {
    **dict.fromkeys(
        (
            Action.SIGNED_IN,
            Action.SIGN_IN_FAILED,
            Action.SIGNED_OUT,
            Action.SESSION_ENDED,
            Action.OTHER_SESSIONS_ENDED,
        ),
        Kind.SIGN_IN,
    ),
    **dict.fromkeys(
        (
            Action.PASSWORD_SET,
            Action.TOTP_SET,
            Action.TOTP_REMOVED,
            Action.RECOVERY_CODES_MADE,
            Action.PASSKEY_ADDED,
            Action.PASSKEY_RENAMED,
            Action.PASSKEY_REMOVED,
            Action.FACTORS_RESET,
            Action.SIGN_IN_LINK_MADE,
            Action.INVITED,
            Action.INVITATION_RENEWED,
            Action.INVITATION_WITHDRAWN,
            Action.INVITATION_ACCEPTED,
            Action.ROLE_GIVEN,
            Action.ROLE_TAKEN,
        ),
        Kind.PEOPLE,
    ),
    **dict.fromkeys(
        (
            Action.SITE_ADDED,
            Action.SITE_SET,
            Action.PLUGIN_SET,
            Action.PLUGIN_RESUMED,
            Action.POLICY_IMPORTED,
            Action.KEYS_ROTATED,
            Action.LOG_EXPORTED,
        ),
        Kind.SETTINGS,
    ),
    Action.COMMENTS_IMPORTED: Kind.PAGES,
    Action.THREAD_CLOSED: Kind.PAGES,
    Action.THREAD_OPENED: Kind.PAGES,
    Action.THREAD_POLICY_SET: Kind.PAGES,
    Action.COMMENT_MOVED: Kind.PAGES,
    Action.THREADS_MERGED: Kind.PAGES,
    Action.MOVE_TAKEN_BACK: Kind.PAGES,
    Action.BAN_SET: Kind.PEOPLE,
    Action.BAN_ENDED: Kind.PEOPLE,
    Action.BAN_CHANGED: Kind.PEOPLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something, and from which address of the network, if from one."""

    actor: str
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be written down. ``details`` hold no secret and no address of email.

    ``target`` is what it was done to, as ``person:3`` or ``plugin:links``; ``email`` the address
    of who it is about, where there is no such person yet.
    """

    action: Action
    by: By
    site_id: int | None = None
    target: str = ""
    email: str | None = field(default=None, repr=False)
    details: Mapping[str, object] = field(default_factory=dict)


def thread_target(thread_id: int) -> str:
    """Return how a thread is named as what something was done to."""
    return f"thread:{thread_id}"


def site_changes(before: Site, after: Site) -> Mapping[str, object]:
    """Return what of a site is another one now, as details: each with both values."""
    old, new = _plain(before), _plain(after)
    return {"values": {name: [old[name], new[name]] for name in new if old[name] != new[name]}}


def _plain(site: Site) -> Mapping[str, object]:
    settings = site.settings.model_dump(mode="json")
    return {"title": site.title, "hosts": ", ".join(site.hosts), **settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the log: an entry, or a decision on a comment.

    ``action`` is an ``Action``, or for a decision the comment's new status, ``noted`` where the
    status stayed.
    """

    id: int
    at: datetime
    actor: str
    kind: Kind
    action: str
    site_id: int | None
    target: str
    email: str | None = field(default=None, repr=False)
    details: Mapping[str, object] = field(default_factory=dict)
    address: str | None = field(default=None, repr=False)
