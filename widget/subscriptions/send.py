"""send_due(): hand over the mails that are due, each once, and note what became of them."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from widget.domain.subscription import Ending
from widget.outbound.mail import (
    PER_CONNECTION,
    AddressRefused,
    Connection,
    MailRefused,
    NotSent,
)
from widget.publication.parts import Parts
from widget.store import mails, subscriptions
from widget.store.mails import State
from widget.subscriptions.compose import sender_of
from widget.subscriptions.parcel import Parcel, pack

log = logging.getLogger("comment_widget.mail")

#: After this a claimed mail that nobody ended is another worker's.
LEASE = timedelta(minutes=2)
#: After this a slow batch stops, well before its claim ends: one mail may take a minute.
BATCH_LIFE = timedelta(seconds=45)
#: How long a mail is tried; then it failed.
LIFE = timedelta(days=3)
#: Minutes until a mail that was put off is tried again.
BACK_OFF_MIN = (1, 5, 15, 60, 180, 360)
#: Longest pause after the mail server could not be reached, seconds.
LONGEST_PAUSE_S = 300


class Sender:
    """Sends what is due, a batch at a time; waits longer each time the server isn't reached."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._unreached = 0

    def send_batch(self) -> int:
        """Send the mails that are due, as many as one connection takes; return how many.

        May be run by several threads and processes at once: each takes others.
        """
        parts, now = self._parts, self._parts.now()
        if parts.mail is None:
            return 0
        with parts.database.read() as session:
            due = mails.next_mail_due(session)
        if due is None or due > now:
            return 0
        with parts.database.write() as session:
            claimed = mails.claim_mails(session, now, LEASE, PER_CONNECTION)
        parcels = pack(parts, claimed)
        if not parcels:
            return len(claimed)
        waiting = {mail_id for parcel in parcels for mail_id in parcel.ids}
        try:
            with parts.mail() as connection:
                for parcel in parcels:
                    if parts.now() - now > BATCH_LIFE:
                        break
                    self._send(connection, parcel)
                    waiting.difference_update(parcel.ids)
        except NotSent as error:
            self._wait(sorted(waiting), error)
            return 0
        self._unreached = 0
        if waiting:
            with parts.database.write() as session:
                mails.hand_back(session, sorted(waiting), now)
        return len(claimed)

    def _send(self, connection: Connection, parcel: Parcel) -> None:
        """Send one mail, and note it at once: only a crash in between sends it twice.

        Raises:
            NotSent: where no mail goes out any more.
        """
        try:
            message = parcel.make()
            if message is None:
                self._end(parcel, State.DROPPED)
                return
            connection.send(message, sender_of(self._parts), parcel.recipient)
        except NotSent:
            raise
        except AddressRefused as error:
            self._end(parcel, State.FAILED, str(error))
            self._end_address(parcel)
        except Exception as error:  # one that can't be made, as by a broken template, holds up none
            self._fail(parcel, error)
        else:
            self._end(parcel, State.SENT)

    def _fail(self, parcel: Parcel, error: Exception) -> None:
        """Give up what the server refuses for good, or what was tried for days; else it waits."""
        now, refused = self._parts.now(), isinstance(error, MailRefused)
        reason = str(error) if refused else f"{type(error).__name__}: {error}"
        is_permanent = isinstance(error, MailRefused) and error.permanent
        if is_permanent or now - parcel.created > LIFE:
            self._end(parcel, State.FAILED, reason)
            return
        minutes = BACK_OFF_MIN[min(parcel.attempts, len(BACK_OFF_MIN)) - 1]
        with self._parts.database.write() as session:
            mails.put_off_mails(session, parcel.ids, now + timedelta(minutes=minutes), reason)
        log.warning("mail %s waits: %s", parcel.ids, reason)

    def _end_address(self, parcel: Parcel) -> None:
        if parcel.subscriber_id is not None:
            with self._parts.database.write() as session:
                subscriptions.end_address(session, parcel.subscriber_id, Ending.BOUNCED)

    def _end(self, parcel: Parcel, state: State, error: str | None = None) -> None:
        with self._parts.database.write() as session:
            mails.end_mails(session, parcel.ids, state, self._parts.now(), error)
            if state is State.SENT:
                parcel.note_sent(session)
        if error:
            log.warning("mail %s failed: %s", parcel.ids, error)

    def _wait(self, ids: Sequence[int], error: NotSent) -> None:
        """Give back what was not sent; all that is due waits for the server."""
        self._unreached += 1
        pause_s = min(2 ** (self._unreached - 1), LONGEST_PAUSE_S)
        now = self._parts.now()
        due = now + timedelta(seconds=pause_s)
        with self._parts.database.write() as session:
            mails.hand_back(session, ids, now)
            mails.fail_older(session, now - LIFE, now, str(error))
            mails.put_off_due(session, now, due)
        log.warning("no mail goes out for %d s: %s", pause_s, error)


def send_due(parts: Parts) -> int:
    """Send here and now all mails that are due; return how many. For tests and the CLI."""
    sender = Sender(parts)
    done = 0
    while sent := sender.send_batch():
        done += sent
    return done
