"""Passwords: what is kept of them (argon2id, RFC 9106), and whether one is right.

A hash takes about 50 ms and 32 MiB, above OWASP's minimum for argon2id (19 MiB, two passes).
Two are computed at once at most: a flood of sign-ins must not take the server's memory.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from widget.domain.errors import FieldError, Invalid

MIN_LENGTH = 8
MAX_LENGTH = 1000
_AT_ONCE = 2
#: The hash of a password that was thrown away, with the costs below: made anew at each start, it
#: would be a tenth of the time that a server needs to be ready.
_NOBODYS = (
    "$argon2id$v=19$m=32768,t=2,p=1$lWZlyCs/GayUjfxzNEx7Fg"
    "$gG72MnC2xFHlwQUDQASswaUkk6vyaKZQcmEz95Nr9sc"
)


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
        self._turn = threading.Semaphore(_AT_ONCE)

    def hash(self, password: str, *, email: str = "") -> str:
        """Return what is kept of a new password.

        Raises:
            Invalid: where it is too short, too long, or the person's own address.
        """
        fault = ""
        if len(password) < MIN_LENGTH:
            fault = f"Use at least {MIN_LENGTH} characters."
        elif len(password) > MAX_LENGTH:
            fault = f"Use at most {MAX_LENGTH} characters."
        elif password.casefold() == email.casefold():
            fault = "Use something other than your address."
        if fault:
            raise Invalid([FieldError("password", fault)])
        with self._turn:
            return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one that was kept.

        Where none was (nobody of that name, or no password set) it takes as long, and is wrong.
        """
        with self._turn:
            try:
                self._hasher.verify(kept or _NOBODYS, password[: MAX_LENGTH + 1])
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether a hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(kept)
