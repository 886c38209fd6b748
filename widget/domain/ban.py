"""Bans: who may not write on a site, for a time or for good."""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

import idna
from email_validator import EmailNotValidError, validate_email

from widget.domain.comment import Author
from widget.domain.errors import FieldError, Invalid
from widget.domain.submission import Submission

#: The name under which a ban stands on a comment's trail; no plugin can have it.
NAME = "ban"
#: The widest networks that are banned at once: more are whole countries.
WIDEST = {4: 8, 6: 16}


class BanKind(StrEnum):
    """What a ban is of: an email, a domain of emails and websites, or a network."""

    EMAIL = "email"
    DOMAIN = "domain"
    NETWORK = "network"


class BanAct(StrEnum):
    """What becomes of what somebody who is banned writes."""

    REJECT = "reject"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """A ban on one site. It counts until ``until``, ``None`` for good, or until it is ``ended``.

    ``reason`` is for moderators; ``message`` is what the reader is told, the usual words if empty.
    """

    id: int
    site_id: int
    kind: BanKind
    value: str = field(repr=False)
    act: BanAct
    reason: str
    message: str
    actor: str
    created: datetime
    until: datetime | None
    ended: datetime | None

    def counts(self, now: datetime) -> bool:
        """Tell whether it counts: it neither was ended nor is its time over."""
        return self.ended is None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """By what somebody may be banned; ``digits`` are addresses as ``address_digits`` has them."""

    email: str | None = field(default=None, repr=False)
    domains: frozenset[str] = field(default=frozenset(), repr=False)
    digits: frozenset[str] = field(default=frozenset(), repr=False)

    def __or__(self, other: "Whom") -> "Whom":
        """Return who is banned where one of the two is; of two emails the first counts."""
        return Whom(
            email=self.email or other.email,
            domains=self.domains | other.domains,
            digits=self.digits | other.digits,
        )


def whom_of(submission: Submission) -> Whom:
    """Return by what the author of a submission may be banned."""
    return whom(submission.author, submission.address)


def whom(author: Author, *addresses: str | None) -> Whom:
    """Return by what an author at some addresses may be banned."""
    digits = (address_digits(address) for address in addresses)
    return Whom(
        email=author.email,
        domains=frozenset(domains_of(author)),
        digits=frozenset(one for one in digits if one is not None),
    )


def ban_value(kind: BanKind, text: str) -> str:
    """Return what is banned in the one form in which it is compared.

    An email has its domain in lower case; a domain is its ASCII form (RFC 5891), without a dot in
    front; a network is written with its prefix, an address alone is itself, IPv6 by its /64.

    Raises:
        Invalid: where it is none of its kind, or wider than is banned at once.
    """
    written = text.strip()
    try:
        match kind:
            case BanKind.EMAIL:
                checked = validate_email(written, check_deliverability=False)
                return checked.normalized.casefold()
            case BanKind.DOMAIN:
                return _domain(written)
            case BanKind.NETWORK:
                return _network(written)
    except (EmailNotValidError, idna.IDNAError, ValueError) as error:
        words = {
            BanKind.EMAIL: "This is not an email address.",
            BanKind.DOMAIN: "This is not a domain, as example.org.",
            BanKind.NETWORK: "This is not an address or network, as 203.0.113.0/24.",
        }[kind]
        raise Invalid([FieldError("value", words)]) from error


def network_range(value: str) -> tuple[str, str]:
    """Return the first and last address of a network as digits that sort as they count."""
    network = ipaddress.ip_network(value)
    return _digits(network.network_address), _digits(network.broadcast_address)


def is_about(ban: Ban, text: str) -> bool:
    """Tell whether somebody who looks for a text means a ban.

    That is where the text is in its value or reason, or is an address or email that falls under it.
    """
    sought = text.strip().casefold()
    if sought in ban.value.casefold() or sought in ban.reason.casefold():
        return True
    match ban.kind:
        case BanKind.NETWORK:
            digits = address_digits(sought)
            first, last = network_range(ban.value)
            return digits is not None and first <= digits <= last
        case BanKind.DOMAIN:
            host = sought.rpartition("@")[2]
            return host.endswith(f".{ban.value}") or host == ban.value
        case BanKind.EMAIL:
            return False


def readers_of(value: str, most: int) -> list[str]:
    """Return the readers of a network: its IPv4 addresses, or the /64s of an IPv6 one.

    None are returned where there are more than ``most``, or where it is only a part of one.
    """
    network = ipaddress.ip_network(value)
    each = 32 if network.version == 4 else 64
    if network.prefixlen > each or 1 << (each - network.prefixlen) > most:
        return []
    return [str(one.network_address) for one in network.subnets(new_prefix=each)]


def address_digits(address: str | None) -> str | None:
    """Return a reader's address as ``network_range`` has it, ``None`` for what is no address."""
    try:
        read = ipaddress.ip_address((address or "").split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    return _digits(read)


def domains_of(author: Author) -> set[str]:
    """Return the domains of an author's email and website, and those above them."""
    names: set[str] = set()
    for host in (email_domain(author), website_host(author)):
        try:
            labels = _domain(host).split(".")
        except (idna.IDNAError, ValueError):
            continue
        names.update(".".join(labels[start:]) for start in range(len(labels)))
    return names


def email_domain(author: Author) -> str:
    """Return where an author has their mail, an empty text where that isn't known."""
    return author.email.rpartition("@")[2] if author.email else ""


def website_host(author: Author) -> str:
    """Return the host of an author's website, an empty text where there is none."""
    return (urlsplit(author.website).hostname or "") if author.website else ""


@lru_cache(4096)
def _domain(text: str) -> str:
    name = text.strip().lower().removeprefix("*.").strip(".")
    ascii_name = idna.encode(name, uts46=True).decode()
    if "." not in ascii_name:
        raise ValueError("a top-level domain")
    return ascii_name


def _network(text: str) -> str:
    if "/" not in text:
        address = ipaddress.ip_address(text)
        if address.version == 4:
            return f"{address}/32"
        if address.ipv4_mapped:
            return f"{address.ipv4_mapped}/32"
        return str(ipaddress.ip_network((address, 64), strict=False))
    network = _unmapped(ipaddress.ip_network(text, strict=False))
    if network.prefixlen < WIDEST[network.version]:
        width = WIDEST[network.version]
        raise Invalid([FieldError("value", f"A network is banned from /{width} on, not wider.")])
    return str(network)


def _unmapped(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return the IPv4 network that one of mapped addresses (RFC 4291 §2.5.5.2) stands for."""
    first = network.network_address
    if isinstance(first, ipaddress.IPv6Address) and first.ipv4_mapped and network.prefixlen >= 96:
        return ipaddress.ip_network((first.ipv4_mapped, network.prefixlen - 96))
    return network


def _digits(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return an address as digits that sort as it counts, those of each version apart."""
    width = 8 if address.version == 4 else 32
    return f"{address.version}{int(address):0{width}x}"
