"""The real pipeline over the real host, in memory: what becomes of a submission, and why."""

from collections.abc import Callable
from datetime import datetime

from widget.domain.plugin import ServerInfo
from widget.domain.submission import History, Submission
from widget.domain.trail import Judgement
from widget.moderation.pipeline import Patience, judge, prepare
from widget.testing.host import Host, Settings
from widget.testing.stand_ins import Clock
from widget.testing.values import a_history

#: Longest time for all plugins together, seconds, as a server has it by default.
LIMIT_S = 4.0


class Pipeline:
    """Call it with a submission for the judgement, whose ``entries`` are the trail.

    ``settings`` are by the plugin's name; whatever they don't say is as by default, and each
    plugin is on. What happens to plugins is in ``widget.testing.host``: one that raises, is late
    or answers nonsense holds the comment, as on a server.
    """

    def __init__(
        self,
        *plugins: object,
        settings: Settings | None = None,
        server: ServerInfo | None = None,
        limit_s: float = LIMIT_S,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._host = Host(plugins, settings, server)
        self._limit_s = limit_s
        self._now = now or Clock()

    def __call__(self, submission: Submission, history: History | None = None) -> Judgement:
        """Prepare and judge a submission; the author's history is empty unless one is given."""
        patience = Patience(self._limit_s)
        prepared = prepare(self._host, submission, patience)
        return judge(self._host, prepared, history or a_history(), patience, self._now())

    def prepared(self, submission: Submission) -> Submission:
        """Return the submission as the plugins change it before it is judged."""
        return prepare(self._host, submission, Patience(self._limit_s)).submission
