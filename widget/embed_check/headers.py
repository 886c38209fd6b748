"""Whether the page's own rules let the box load: Content-Security-Policy, COEP."""

import re
from collections.abc import Iterable, Iterator, Sequence

from widget.embed_check.csp import Loaded, Policy, policies
from widget.embed_check.finding import Finding, error, fine, warning
from widget.embed_check.page import OwnersPage
from widget.embed_check.server import Server

_HEADER, _REPORTED = "content-security-policy", "content-security-policy-report-only"
_THEMES = "/static/themes/"
#: What a policy in <meta> can't say (CSP Level 3 §4.2.1): browsers leave it out.
_NOT_IN_META = frozenset({"sandbox", "frame-ancestors", "report-uri"})
_WHAT = {
    "script": "The page's Content-Security-Policy keeps {url} from being loaded ({directive}).",
    "connect": "The page's Content-Security-Policy keeps the box from reading the comments "
    "({directive}).",
    "style": "The page's Content-Security-Policy keeps the stylesheet {url} from being loaded "
    "({directive}).",
}


def check_headers(page: OwnersPage, server: Server) -> Iterator[Finding]:
    """Say what of the box the page's headers keep away."""
    values = page.fetched.headers.get_list(_HEADER)
    enforced = [*policies(values), *_in_meta(page.metas)]
    if not enforced:
        yield fine("The page has no Content-Security-Policy.")
    wanted = list(_loaded(page, server))
    found = list(_blocked(enforced, wanted, page.fetched.url, server))
    yield from found
    if enforced and not found:
        yield fine("The page's Content-Security-Policy lets the box load.")
    reported = policies(page.fetched.headers.get_list(_REPORTED))
    if any(_blocked(reported, wanted, page.fetched.url, server)):
        yield warning(
            "A Content-Security-Policy that is only reported yet would keep the box away.",
            "Add this server to it before it is enforced.",
            _enough(server),
        )
    yield from _embedder(page)


def _in_meta(values: Sequence[str]) -> list[Policy]:
    return [
        Policy({k: v for k, v in policy.directives.items() if k not in _NOT_IN_META})
        for policy in policies(values)
    ]


def _loaded(page: OwnersPage, server: Server) -> Iterator[Loaded]:
    tag = page.scripts[0] if page.scripts else None
    yield Loaded(
        kind="script",
        url=page.address(tag.get("src")) if tag else server.script,
        nonce=tag.get("nonce") if tag else "",
        integrity=tag.get("integrity") if tag else "",
    )
    nonce = tag.get("nonce") if tag else ""
    yield Loaded(kind="script", url=f"{server.url}/static/box.js", by_script=True, nonce=nonce)
    yield Loaded(kind="connect", url=f"{server.url}/api/v1/thread", by_script=True)
    css = page.said("data-css")
    if css:
        is_theme = re.fullmatch("[a-z]+", css)
        theme = f"{server.url}{_THEMES}{css}.css"
        yield Loaded(kind="style", url=theme if is_theme else page.address(css))


def _blocked(
    rules: Iterable[Policy], wanted: Sequence[Loaded], page: str, server: Server
) -> Iterator[Finding]:
    for policy in rules:
        yield from _sandboxed(policy)
        told = set()
        for loaded in wanted:
            directive = policy.blocks(loaded, page)
            if directive is not None and (loaded.kind, directive) not in told:
                told.add((loaded.kind, directive))
                title = _WHAT[loaded.kind].format(url=loaded.url, directive=directive)
                yield error(title, f"Add this server to {directive}.", _enough(server))


def _sandboxed(policy: Policy) -> Iterator[Finding]:
    sandbox = policy.directives.get("sandbox")
    if sandbox is None:
        return
    if "allow-scripts" not in sandbox:
        yield error("The page is sandboxed without scripts.", "Add allow-scripts to sandbox.")
    if "allow-same-origin" not in sandbox:
        yield error(
            "The page is sandboxed without an origin: no comments can be sent from it.",
            "Add allow-same-origin to sandbox.",
        )


def _enough(server: Server) -> str:
    return f"script-src {server.url}; connect-src {server.url}"


def _embedder(page: OwnersPage) -> Iterator[Finding]:
    if page.fetched.headers.get("cross-origin-embedder-policy"):
        # The script and its modules say that any page may have them.
        yield fine("The page's Cross-Origin-Embedder-Policy lets the box load.")
