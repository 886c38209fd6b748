"""What somebody should think of before they ban."""

from dataclasses import dataclass

from widget.domain.ban import Ban, BanKind, address_digits, network_range
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import people
from widget.store.authored import Wrote

#: From so many authors on somebody is told that a ban is of all of them.
MANY = 2


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to think of; the screen has the words: own_address, person, people, many."""

    what: str
    address: str = ""
    authors: int = 0


def warnings_of(
    parts: Parts, site: Site, ban: Ban, address: str | None, wrote: Wrote
) -> list[Warned]:
    """Return what is odd about a ban that somebody asks for from an address."""
    if ban.kind is BanKind.NETWORK:
        found = _of_network(ban, address)
    elif ban.kind is BanKind.DOMAIN:
        found = _of_domain(parts, site, ban)
    else:
        found = _of_email(parts, ban)
    if ban.kind is not BanKind.EMAIL and wrote.authors >= MANY:
        found.append(Warned("many", authors=wrote.authors))
    return found


def _of_network(ban: Ban, address: str | None) -> list[Warned]:
    digits = address_digits(address)
    first, last = network_range(ban.value)
    is_own = digits is not None and first <= digits <= last
    return [Warned("own_address", address=address or "")] if is_own else []


def _of_email(parts: Parts, ban: Ban) -> list[Warned]:
    with parts.database.read() as session:
        is_known = people.find_person(session, parts.keys, ban.value) is not None
    return [Warned("person")] if is_known else []


def _of_domain(parts: Parts, site: Site, ban: Ban) -> list[Warned]:
    """Look at who works on the site only: of others a moderator isn't told."""
    with parts.database.read() as session:
        known = people.list_people(session, parts.keys)
    own = (person for person in known if person.is_admin or site.id in person.roles)
    hosts = (person.email.rpartition("@")[2].casefold() for person in own)
    is_theirs = any(f".{host}".endswith(f".{ban.value}") for host in hosts)
    return [Warned("people")] if is_theirs else []
