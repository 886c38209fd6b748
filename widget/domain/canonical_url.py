"""One page, one URL: what of an address names the page, and what only names the visit."""

from urllib.parse import unquote_plus

from yarl import URL

from widget.domain.errors import FieldError, Invalid

MAX_LENGTH = 2048
#: What a browser cuts from both ends of an address (WHATWG URL §4.4); not other white space.
_BLANKS = "".join(chr(code) for code in range(0x21))

#: Query parameters that campaigns and social networks add to a visit. Only names that mean
#: nothing else anywhere: merging two pages is worse than splitting one.
TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "twclid",
        "ttclid",
        "yclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "wickedid",
        "s_cid",
        "rb_clickid",
    ]
)
TRACKING_PREFIXES = ("utm_", "mtm_", "pk_campaign", "pk_kwd", "pk_source", "pk_medium")


def canonical_url(url: str) -> str:
    """Return the address under which the page is known.

    Scheme and host in lower case, the host in its ASCII form (RFC 3490), percent-encoding and
    dot segments normalised (RFC 3986 §6.2.2), no default port, fragment or tracking parameter.
    What can name another page is kept as it is: path case, trailing slash, query order.

    Raises:
        Invalid: for anything but an http(s) URL with a host and without user information.
    """
    if len(url) > MAX_LENGTH:
        raise _invalid(f"The address of the page is longer than {MAX_LENGTH} characters.")
    try:
        page = URL(url.strip(_BLANKS))
        host = (page.raw_host or "").rstrip(".").lower()
        port = page.port
    except ValueError as error:
        raise _invalid("The address of the page can't be read.") from error
    if page.scheme not in ("http", "https") or not host:
        raise _invalid("The address of the page must begin with http:// or https://.")
    if page.raw_user is not None or page.raw_password is not None:
        raise _invalid("The address of the page must not carry a user name or a password.")
    return str(
        URL.build(
            scheme=page.scheme,
            host=f"[{host}]" if ":" in host else host,
            port=None if page.is_default_port() else port,
            path=page.raw_path or "/",
            query_string=_without_tracking(page.raw_query_string),
            encoded=True,
        )
    )


def page_key(canonical: str) -> str:
    """Return what identifies the page of a canonical URL: all of it but the scheme."""
    return canonical.split("://", 1)[1]


def _without_tracking(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _is_tracking(part)]
    return "&".join(kept)


def _is_tracking(part: str) -> bool:
    name = unquote_plus(part.split("=", 1)[0]).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _invalid(message: str) -> Invalid:
    return Invalid([FieldError("url", message)])
