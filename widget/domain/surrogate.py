"""Surrogate keys: the names under which a CDN keeps answers, to forget them when told.

Sent as ``Surrogate-Key`` (separated by spaces) and ``Cache-Tag`` (by commas), as CDNs read them.
"""

import hashlib

#: In the place of a thread's key: what is about several threads, as counts and a site's feed.
SEVERAL = ""


def site_surrogate(site: str) -> str:
    """Return the name of everything of a site that a shared cache may keep."""
    return f"comments-{site}"


def thread_surrogate(site: str, thread: str) -> str:
    """Return the name of a thread's pages; ``thread`` is its key, or ``SEVERAL``."""
    return f"comments-{site}-{hashlib.sha256(thread.encode()).hexdigest()[:16]}"
