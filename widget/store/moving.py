"""Comments that go from one thread to another, with all that is counted of them.

Both threads are locked before anything is read (``threads.lock_threads``): a reply that was being
stored is then there and goes along, and one that comes later finds its parent gone from its page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from widget.domain.comment import Status
from widget.store import search_index, visibility
from widget.store.database import Session
from widget.store.moves import Before
from widget.store.tables import CommentRow, ThreadRow

#: Values in one query; databases bound their number.
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which comments go where, and what they are there.

    ``numbers`` are those that comments bring along if they are free; the others get the next
    ones. ``parents`` says under which comment a top one of a tree is put back, ``pinned`` which of
    them are pinned again. ``max_pinned`` bounds how many pinned comments there are.
    """

    source: int
    target: int
    tops: Sequence[int]
    max_pinned: int
    numbers: Mapping[int, int] = field(default_factory=dict)
    parents: Mapping[int, int] = field(default_factory=dict)
    pinned: frozenset[int] = frozenset()


def tops_of(session: Session, thread_id: int) -> list[int]:
    """Return the top-level comments of a thread, whatever their status."""
    query = select(CommentRow.id).where(
        CommentRow.thread_id == thread_id, CommentRow.root.is_(None)
    )
    return list(session.scalars(query.order_by(CommentRow.id)))


def numbers_of(session: Session, thread_id: int) -> dict[int, int]:
    """Return the numbers of a thread's comments, by their ids."""
    query = select(CommentRow.id, CommentRow.number).where(CommentRow.thread_id == thread_id)
    return {one: number for one, number in session.execute(query) if number is not None}


def carry_out(session: Session, wanted: Wanted) -> dict[int, Before]:
    """Move trees of comments between two locked threads; return what each comment was before.

    Both threads have a new version, greater than either had.
    """
    source = session.get_one(ThreadRow, wanted.source)
    target = session.get_one(ThreadRow, wanted.target)
    trees = _trees(session, wanted)
    before: dict[int, Before] = {
        row.id: Before(parent=row.parent, number=row.number, pinned=row.pinned)
        for rows in trees.values()
        for row in rows
    }
    for rows in trees.values():
        if rows[0].parent is not None:
            visibility.detach(session, rows[0])
    session.flush()
    _carry(session, source, target, trees, wanted)
    for top, parent_id in wanted.parents.items():
        _put_under(session, trees[top], parent_id, wanted.target)
    _pin(session, wanted, trees)
    source.version = target.version = max(source.version, target.version) + 1
    session.flush()
    _settle_activity(session, source, target, trees)
    return before


def _trees(session: Session, wanted: Wanted) -> dict[int, list[CommentRow]]:
    """Return each tree that goes, its top first and every parent before its replies."""
    query = select(CommentRow).where(CommentRow.thread_id == wanted.source)
    if len(wanted.tops) == 1:
        top = session.get_one(CommentRow, wanted.tops[0], populate_existing=True)
        root = top.root or top.id
        query = query.where(or_(CommentRow.id == root, CommentRow.root == root))
    rows = session.scalars(
        query.order_by(CommentRow.id).with_for_update().execution_options(populate_existing=True)
    )
    below: dict[int | None, list[CommentRow]] = {}
    known: dict[int, CommentRow] = {}
    for row in rows:
        known[row.id] = row
        below.setdefault(row.parent, []).append(row)
    return {top: _tree(known[top], below) for top in wanted.tops if top in known}


def _tree(top: CommentRow, below: Mapping[int | None, Sequence[CommentRow]]) -> list[CommentRow]:
    tree = [top]
    for row in tree:
        tree.extend(below.get(row.id, ()))
    return tree


def _carry(
    session: Session,
    source: ThreadRow,
    target: ThreadRow,
    trees: Mapping[int, Sequence[CommentRow]],
    wanted: Wanted,
) -> None:
    """Give each comment its thread, its root and its number there, and count it there."""
    rows = [row for tree in trees.values() for row in tree]
    numbers = _numbers(session, target, rows, wanted.numbers)
    published = sum(row.status == Status.PUBLISHED for row in rows)
    for top, tree in trees.items():
        for row in tree:
            row.thread_id = target.id
            row.root = None if row.id == top else top
            row.number = numbers.get(row.id)
            search_index.touches(session, row.id)
    source.count -= published
    target.count += published
    session.flush()


def _numbers(
    session: Session, target: ThreadRow, rows: Sequence[CommentRow], own: Mapping[int, int]
) -> dict[int, int]:
    """Return the number of each comment that has one, in the thread that it goes to."""
    taken = _taken(session, target.id, own.values())
    found = {
        row.id: own[row.id]
        for row in rows
        if row.number is not None and row.id in own and own[row.id] not in taken
    }
    last = max([target.numbered, *found.values()])
    waiting = [row for row in rows if row.number is not None and row.id not in found]
    for row in sorted(waiting, key=lambda row: row.number or 0):
        last += 1
        found[row.id] = last
    target.numbered = last
    return found


def _taken(session: Session, thread_id: int, numbers: Iterable[int]) -> set[int]:
    """Return which of some numbers comments of a thread have."""
    wanted, found = sorted(numbers), set[int]()
    for begin in range(0, len(wanted), _BATCH):
        query = select(CommentRow.number).where(
            CommentRow.thread_id == thread_id,
            CommentRow.number.in_(wanted[begin : begin + _BATCH]),
        )
        found |= {number for number in session.scalars(query) if number is not None}
    return found


def _put_under(
    session: Session, tree: Sequence[CommentRow], parent_id: int, thread_id: int
) -> None:
    """Put a tree back under the comment that it answered, where that is still in its thread."""
    parent = session.get(CommentRow, parent_id, with_for_update=True, populate_existing=True)
    if parent is None or parent.thread_id != thread_id:
        return
    for row in tree:
        row.root = parent.root or parent.id
    visibility.attach(session, tree[0], parent)
    session.flush()


def _pin(session: Session, wanted: Wanted, trees: Mapping[int, Sequence[CommentRow]]) -> None:
    """Let comments stay pinned, or be so again, as far as they are top-level and there is room."""
    tops = [tree[0] for tree in trees.values()]
    ours = {row.id for row in tops}
    pinned = session.scalars(
        select(CommentRow.id).where(
            CommentRow.thread_id == wanted.target,
            CommentRow.pinned,
            CommentRow.status != Status.DELETED,
        )
    )
    room = wanted.max_pinned - len(set(pinned) - ours)
    for row in tops:
        stays = row.parent is None and (row.pinned or row.id in wanted.pinned)
        row.pinned = stays and room > 0
        room -= int(row.pinned)


def _settle_activity(
    session: Session,
    source: ThreadRow,
    target: ThreadRow,
    trees: Mapping[int, Sequence[CommentRow]],
) -> None:
    """Keep the time of each thread's newest comment."""
    times = [row.created for tree in trees.values() for row in tree]
    if not times:
        return
    target.active = max([target.active or target.created, *times])
    newest = session.scalar(
        select(func.max(CommentRow.created)).where(CommentRow.thread_id == source.id)
    )
    source.active = newest or source.created
