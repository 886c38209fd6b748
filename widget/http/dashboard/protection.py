"""What keeps the dashboard from being used by other pages: origin, tokens, headers, cookies."""

from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.wrappers import Response

from widget.domain.errors import OriginNotAllowed

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Flask's own session holds the forms' token and nothing that says who somebody is.
FORM_COOKIE = "comment_widget_form"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS = "max-age=31536000"


def add_headers(response: Response, *, is_https: bool) -> None:
    """Put the dashboard's headers on an answer, whatever it is."""
    response.headers.update(HEADERS)
    if is_https:
        response.headers["Strict-Transport-Security"] = HSTS


def configure(app: Flask, *, is_https: bool) -> None:
    """Set the cookie and the life of the forms' token."""
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(FORM_COOKIE, is_https=is_https),
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # Only the dashboard asks for tokens: the public API has no cookie to be borrowed.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A queue stays open for a day; the token lives as long as its session does.
        WTF_CSRF_TIME_LIMIT=None,
        # ``check_origin`` is stricter, and right behind a proxy, too.
        WTF_CSRF_SSL_STRICT=False,
    )


def cookie_name(name: str, *, is_https: bool) -> str:
    """Return the cookie's name; ``__Host-`` binds it to this host alone (RFC 6265bis)."""
    return f"__Host-{name}" if is_https else name


def check_origin(request: Request, public_url: str) -> None:
    """Let a change pass only from a page of this server.

    Every browser says the origin of what it posts. Where the server's address was configured it
    must be that one, else the host that the request itself was sent to.

    Raises:
        OriginNotAllowed: for a foreign, a missing or a ``null`` origin.
    """
    origin = request.headers.get("Origin", "")
    fetch_site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if fetch_site == "same-origin" and _is_own(origin, public_url, request.host):
        return
    raise OriginNotAllowed("This was not sent from a page of this server, so nothing was done.")


def _is_own(origin: str, public_url: str, host: str) -> bool:
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    if asked.scheme not in ("http", "https") or not asked.netloc:
        return False
    if public_url:
        own = urlsplit(public_url)
        return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
    return asked.netloc == host
