"""What goes out as one mail: the promised ones of one recipient that belong together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from widget.domain.comment import Status
from widget.domain.person import Person, Right
from widget.domain.site import Site
from widget.domain.subscription import MailKind, Rhythm, Subscriber
from widget.domain.words import say
from widget.publication.parts import Parts
from widget.store import mails, moderator_mail, people, sites, subscriptions, trails
from widget.store.database import Session
from widget.store.mails import Mail
from widget.subscriptions import letters
from widget.subscriptions.compose import Envelope, compose
from widget.subscriptions.letter import Letter, Link, speaker, subscriptions_page
from widget.subscriptions.letters import Told

#: How long somebody who was just told of comments is left in peace: what comes in a busy hour
#: goes out together.
QUIET = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Promised mails that go out as one; ``make`` gives ``None`` where nothing is left to tell."""

    ids: Sequence[int]
    recipient: str
    subscriber_id: int | None
    attempts: int
    created: datetime
    make: Callable[[], EmailMessage | None]
    note_sent: Callable[[Session], None]


def pack(parts: Parts, claimed: Sequence[Mail]) -> list[Parcel]:
    """Return the claimed mails as they go out; those whose time has not come are put off."""
    packer = _Packer(parts, claimed)
    return [*packer.for_subscribers(), *packer.for_moderators()]


class _Packer:
    def __init__(self, parts: Parts, claimed: Sequence[Mail]) -> None:
        self._parts = parts
        self._claimed = claimed
        self._told: dict[tuple[int, Status], Told | None] = {}
        with parts.database.read() as session:
            ids = {mail.subscriber_id for mail in claimed if mail.subscriber_id is not None}
            self._subscribers = subscriptions.subscribers_by_id(session, parts.keys, sorted(ids))
            self._sites = {
                site_id: site
                for site_id in {mail.site_id for mail in claimed}
                if (site := sites.site_by_id(session, site_id)) is not None
            }

    def for_subscribers(self) -> Iterator[Parcel]:
        groups: dict[tuple[object, ...], list[Mail]] = {}
        for mail in self._claimed:
            subscriber = self._subscribers.get(mail.subscriber_id or 0)
            if subscriber is not None and mail.site_id in self._sites:
                groups.setdefault(self._group(mail, subscriber), []).append(mail)
        for group in groups.values():
            subscriber = self._subscribers[group[0].subscriber_id or 0]
            if not self._is_put_off(group, subscriber):
                yield self._parcel(group, subscriber.email, self._maker(group, subscriber))

    def for_moderators(self) -> Iterator[Parcel]:
        groups: dict[tuple[int, int], list[Mail]] = {}
        for mail in self._claimed:
            if mail.person_id is not None and mail.site_id in self._sites:
                groups.setdefault((mail.person_id, mail.site_id), []).append(mail)
        for (person_id, site_id), group in groups.items():
            with self._parts.database.read() as session:
                person = people.person_by_id(session, self._parts.keys, person_id)
                last = moderator_mail.last_told(session, person_id)
                rhythm = moderator_mail.rhythm_of(session, person_id)
            if person is None:
                continue
            if rhythm is Rhythm.EACH and self._waits(group, last):
                continue
            make = _held_maker(self, self._sites[site_id], person, group)
            yield self._parcel(group, person.email, make)

    def tell(self, session: Session, comment_id: int | None, status: Status) -> Told | None:
        """Return a comment to tell of; looked up once for all recipients of a batch."""
        if comment_id is None:
            return None
        key = (comment_id, status)
        if key not in self._told:
            self._told[key] = letters.find_told(self._parts, session, comment_id, status)
        return self._told[key]

    @property
    def parts(self) -> Parts:
        return self._parts

    def _group(self, mail: Mail, subscriber: Subscriber) -> tuple[object, ...]:
        if mail.kind is not MailKind.COMMENT:
            return (mail.id,)
        if subscriber.rhythm is Rhythm.DAILY:
            return (subscriber.id, "day")
        with self._parts.database.read() as session:
            told = self.tell(session, mail.comment_id, Status.PUBLISHED)
        return (subscriber.id, told.thread.id if told else 0)

    def _is_put_off(self, group: Sequence[Mail], subscriber: Subscriber) -> bool:
        if group[0].kind is not MailKind.COMMENT or subscriber.rhythm is not Rhythm.EACH:
            return False
        return self._waits(group, subscriber.told)

    def _waits(self, group: Sequence[Mail], last: datetime | None) -> bool:
        """Put mails off that would follow another one too soon."""
        if last is None or self._parts.now() - last >= QUIET:
            return False
        with self._parts.database.write() as session:
            mails.hand_back(session, [mail.id for mail in group], last + QUIET)
        return True

    def _maker(
        self, group: Sequence[Mail], subscriber: Subscriber
    ) -> Callable[[], EmailMessage | None]:
        site, kind = self._sites[group[0].site_id], group[0].kind
        if kind is MailKind.CONFIRM:
            return lambda: _confirm(self, site, subscriber, group[0])
        if kind is MailKind.DECIDED:
            return lambda: _decided(self, site, subscriber, group[0])
        return lambda: _comments(self, site, subscriber, group)

    def _parcel(
        self, group: Sequence[Mail], recipient: str, make: Callable[[], EmailMessage | None]
    ) -> Parcel:
        return Parcel(
            ids=[mail.id for mail in group],
            recipient=recipient,
            subscriber_id=group[0].subscriber_id,
            attempts=max(mail.attempts for mail in group),
            created=min(mail.created for mail in group),
            make=make,
            note_sent=lambda session: _note_sent(session, group[0], self._parts.now()),
        )


def _note_sent(session: Session, mail: Mail, now: datetime) -> None:
    if mail.kind is MailKind.COMMENT and mail.subscriber_id is not None:
        subscriptions.told(session, [mail.subscriber_id], now)
    if mail.kind is MailKind.HELD and mail.person_id is not None:
        moderator_mail.told_moderator(session, mail.person_id, now)


def _confirm(
    packer: _Packer, site: Site, subscriber: Subscriber, mail: Mail
) -> EmailMessage | None:
    parts = packer.parts
    with parts.database.read() as session:
        letter = letters.confirm_letter(parts, session, site, subscriber)
    if letter is None:
        return None
    envelope = Envelope(
        recipient=subscriber.email,
        name=f"confirm-{mail.id}.{subscriber.id}",
        return_token=parts.mail_tokens.for_return(subscriber.id),
    )
    return compose(parts, mail.kind, letter, envelope, parts.now())


def _decided(
    packer: _Packer, site: Site, subscriber: Subscriber, mail: Mail
) -> EmailMessage | None:
    parts = packer.parts
    with parts.database.read() as session:
        event = trails.get_event(session, mail.event_id or 0)
        told = packer.tell(session, mail.comment_id, event.after) if event else None
    if event is None or told is None or subscriber.ending:
        return None
    letter = letters.decided_letter(parts, site, subscriber, told, event)
    envelope = Envelope(
        recipient=subscriber.email,
        name=f"decided-{event.id}.{subscriber.id}",
        after=[_thread_name(told, subscriber)],
        leave=subscriptions_page(parts, parts.mail_tokens.for_subscriptions(subscriber.id)),
        return_token=parts.mail_tokens.for_return(subscriber.id),
    )
    return compose(parts, mail.kind, letter, envelope, parts.now())


def _comments(
    packer: _Packer, site: Site, subscriber: Subscriber, group: Sequence[Mail]
) -> EmailMessage | None:
    parts = packer.parts
    with parts.database.read() as session:
        told = [
            found
            for mail in sorted(group, key=lambda mail: mail.comment_id or 0)
            if (found := packer.tell(session, mail.comment_id, Status.PUBLISHED)) is not None
        ]
        wanted = subscriptions.subscriptions_of(session, subscriber.id)
    reasons = {one.target: one.id for one in wanted}
    told = [one for one in told if _reason(one, reasons) is not None]
    if not told or subscriber.ending or not subscriber.confirmed:
        return None
    pages = {one.thread.id for one in told}
    by = _reason(told[0], reasons) if len(pages) == 1 else None
    leave = subscriptions_page(parts, parts.mail_tokens.for_subscriptions(subscriber.id, by or 0))
    letter = letters.comment_letter(
        parts, site, subscriber, told, _ways_out(parts, subscriber, leave)
    )
    newest = told[-1]
    parents = [f"comment-{one.parent.id}.{subscriber.id}" for one in told[-1:] if one.parent]
    envelope = Envelope(
        recipient=subscriber.email,
        name=f"comment-{newest.comment.id}.{subscriber.id}",
        after=[_thread_name(newest, subscriber), *parents] if len(pages) == 1 else [],
        list_name=f"thread-{newest.thread.id}.{site.key}" if len(pages) == 1 else site.key,
        leave=leave,
        return_token=parts.mail_tokens.for_return(subscriber.id),
    )
    return compose(parts, group[0].kind, letter, envelope, parts.now())


def _held_maker(
    packer: _Packer, site: Site, person: Person, group: Sequence[Mail]
) -> Callable[[], EmailMessage | None]:
    def make() -> EmailMessage | None:
        parts = packer.parts
        with parts.database.read() as session:
            found = (packer.tell(session, mail.comment_id, Status.PENDING) for mail in group)
            told = [one for one in found if one is not None]
            if not told or not person.may(Right.MODERATE, site.id):
                return None
            letter: Letter = letters.held_letter(parts, session, site, person, told)
        envelope = Envelope(
            recipient=person.email,
            name=f"held-{told[-1].comment.id}.person-{person.id}",
            list_name=f"held.{site.key}",
        )
        return compose(parts, group[0].kind, letter, envelope, parts.now())

    return make


def _reason(told: Told, reasons: Mapping[str, int]) -> int | None:
    """Return by which subscription somebody is told of a comment; ``None`` once it has ended."""
    names = (f"replies:{told.comment.parent}", f"thread:{told.thread.id}", "site")
    return next((reasons[name] for name in names if name in reasons), None)


def _ways_out(parts: Parts, subscriber: Subscriber, leave: str) -> Sequence[Link]:
    tell = speaker(parts, subscriber.language)
    page = subscriptions_page(parts, parts.mail_tokens.for_subscriptions(subscriber.id))
    return [
        Link(tell(say("No more of these mails")), leave),
        Link(tell(say("All your subscriptions")), page),
    ]


def _thread_name(told: Told, subscriber: Subscriber) -> str:
    return f"thread-{told.thread.id}.{subscriber.id}"
