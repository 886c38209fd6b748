"""Second factors by code: an authenticator app's (TOTP, RFC 6238), and recovery codes.

The app's secret is encrypted at rest. A recovery code has 80 bits; only a keyed hash is kept.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update

from widget.domain.identity import keyed_hash
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import PasskeyRow, RecoveryCodeRow, TotpRow

SECRET = "totp.secret"  # noqa: S105 — the name of a column
RECOVERY_CODES = 10
_STEP_S = 30
#: A clock may be half a minute wrong, either way.
_STEPS = (0, -1, 1)
_CODE_BYTES = 10
_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """Which second factors somebody has; recovery codes alone are none."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Tell whether signing in takes a second step."""
        return self.totp or self.passkeys > 0


def factors_of(session: Session, person_id: int) -> Factors:
    """Return which second factors somebody has."""
    passkeys = select(func.count()).where(PasskeyRow.person_id == person_id)
    codes = select(func.count()).where(
        RecoveryCodeRow.person_id == person_id, RecoveryCodeRow.used.is_(None)
    )
    row = session.get(TotpRow, person_id)
    return Factors(
        totp=row is not None and row.confirmed is not None,
        passkeys=session.scalar(passkeys) or 0,
        recovery_codes=session.scalar(codes) or 0,
    )


def people_with_factors(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Return those of some people who have a second factor."""
    ids = list(person_ids)
    apps = select(TotpRow.person_id).where(
        TotpRow.person_id.in_(ids), TotpRow.confirmed.is_not(None)
    )
    passkeys = select(PasskeyRow.person_id).where(PasskeyRow.person_id.in_(ids))
    return {*session.scalars(apps), *session.scalars(passkeys)}


def begin_totp(session: Session, keys: KeyRing, person_id: int, now: datetime) -> None:
    """Make a new secret for somebody's app, in place of one that was never confirmed."""
    row = session.get(TotpRow, person_id)
    if row is not None and row.confirmed is not None:
        return
    sealed = keys.encrypt(pyotp.random_base32(), SECRET)
    if row is None:
        session.add(TotpRow(person_id=person_id, sealed=sealed, created=now))
    else:
        row.sealed, row.created = sealed, now
    session.flush()


def waiting_secret(session: Session, keys: KeyRing, person_id: int) -> str | None:
    """Return the secret that waits to be confirmed by a code, ``None`` where none does."""
    row = session.get(TotpRow, person_id)
    if row is None or row.confirmed is not None:
        return None
    return keys.decrypt(row.sealed, SECRET)


def confirm_totp(session: Session, keys: KeyRing, person_id: int, code: str, now: datetime) -> bool:
    """Let the app count from now on, if this is its code; tell whether it is."""
    row = session.get(TotpRow, person_id)
    if row is None or row.confirmed is not None or not _take(session, keys, row, code, now):
        return False
    row.confirmed = now
    return True


def use_totp(session: Session, keys: KeyRing, person_id: int, code: str, now: datetime) -> bool:
    """Tell whether this is a code of somebody's app that was not used yet; then it is used."""
    row = session.get(TotpRow, person_id)
    return row is not None and row.confirmed is not None and _take(session, keys, row, code, now)


def remove_totp(session: Session, person_id: int) -> None:
    """Take somebody's app away, and with the last factor the recovery codes."""
    session.execute(delete(TotpRow).where(TotpRow.person_id == person_id))
    end_unneeded_codes(session, person_id)


def end_unneeded_codes(session: Session, person_id: int) -> None:
    """Forget recovery codes of somebody who has no second factor left."""
    if not factors_of(session, person_id).any:
        session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))


def make_recovery_codes(session: Session, keys: KeyRing, person_id: int) -> list[str]:
    """Return new recovery codes; those from before end."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCodeRow(person_id=person_id, code_hash=_hash_of(keys, person_id, code))
        for code in codes
    )
    session.flush()
    return codes


def use_recovery_code(
    session: Session, keys: KeyRing, person_id: int, code: str, now: datetime
) -> bool:
    """Use a recovery code up; tell whether it was one of this person's, and unused."""
    used = session.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.code_hash == _hash_of(keys, person_id, code),
            RecoveryCodeRow.used.is_(None),
        )
        .values(used=now)
        .returning(RecoveryCodeRow.id)
    ).scalar()
    return used is not None


def reset_factors(session: Session, person_id: int) -> None:
    """Take all second factors from somebody."""
    for table in (TotpRow, PasskeyRow, RecoveryCodeRow):
        session.execute(delete(table).where(table.person_id == person_id))


def _take(session: Session, keys: KeyRing, row: TotpRow, code: str, now: datetime) -> bool:
    """Tell whether a code is right and newer than the last one that was taken.

    One statement marks it, so that of two who send the same code at once one is let in
    (RFC 6238, section 5.2: a code is taken once).
    """
    app = pyotp.TOTP(keys.decrypt(row.sealed, SECRET), interval=_STEP_S)
    typed = "".join(code.split()).encode()
    present = app.timecode(now)
    matches = [
        step
        for step in (present + offset for offset in _STEPS)
        if hmac.compare_digest(app.generate_otp(step).encode(), typed)
    ]
    if not matches:
        return False
    taken = session.execute(
        update(TotpRow)
        .where(TotpRow.person_id == row.person_id, TotpRow.last_step < max(matches))
        .values(last_step=max(matches))
        .returning(TotpRow.person_id)
    ).scalar()
    return taken is not None


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _hash_of(keys: KeyRing, person_id: int, code: str) -> str:
    plain = "".join(one for one in code.casefold() if one.isalnum())
    return keyed_hash(keys.lookup, "recovery code", str(person_id), plain)
