"""The database's tables, one family a file. Nothing outside ``widget.store`` sees them."""

from widget.store.tables.audit import AuditRow
from widget.store.tables.ban import BanRow
from widget.store.tables.base import Base
from widget.store.tables.bulk import BulkActRow, BulkEventRow
from widget.store.tables.comment import CommentRow
from widget.store.tables.day_count import DayCountRow
from widget.store.tables.factor import CeremonyRow, PasskeyRow, RecoveryCodeRow, TotpRow
from widget.store.tables.job import JobRow
from widget.store.tables.memory import MemoryRow, PauseRow
from widget.store.tables.person import (
    InvitationRow,
    InviteRow,
    MembershipRow,
    PersonRow,
    SessionRow,
)
from widget.store.tables.reaction import FlagRow, VoteRow
from widget.store.tables.replay import ReplayRow
from widget.store.tables.setting import PluginSettingRow
from widget.store.tables.site import SiteRow
from widget.store.tables.subscription import (
    MailRow,
    ModeratorMailRow,
    SubscriberRow,
    SubscriptionRow,
)
from widget.store.tables.sweep import SweepEventRow, SweepRow
from widget.store.tables.thread import MovedRow, MoveRow, ThreadRow
from widget.store.tables.trail import EventRow, RecordRow, TrailRow
from widget.store.tables.webhook import DeliveryRow, WebhookRow

__all__ = [
    "AuditRow",
    "BanRow",
    "Base",
    "BulkActRow",
    "BulkEventRow",
    "CeremonyRow",
    "CommentRow",
    "DeliveryRow",
    "DayCountRow",
    "EventRow",
    "FlagRow",
    "InvitationRow",
    "InviteRow",
    "JobRow",
    "MembershipRow",
    "MailRow",
    "MemoryRow",
    "ModeratorMailRow",
    "MoveRow",
    "MovedRow",
    "PasskeyRow",
    "PauseRow",
    "PersonRow",
    "PluginSettingRow",
    "RecordRow",
    "RecoveryCodeRow",
    "ReplayRow",
    "SessionRow",
    "SiteRow",
    "SubscriberRow",
    "SubscriptionRow",
    "SweepEventRow",
    "SweepRow",
    "ThreadRow",
    "TotpRow",
    "TrailRow",
    "VoteRow",
    "WebhookRow",
]
