"""House rules: readers tick that they have read the rules of the house before they post.

An example of what a plugin adds to a page and to the dashboard:

* a field of the reader's form, whose answer comes back with the submission;
* a notice under the form;
* a refusal that the reader is told at that very field;
* a fact that is kept with the comment;
* a panel with counts. They lie in the plugin's memory, so that all processes of a server count
  together: each has a key of its own for each day, and none writes over another's numbers.
"""

import json
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from pydantic import Field
from widget import (
    FieldType,
    FormField,
    FormLink,
    FormNotice,
    Memory,
    Mode,
    Occasion,
    Panel,
    PluginInfo,
    PluginSettings,
    ServerInfo,
    Site,
    Submission,
    Verdict,
    WidgetError,
    hookimpl,
)

log = logging.getLogger("comment_widget.plugins.house_rules")

NAME = "house_rules"
LABEL = "I have read the house rules"
MESSAGE = "Please read the house rules first, and tick the box."
#: What an HTML form sends for a ticked box. JSON clients send ``true``.
TICKED = frozenset({"on", "true", "1"})
DAYS = 30
#: Keys that are added up at most: a day has one for each process that counted on it.
MAX_KEYS = 2000


class HouseRulesSettings(PluginSettings):
    """The settings of one site; it asks nothing until it has an address."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (asked, but never enforced) or on.")
    address: str = Field(
        "",
        max_length=500,
        pattern="^(https://.*)?$",
        description="Address of the house rules; empty asks for nothing.",
    )
    label: str = Field(
        LABEL, min_length=1, max_length=200, description="The words beside the checkbox."
    )


class HouseRules:
    """The plugin, and what this process has counted today."""

    def __init__(self) -> None:
        self._memory: Memory | None = None
        self._process = secrets.token_hex(8)
        self._counts: dict[tuple[int, str], Counter[str]] = {}
        self._lock = threading.Lock()

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name=NAME,
            version="1.0",
            description="Asks readers whether they have read the house rules.",
            order=10,
            requires=">=1.0,<2",
            reads=(),  # its own field's answer it gets anyway
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return HouseRulesSettings

    @hookimpl
    def start_plugin(self, server: ServerInfo) -> None:
        """Take the memory that this plugin has in the server's database."""
        self._memory = server.memory

    @hookimpl
    def form_fields(self, settings: HouseRulesSettings) -> Sequence[FormField]:
        """Return the checkbox, where there are rules."""
        if not settings.address:
            return []
        link = FormLink(href=settings.address, text="The house rules")
        kind = FieldType.CHECKBOX
        return [FormField(name=NAME, type=kind, label=settings.label, required=True, link=link)]

    @hookimpl
    def form_notices(self, settings: HouseRulesSettings) -> Sequence[FormNotice]:
        """Return a sentence with a link to the rules, where there are any."""
        if not settings.address:
            return []
        link = f'<a href="{escape(settings.address)}">house rules</a>'
        return [FormNotice(html=f"Whoever writes here keeps to the {link}.")]

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: HouseRulesSettings
    ) -> Verdict | None:
        """Refuse a new comment without the tick, at the field: the reader can mend it."""
        if not settings.address or submission.occasion is not Occasion.NEW:
            return None
        agreed = _agreed(submission)
        self._count(submission.site.id, "agreed" if agreed else "refused", submission.at)
        if agreed:
            return None
        reason = "The reader did not tick that they have read the house rules."
        return Verdict.reject(reason, message=MESSAGE, field=NAME)

    @hookimpl
    def record_submission(
        self, submission: Submission, settings: HouseRulesSettings
    ) -> Mapping[str, object] | None:
        """Keep with the comment which rules were agreed to."""
        if not settings.address or submission.occasion is not Occasion.NEW:
            return None
        return {"agreed": _agreed(submission), "rules": settings.address}

    @hookimpl
    def dashboard_panel(self, site: Site) -> Panel:
        """Show how many ticked the box in the last days, and how many were refused."""
        counts = self._counted(site.id, datetime.now(UTC))
        rows = "".join(
            f"<tr><td>{words}</td><td>{counts[name]}</td></tr>"
            for name, words in (("agreed", "Had read the rules"), ("refused", "Were refused"))
        )
        return Panel(f"House rules, the last {DAYS} days", f"<table>{rows}</table>")

    def _count(self, site_id: int, what: str, at: datetime) -> None:
        day = at.date().isoformat()
        with self._lock:
            # The days before are in the memory by now.
            for old in [key for key in self._counts if key[1] < day]:
                del self._counts[old]
            counts = self._counts.setdefault((site_id, day), Counter())
            counts[what] += 1
            if self._memory is None:
                return
            value = json.dumps(counts).encode()
            try:
                key = f"{day}/{self._process}"
                self._memory.write(site_id, {key: value}, keep_days=DAYS)
            except WidgetError as error:  # a busy database is no reason to hold a comment
                log.warning("a count was not kept: %s", error)

    def _counted(self, site_id: int, now: datetime) -> Counter[str]:
        if self._memory is None:
            return Counter()
        first = (now - timedelta(days=DAYS)).date().isoformat()
        kept = self._memory.find(site_id, "", MAX_KEYS)
        counts: Counter[str] = Counter()
        for key, value in kept.items():
            if key >= first:
                counts.update(json.loads(value))
        return counts


def plugin() -> HouseRules:
    """Return a fresh instance of the plugin."""
    return HouseRules()


def _agreed(submission: Submission) -> bool:
    """Tell whether the answer is a clear yes; whatever else it is, it is none."""
    answer = submission.answers.get(NAME)
    if isinstance(answer, str):
        return answer.strip().lower() in TICKED
    return answer is True
