"""Log lines: one event, one line, whatever a field holds."""

import logging
import re

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class OneLine(logging.Formatter):
    """Writes control characters of a message as escapes, so that none begins a line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record; a traceback follows it on lines of its own."""
        line = super().formatMessage(record)
        return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode(), line)


def write_logs(level: str) -> None:
    """Write this process's log lines to standard error from now on."""
    stream = logging.StreamHandler()
    stream.setFormatter(OneLine(_FORMAT))
    logging.basicConfig(level=level, handlers=[stream], force=True)
    # Request lines of outgoing calls hold addresses of services with keys in their paths.
    for name in ("httpx", "httpcore", "alembic", "huey"):
        logging.getLogger(name).setLevel(logging.WARNING)
