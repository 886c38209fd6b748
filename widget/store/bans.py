"""Bans. What is banned is encrypted; emails and domains are found by keyed hash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from widget.domain.ban import Ban, BanAct, BanKind, Whom, is_about, network_range, whom
from widget.domain.comment import Status
from widget.domain.errors import NotFound
from widget.domain.identity import keyed_hash
from widget.domain.ids import MAX_ID
from widget.domain.site import Site
from widget.store.comments import comment_of, hash_address
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import BanRow, CommentRow, SiteRow

VALUE = "ban.value"
GONE = "There is no such ban."
PAGE_SIZE = 50
#: So many bans are read for one page at most.
_MOST_READ = 20_000
_BATCH = 200


def add_ban(session: Session, keys: KeyRing, ban: Ban) -> Ban:
    """Store a ban; return it with its id."""
    is_network = ban.kind is BanKind.NETWORK
    first, last = network_range(ban.value) if is_network else (None, None)
    row = BanRow(
        site_id=ban.site_id,
        kind=ban.kind,
        value=keys.encrypt(ban.value, VALUE),
        hashed=None if is_network else _hash(keys, ban.kind, ban.value),
        first=first,
        last=last,
        act=ban.act,
        reason=ban.reason,
        message=ban.message,
        actor=ban.actor,
        created=ban.created,
        until=ban.until,
    )
    session.add(row)
    session.flush()
    return _ban(row, keys)


def find_ban(session: Session, keys: KeyRing, site_id: int, who: Whom, now: datetime) -> Ban | None:
    """Return the strictest ban that counts for somebody now."""
    hashes = [_hash(keys, BanKind.DOMAIN, domain) for domain in sorted(who.domains)]
    if who.email:
        hashes.append(_hash(keys, BanKind.EMAIL, who.email.casefold()))
    digits = {f"digits_{place}": one for place, one in enumerate(sorted(who.digits))}
    asked = {"site": site_id, "now": now, "hashes": hashes, **digits}
    found = session.connection().execute(_strictest(len(digits)), asked).scalar()
    return _ban(session.get_one(BanRow, found), keys) if found is not None else None


@cache
def _strictest(addresses: int) -> Select[int]:
    """Return the question for the strictest ban of who has so many addresses.

    It is made once: it is asked with each comment, and making it takes longer than running it.
    """
    meant: list[ColumnElement[bool]] = [BanRow.hashed.in_(bindparam("hashes", expanding=True))]
    for place in range(addresses):
        digits = bindparam(f"digits_{place}", type_=BanRow.first.type)
        meant.append(and_(BanRow.first <= digits, BanRow.last >= digits))
    return (
        select(BanRow.id)
        .where(
            BanRow.site_id == bindparam("site"),
            _counts(bindparam("now", type_=BanRow.until.type)),
            or_(*meant),
        )
        .order_by((BanRow.act == BanAct.HOLD), BanRow.id)
        .limit(1)
    )


def whom_wrote(session: Session, keys: KeyRing, comment_id: int) -> Whom:
    """Return by what who wrote a stored comment may be banned; an address that was cut is none."""
    row = session.get(CommentRow, comment_id)
    if row is None:
        return Whom()
    return whom(comment_of(row, keys).author, row.address if row.address_hash else None)


def hold_off(session: Session, site_id: int) -> None:
    """Let no ban be set on a site until the end of the transaction.

    What is stored in it either meets a ban or was there before it.
    """
    if session.get_bind().dialect.name == "sqlite":
        # Who writes there is alone.
        return
    locked = select(SiteRow.id).where(SiteRow.id == site_id)
    session.execute(locked.with_for_update(read=True, key_share=True))


def refusals_from(
    session: Session, keys: KeyRing, site: Site, address: str, since: datetime, limit: int
) -> int:
    """Return how many comments from an address were refused since then, ``limit`` at most."""
    some = (
        select(CommentRow.id)
        .where(
            CommentRow.site_id == site.id,
            CommentRow.address_hash == hash_address(keys, site, address),
            CommentRow.status == Status.REJECTED,
            CommentRow.created > since,
        )
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BanQuery:
    """Which bans of a site: all, those that count or that are over; ``before`` goes on.

    ``about`` is looked for in what is banned and in the reasons; an address or an email finds the
    bans that it falls under.
    """

    site_id: int
    now: datetime
    counting: bool | None = None
    about: str = ""
    before: int | None = None


def bans_page(
    session: Session, keys: KeyRing, query: BanQuery, limit: int = PAGE_SIZE
) -> tuple[list[Ban], int | None]:
    """Return some bans, the newest first, and where the next page begins.

    What is banned is encrypted, so that looking for something reads bans until a page is full.
    """
    meant = (ban for ban in _newest(session, keys, query) if is_about(ban, query.about))
    found = list(islice(meant, limit + 1))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _newest(session: Session, keys: KeyRing, query: BanQuery) -> Iterator[Ban]:
    """Yield bans, the newest first, read by the page; ``_MOST_READ`` at most."""
    before = query.before
    for _ in range(_MOST_READ // _BATCH):
        asked = select(BanRow).where(BanRow.site_id == query.site_id)
        if before is not None:
            asked = asked.where(BanRow.id < before)
        if query.counting is not None:
            counts = _counts(query.now)
            asked = asked.where(counts if query.counting else ~counts)
        rows = session.scalars(asked.order_by(BanRow.id.desc()).limit(_BATCH)).all()
        for row in rows:
            yield _ban(row, keys)
        if len(rows) < _BATCH:
            return
        before = rows[-1].id


def bans_of(session: Session, keys: KeyRing, site_id: int, limit: int = 200) -> list[Ban]:
    """Return a site's bans, the newest first."""
    rows = session.scalars(
        select(BanRow).where(BanRow.site_id == site_id).order_by(BanRow.id.desc()).limit(limit)
    )
    return [_ban(row, keys) for row in rows]


def hold_all(session: Session, site_id: int) -> None:
    """Let nobody else set a ban, or store what would meet it, until the end of the transaction."""
    session.get(SiteRow, site_id, with_for_update=True)


def same_ban(
    session: Session, keys: KeyRing, site_id: int, kind: BanKind, value: str, now: datetime
) -> Ban | None:
    """Return the ban of the very same that counts already; the value is in its one form."""
    if kind is BanKind.NETWORK:
        first, last = network_range(value)
        is_same = and_(BanRow.first == first, BanRow.last == last)
    else:
        is_same = and_(BanRow.hashed == _hash(keys, kind, value))
    same = select(BanRow).where(BanRow.site_id == site_id, is_same, _counts(now))
    row = session.scalars(same.order_by(BanRow.id).limit(1)).first()
    return _ban(row, keys) if row else None


def change_ban(session: Session, keys: KeyRing, ban: Ban) -> Ban:
    """Give a ban another end, act, reason and message; of whom it is stays.

    Raises:
        NotFound: where the site has none of that id.
    """
    row = _row(session, ban.site_id, ban.id)
    row.until, row.act = ban.until, ban.act
    row.reason, row.message = ban.reason, ban.message
    session.flush()
    return _ban(row, keys)


def end_ban(session: Session, keys: KeyRing, site_id: int, ban_id: int, now: datetime) -> Ban:
    """End a ban; one that has ended already stays as it ended.

    Raises:
        NotFound: where the site has none of that id.
    """
    row = _row(session, site_id, ban_id)
    row.ended = row.ended or now
    session.flush()
    return _ban(row, keys)


def get_ban(session: Session, keys: KeyRing, site_id: int, ban_id: int) -> Ban:
    """Return a ban of a site.

    Raises:
        NotFound: where the site has none of that id.
    """
    return _ban(_row(session, site_id, ban_id), keys)


def forget_bans(session: Session, before: datetime) -> None:
    """Forget bans that have ended, or whose time was over, before then."""
    session.execute(delete(BanRow).where(or_(BanRow.ended < before, BanRow.until < before)))


def _counts(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(BanRow.ended.is_(None), or_(BanRow.until.is_(None), BanRow.until > now))


def _row(session: Session, site_id: int, ban_id: int) -> BanRow:
    row = session.get(BanRow, ban_id) if ban_id <= MAX_ID else None
    if row is None or row.site_id != site_id:
        raise NotFound(GONE)
    return row


def _hash(keys: KeyRing, kind: BanKind, value: str) -> str:
    return keyed_hash(keys.lookup, "ban", kind.value, value)


def _ban(row: BanRow, keys: KeyRing) -> Ban:
    return Ban(
        id=row.id,
        site_id=row.site_id,
        kind=BanKind(row.kind),
        value=keys.decrypt(row.value, VALUE),
        act=BanAct(row.act),
        reason=row.reason,
        message=row.message,
        actor=row.actor,
        created=row.created,
        until=row.until,
        ended=row.ended,
    )
