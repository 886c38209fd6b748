"""What a page's Content-Security-Policy lets it load (CSP Level 3 §6.7)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

_FALLBACKS = {
    "script": ("script-src-elem", "script-src", "default-src"),
    "connect": ("connect-src", "default-src"),
    "style": ("style-src-elem", "style-src", "default-src"),
}
_PORTS = {"http": 80, "https": 443}
_SOURCE = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*"
    r"|\[[0-9a-f:.]+\])(?::(?P<port>\d+|\*))?(?P<path>/[^?#]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Something that a page loads; ``nonce`` and ``integrity`` are those of its tag."""

    kind: str
    url: str
    nonce: str = ""
    integrity: str = ""
    #: Whether a script asks for it that the page let in, and not the page's own HTML.
    by_script: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. Several of a page hold all together."""

    directives: Mapping[str, Sequence[str]]

    def blocks(self, loaded: Loaded, page: str) -> str | None:
        """Return the directive that keeps a page from loading something, ``None`` if none does."""
        for name in _FALLBACKS[loaded.kind]:
            if name in self.directives:
                allowed = _allows(self.directives[name], loaded, page)
                return None if allowed else name
        return None


def policies(headers: Iterable[str]) -> list[Policy]:
    """Return the policies of header values, each of which may hold several."""
    parsed = [_directives(part) for header in headers for part in header.split(",")]
    return [Policy(directives) for directives in parsed if directives]


def _directives(policy: str) -> dict[str, Sequence[str]]:
    """Return the directives of a policy (CSP Level 3 §2.2.1).

    The first of one name counts, and one without a source allows nothing: libraries that write
    policies leave out the one and take the last of the other.
    """
    found: dict[str, Sequence[str]] = {}
    for words in (directive.split() for directive in policy.split(";")):
        if words:
            found.setdefault(words[0].lower(), tuple(words[1:]))
    return found


def _allows(sources: Sequence[str], loaded: Loaded, page: str) -> bool:
    words = [source.lower() for source in sources]
    trusted = _is_trusted(sources, loaded)
    if loaded.kind == "script" and "'strict-dynamic'" in words:
        # Hosts don't count any more: what a trusted script loads is trusted with it.
        return trusted or loaded.by_script
    return trusted or any(matches(source, loaded.url, page) for source in sources)


def _is_trusted(sources: Sequence[str], loaded: Loaded) -> bool:
    """Tell whether a tag is trusted. What a script imports has its nonce, but no integrity."""
    if loaded.nonce and f"'nonce-{loaded.nonce}'" in sources:
        return True
    hashes = {source.strip("'") for source in sources}
    return not loaded.by_script and bool(set(loaded.integrity.split()) & hashes)


def matches(source: str, url: str, page: str) -> bool:
    """Tell whether a source expression covers an address (CSP Level 3 §6.7.2.8)."""
    target, own = urlsplit(url), urlsplit(page)
    if source.lower() == "'self'":
        if (own.scheme, target.scheme) == ("http", "https"):
            return own.hostname == target.hostname
        return own.scheme == target.scheme and _place(own) == _place(target)
    if source.endswith(":") and "/" not in source:
        return _scheme_fits(source[:-1].lower(), target.scheme)
    found = _SOURCE.fullmatch(source)
    if found is None:
        return False
    scheme = (found["scheme"] or "").lower()
    fits = (
        _scheme_fits(scheme, target.scheme)
        if scheme
        else _own_or_upgraded(own.scheme, target.scheme)
    )
    return (
        fits
        and _name_fits(found["host"].lower(), target.hostname or "")
        and _port_fits(found["port"], target.scheme, target.port)
        and _path_fits(found["path"], target.path)
    )


def _scheme_fits(said: str, scheme: str) -> bool:
    return said == scheme or (said, scheme) == ("http", "https")


def _own_or_upgraded(own: str, scheme: str) -> bool:
    """Tell whether a source that names no scheme covers one: the page's own, or the secure one."""
    return scheme in {own, "https"}


def _place(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or _PORTS.get(url.scheme, 0)


def _name_fits(said: str, host: str) -> bool:
    if said == "*":
        return True
    return host.endswith(said[1:]) if said.startswith("*.") else host == said.strip("[]")


def _port_fits(said: str | None, scheme: str, port: int | None) -> bool:
    actual = port or _PORTS.get(scheme, 0)
    if said is None:
        return actual == _PORTS.get(scheme)
    return said == "*" or int(said) == actual or (said, actual) == ("80", 443)


def _path_fits(said: str | None, path: str) -> bool:
    if not said or said == "/":
        return True
    said, path = unquote(said), unquote(path or "/")
    return path.startswith(said) if said.endswith("/") else path == said
