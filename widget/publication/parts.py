"""The parts of a running server, joined once by ``widget.app`` and handed to what needs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from widget.config import Config
from widget.domain.edit_token import EditTokens
from widget.domain.mail_tokens import MailTokens
from widget.languages.languages import Languages
from widget.outbound.mail import Open
from widget.plugin_host.plugins import Plugins
from widget.rendering.mail import MailTemplates
from widget.snapshot.cache import Snapshots
from widget.snapshot.read import Reader
from widget.store.database import Database
from widget.store.keys import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that a stage of a comment's way may need.

    ``markdown`` turns a source into HTML, ``sanitise`` makes any HTML harmless, ``tokens`` signs
    edit tokens and ``mail_tokens`` those in mails, ``now`` is the clock, in UTC. ``mail`` opens the
    way of mails out of the server, ``None`` where it sends none; ``letters`` lays them out.
    ``limits_url`` is where limits are counted together with the other processes of this machine.
    """

    config: Config
    database: Database
    keys: KeyRing
    plugins: Plugins
    snapshots: Snapshots
    reader: Reader
    tokens: EditTokens
    mail_tokens: MailTokens
    mail: Open | None
    limits_url: str
    letters: MailTemplates
    languages: Languages
    markdown: Callable[[str], str]
    sanitise: Callable[[str], str]
    now: Callable[[], datetime]
