"""The parts of a running server, joined once by ``widget.app`` and handed to what needs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from widget.config import Config
from widget.domain.edit_token import EditTokens
from widget.languages.languages import Languages
from widget.plugin_host.plugins import Plugins
from widget.snapshot.cache import Snapshots
from widget.snapshot.read import Reader
from widget.store.database import Database
from widget.store.keys import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that a stage of a comment's way may need.

    ``markdown`` turns a source into HTML, ``sanitise`` makes any HTML harmless, ``tokens`` signs
    edit tokens, ``now`` is the clock, in UTC.
    """

    config: Config
    database: Database
    keys: KeyRing
    plugins: Plugins
    snapshots: Snapshots
    reader: Reader
    tokens: EditTokens
    languages: Languages
    markdown: Callable[[str], str]
    sanitise: Callable[[str], str]
    now: Callable[[], datetime]
