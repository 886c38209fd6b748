"""Comment Widget: comments for any page, moderated by plugins.

The names below are the public ones: what a plugin may import. ``widget.testing`` is the test
kit for plugins. Everything else in this package may change.
"""

from pathlib import Path

from widget.domain.comment import Author, Comment, Status
from widget.domain.errors import WidgetError
from widget.domain.form import FieldType, FormField, FormLink, FormNotice
from widget.domain.needs import Reads, Sends
from widget.domain.plugin import (
    Memory,
    Outbound,
    OutboundAnswer,
    Panel,
    PeriodicTask,
    PluginInfo,
    PluginSettings,
    ServerInfo,
    SettingsProblem,
)
from widget.domain.site import Combine, Policy, Presence, Site, SiteSettings, Votes
from widget.domain.submission import History, Occasion, Submission
from widget.domain.thread import Thread, ThreadState
from widget.domain.thread_page import EditedBy, PublicAuthor, PublicComment, Replies
from widget.domain.trail import Mode, OnFailure
from widget.domain.verdict import Outcome, Verdict
from widget.domain.webhook import sign_webhook, webhook_key
from widget.domain.words import joined, say, say_n, try_again_in
from widget.hookspecs import hookimpl

__all__ = [
    "Author",
    "Combine",
    "Comment",
    "EditedBy",
    "FieldType",
    "FormField",
    "FormLink",
    "FormNotice",
    "History",
    "Memory",
    "Mode",
    "Occasion",
    "OnFailure",
    "Outbound",
    "OutboundAnswer",
    "Outcome",
    "Panel",
    "PeriodicTask",
    "PluginInfo",
    "PluginSettings",
    "Policy",
    "Presence",
    "PublicAuthor",
    "PublicComment",
    "Reads",
    "Replies",
    "Sends",
    "ServerInfo",
    "SettingsProblem",
    "Site",
    "SiteSettings",
    "Status",
    "Submission",
    "Thread",
    "ThreadState",
    "Verdict",
    "Votes",
    "WidgetError",
    "hookimpl",
    "joined",
    "say",
    "say_n",
    "sign_webhook",
    "try_again_in",
    "webhook_key",
]

__version__ = "0.1.0"

# A wheel carries plugins/ inside this package; a checkout keeps it beside. Either way it is
# imported as widget.plugins.
_here = Path(__file__).resolve().parent
if not (_here / "plugins").is_dir():
    __path__.append(str(_here.parent))
