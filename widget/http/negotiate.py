"""Content codings and validators (RFC 9110 §12.5.3 and §13.1.2)."""

from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

#: The codings that snapshots are kept in, the best first.
CODINGS = ("br", "gzip")


@lru_cache(maxsize=256)
def coding_for(accept_encoding: str) -> str:
    """Return the best coding that a client takes; ``identity`` where it takes no other."""
    accepted: Accept = parse_accept_header(accept_encoding, Accept)
    best, best_quality = "identity", 0.0
    for coding in CODINGS:
        quality = accepted.quality(coding)
        if quality > best_quality:
            best, best_quality = coding, quality
    return best


def matches(if_none_match: str, etag: str) -> bool:
    """Tell whether a client has this version already (weak comparison)."""
    if if_none_match.strip() == "*":
        return True
    opaque = etag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == opaque for part in if_none_match.split(","))
