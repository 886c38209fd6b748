"""Who signs in to the dashboard, and what each role may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody is: ``admin`` of the server, ``owner`` or ``moderator`` of one site."""

    ADMIN = "admin"
    OWNER = "owner"
    MODERATOR = "moderator"


class Right(StrEnum):
    """What there is to be allowed on a site."""

    MODERATE = "moderate"
    CONFIGURE = "configure"
    PEOPLE = "people"


#: What each role may do on a site.
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.OWNER: frozenset({Right.MODERATE, Right.CONFIGURE, Right.PEOPLE}),
    Role.MODERATOR: frozenset({Right.MODERATE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in. ``roles`` are those on single sites, by the site's id.

    ``actor`` names them in decisions. ``password_hash`` is ``None`` until one is set, and
    ``seen`` until they sign in.
    """

    id: int
    email: str = field(repr=False)
    is_admin: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)
    password_hash: str | None = field(default=None, repr=False)
    seen: datetime | None = None

    @property
    def actor(self) -> str:
        """Return how decisions name this person."""
        return f"person:{self.id}"

    def role_on(self, site_id: int) -> Role | None:
        """Return the role on a site, ``None`` where the site is none of theirs."""
        return Role.ADMIN if self.is_admin else self.roles.get(site_id)

    def may(self, right: Right, site_id: int) -> bool:
        """Tell whether this person has a right on a site."""
        role = self.role_on(site_id)
        return role is not None and right in RIGHTS[role]
