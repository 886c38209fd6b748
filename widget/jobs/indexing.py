"""The search index, made for the comments that were there before it."""

import time
from collections.abc import Mapping
from typing import Any

from widget.publication.parts import Parts
from widget.store import jobs, search_index

#: The migration that made the index promised the first of these jobs.
INDEX_COMMENTS = "index_comments"
#: Comments in one transaction: others want to write, too.
_BATCH = 200
_SLICE_S = 5.0


def index_comments(parts: Parts, payload: Mapping[str, Any]) -> None:
    """Index comments below an id, the newest first, for some seconds; promise the rest."""
    below, until = int(payload["below"]), time.monotonic() + _SLICE_S
    while time.monotonic() < until:
        with parts.database.write() as session:
            last = search_index.index_below(session, below, _BATCH)
        if last is None:
            return
        below = last
    now = parts.now()
    with parts.database.write() as session:
        jobs.promise(session, INDEX_COMMENTS, {"below": below}, due=now, now=now)
