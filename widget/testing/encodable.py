"""Reports of tests that can be written: hostile text is full of what no encoding takes.

A lone surrogate in a message or a log line that pytest captured stops a whole run where it is sent
from process to process, as pytest-xdist does.
"""

import logging
from collections.abc import Callable


def encodable(text: str) -> str:
    """Return the text with escapes in place of what can't be encoded."""
    return text.encode("utf-8", "backslashreplace").decode()


class EncodableLogs:
    """While it is on, the message of every log record can be encoded."""

    def __init__(self) -> None:
        self._before: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()

    def switch_on(self) -> None:
        """Make records so from now on."""
        self._before = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._make)

    def switch_off(self) -> None:
        """Make records as before."""
        logging.setLogRecordFactory(self._before)

    def _make(self, *arguments: object, **named: object) -> logging.LogRecord:
        record = self._before(*arguments, **named)
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that don't fit: logging tells of it later
            return record
        if encodable(message) != message:
            record.msg, record.args = encodable(message), ()
        return record
