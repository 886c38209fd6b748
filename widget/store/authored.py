"""What somebody wrote on a site: found by an index, or among the newest comments."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from widget.domain.ban import BanKind, address_digits, domains_of, network_range, readers_of
from widget.domain.comment import Author, Comment, Status
from widget.domain.site import Site
from widget.domain.sweep import KnownBy
from widget.store import comments
from widget.store.comments import comment_of, hash_address, hash_email
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import CommentRow

#: For what no index knows, a domain or a wide network, so many of the newest comments are read.
LOOKED_THROUGH = 10_000
#: Networks of at most so many readers are found by the index of addresses.
_READERS = 256
_PAGE = 500
#: More different authors than so many aren't counted.
MOST_AUTHORS = 1000
#: An expression, so that databases go by the hashes and not along all comments of a status.
_STATUS = func.coalesce(CommentRow.status, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose comments are meant: those of some hashes, or from ``begin`` on those of a target."""

    site_id: int
    known_by: KnownBy
    hashes: tuple[str, ...] = field(default=(), repr=False)
    target: str = field(default="", repr=False)
    begin: int = 0

    @property
    def is_looked_for(self) -> bool:
        """Tell whether no index knows them, so that the newest comments are read."""
        return not self.hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """How many comments somebody wrote, by status, and how many authors these are."""

    by_status: Mapping[Status, int]
    authors: int

    def of(self, statuses: AbstractSet[Status]) -> int:
        """Return how many there are of some statuses."""
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def kept(self) -> int:
        """Return how many there are that weren't deleted."""
        return self.of(frozenset(Status) - {Status.DELETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some comments in the order in which they came; ``after`` is where the next begin."""

    ids: Sequence[int]
    after: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Trace:
    """What a comment keeps of who sent it."""

    id: int
    status: str
    name: str | None
    email: bytes | None = field(repr=False)
    email_hash: str | None
    website: str | None
    address: str | None = field(repr=False)
    address_hash: str | None


def author_of(session: Session, site_id: int, comment_id: int) -> Whose | None:
    """Return whose a comment is: known by the email, else by the address while it is whole."""
    row = session.get(CommentRow, comment_id)
    if row is None or row.site_id != site_id:
        return None
    if row.email_hash:
        return Whose(site_id=site_id, known_by=KnownBy.EMAIL, hashes=(row.email_hash,))
    if row.address_hash:
        return Whose(site_id=site_id, known_by=KnownBy.ADDRESS, hashes=(row.address_hash,))
    return None


def whose_email(keys: KeyRing, site: Site, email: str) -> Whose:
    """Return whose the comments of an email are."""
    hashed = hash_email(keys, site, email)
    return Whose(site_id=site.id, known_by=KnownBy.EMAIL, hashes=(hashed,))


def whose_banned(session: Session, keys: KeyRing, site: Site, kind: BanKind, value: str) -> Whose:
    """Return whose comments a ban of this would have caught; the value is in its one form."""
    if kind is BanKind.EMAIL:
        return whose_email(keys, site, value)
    if kind is BanKind.DOMAIN:
        begin = _begin(session, site.id)
        return Whose(site_id=site.id, known_by=KnownBy.DOMAIN, target=value, begin=begin)
    readers = readers_of(value, _READERS)
    if readers:
        hashes = tuple(hash_address(keys, site, one) for one in readers)
        known_by = KnownBy.ADDRESS if len(hashes) == 1 else KnownBy.NETWORK
        return Whose(site_id=site.id, known_by=known_by, hashes=hashes)
    begin = _begin(session, site.id)
    return Whose(site_id=site.id, known_by=KnownBy.NETWORK, target=value, begin=begin)


def newest_id(session: Session) -> int:
    """Return the id of the newest comment of the server, 0 where there is none."""
    return session.scalar(select(func.max(CommentRow.id))) or 0


def look(session: Session, keys: KeyRing, whose: Sequence[Whose], through: int) -> list[Wrote]:
    """Return, for each, how many comments there are up to an id.

    However many are looked for among the newest comments, these are read once.
    """
    looked_for = [one for one in whose if one.is_looked_for]
    found = _counted(session, keys, looked_for, through) if looked_for else {}
    return [found[one] if one.is_looked_for else _by_index(session, one, through) for one in whose]


def next_batch(
    session: Session,
    keys: KeyRing,
    whose: Whose,
    statuses: AbstractSet[Status],
    span: tuple[int, int],
) -> Batch:
    """Return the next comments of some statuses, of ids above the first and up to the second."""
    after, through = span
    if whose.is_looked_for:
        rows = _page(session, whose, max(after, whose.begin), through)
        seen = _Seen(keys)
        ids = [row.id for row in rows if row.status in statuses and seen.is_of(row, whose)]
        end = rows[-1].id if rows else through
        return Batch(ids=ids, after=end, is_last=len(rows) < _PAGE)
    own, wanted = _own(whose, through), _STATUS.in_(statuses)
    found = select(CommentRow.id).where(*own, CommentRow.id > after, wanted)
    ids = list(session.scalars(found.order_by(CommentRow.id).limit(_PAGE)))
    return Batch(ids=ids, after=ids[-1] if ids else through, is_last=len(ids) < _PAGE)


def newest_of(
    session: Session,
    keys: KeyRing,
    whose: Whose,
    statuses: AbstractSet[Status],
    through: int,
    limit: int = 5,
) -> list[Comment]:
    """Return the newest of the comments that are meant, up to an id."""
    if whose.is_looked_for:
        seen = _Seen(keys)
        ids = heapq.nlargest(
            limit,
            (
                row.id
                for row in _pages(session, whose, through)
                if row.status in statuses and seen.is_of(row, whose)
            ),
        )
    else:
        wanted = _STATUS.in_(statuses)
        found = select(CommentRow.id).where(*_own(whose, through), wanted)
        ids = list(session.scalars(found.order_by(CommentRow.id.desc()).limit(limit)))
    rows = session.scalars(select(CommentRow).where(CommentRow.id.in_(ids)))
    return [comment_of(row, keys) for row in sorted(rows, key=lambda row: -row.id)]


def _own(whose: Whose, through: int) -> tuple[ColumnElement[bool], ...]:
    by_email = whose.known_by is KnownBy.EMAIL
    column = CommentRow.email_hash if by_email else CommentRow.address_hash
    # One hash is asked for as such: then an index gives its comments in the order of ids.
    has_hash = column == whose.hashes[0] if len(whose.hashes) == 1 else column.in_(whose.hashes)
    return CommentRow.site_id == whose.site_id, has_hash, CommentRow.id <= through


def _by_index(session: Session, whose: Whose, through: int) -> Wrote:
    own = _own(whose, through)
    counted = select(_STATUS, func.count()).where(*own).group_by(_STATUS)
    by_status = {Status(status): count for status, count in session.execute(counted)}
    if whose.known_by is KnownBy.EMAIL:
        return Wrote(by_status=by_status, authors=1 if by_status else 0)
    name = func.coalesce(CommentRow.email_hash, CommentRow.name, "")
    names = select(name).distinct().where(*own).limit(MOST_AUTHORS).subquery()
    authors = session.scalar(select(func.count()).select_from(names)) or 0
    return Wrote(by_status=by_status, authors=authors)


def _counted(
    session: Session, keys: KeyRing, whose: Sequence[Whose], through: int
) -> dict[Whose, Wrote]:
    counts = {one: Counter[Status]() for one in whose}
    authors: dict[Whose, set[str]] = {one: set() for one in whose}
    seen = _Seen(keys)
    for row in _pages(session, whose[0], through):
        for one in whose:
            if seen.is_of(row, one):
                counts[one][Status(row.status)] += 1
                authors[one].add(row.email_hash or row.name or "")
    return {
        one: Wrote(by_status=counts[one], authors=min(MOST_AUTHORS, len(authors[one])))
        for one in whose
    }


def _begin(session: Session, site_id: int) -> int:
    """Return the id after which a site has its newest ``LOOKED_THROUGH`` comments."""
    ids: list[int] = []
    for status in Status:
        newest = select(CommentRow.id).where(
            CommentRow.site_id == site_id, CommentRow.status == status
        )
        ids.extend(session.scalars(newest.order_by(CommentRow.id.desc()).limit(LOOKED_THROUGH)))
    found = heapq.nlargest(LOOKED_THROUGH, ids)
    return found[-1] - 1 if found else 0


def _pages(session: Session, whose: Whose, through: int) -> Iterator[_Trace]:
    after = whose.begin
    while rows := _page(session, whose, after, through):
        yield from rows
        after = rows[-1].id


def _page(session: Session, whose: Whose, after: int, through: int) -> list[_Trace]:
    """Return some comments with what is compared of them, along the ids."""
    # An expression, so that no database goes by an index of sites and then sorts.
    on_site = func.coalesce(CommentRow.site_id, 0) == whose.site_id
    rows = session.execute(
        select(
            CommentRow.id,
            CommentRow.status,
            CommentRow.name,
            CommentRow.email,
            CommentRow.email_hash,
            CommentRow.website,
            CommentRow.address,
            CommentRow.address_hash,
        )
        .where(CommentRow.id > after, CommentRow.id <= through, on_site)
        .order_by(CommentRow.id)
        .limit(_PAGE)
    )
    return [_Trace(*row) for row in rows]


class _Seen:
    """Compares comments with a domain or a network; each author's email is decrypted once."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._domains: dict[tuple[str | None, str | None], set[str]] = {}
        self._ranges: dict[str, tuple[str, str]] = {}

    def is_of(self, row: _Trace, whose: Whose) -> bool:
        """Tell whether a ban of what is looked for would have caught a comment."""
        if whose.known_by is KnownBy.DOMAIN:
            return whose.target in self._domains_of(row)
        digits = address_digits(row.address) if row.address_hash else None
        if digits is None:
            return False
        if whose.target not in self._ranges:
            self._ranges[whose.target] = network_range(whose.target)
        first, last = self._ranges[whose.target]
        return first <= digits <= last

    def _domains_of(self, row: _Trace) -> set[str]:
        known = row.email_hash, row.website
        if known not in self._domains:
            email = self._keys.decrypt(row.email, comments.EMAIL) if row.email else None
            self._domains[known] = domains_of(Author(email=email, website=row.website))
        return self._domains[known]
