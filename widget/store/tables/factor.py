"""Second factors, and what a browser has begun and must soon finish."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class TotpRow(Base):
    """An authenticator app's secret, encrypted; it counts once it is confirmed by a code.

    ``last_step`` is the time step of the last code that was taken: no code works twice.
    """

    __tablename__ = "totp"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column("secret", LargeBinary)
    created: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCodeRow(Base):
    """A code that signs in once in place of a second factor. Only a keyed hash of it is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used: Mapped[datetime | None]


class PasskeyRow(Base):
    """The public half of a passkey."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime]
    used: Mapped[datetime | None]


class CeremonyRow(Base):
    """What a browser has begun and must soon finish, once: a sign-in, a passkey's challenge.

    The browser holds a random token in a signed cookie; only a hash of it is here.
    """

    __tablename__ = "ceremony"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_link: Mapped[bool] = mapped_column(default=False)
    expires: Mapped[datetime] = mapped_column(index=True)
