"""Is this the password? Asked under limits, and answered alike for known and unknown people."""

from flask import Request

from widget.domain.audit_log import NOBODY, Action, By, Entry
from widget.domain.errors import FieldError, Invalid
from widget.domain.person import Person
from widget.http.client import address_reader
from widget.http.dashboard.limits import Attempt, SignInLimits
from widget.publication.parts import Parts
from widget.store import audit_log, people
from widget.store.passwords import Passwords

WRONG = "This email and password don't belong together."


class PasswordCheck:
    """Checks passwords and counts the tries."""

    def __init__(self, parts: Parts) -> None:
        self.passwords = Passwords()
        self._parts = parts
        self.limits = SignInLimits(parts)
        self.address_of = address_reader(parts.config.trusted_proxies)

    def person(self, email: str, password: str, request: Request) -> Person:
        """Return whose email and password these are.

        Nobody of that email, or somebody without a password, takes as long and reads the same.

        Raises:
            TooMany: after too many tries, also for the right password.
            Invalid: where they don't belong together.
        """
        parts = self._parts
        address = self.address_of(request)
        attempt = Attempt(people.hash_of_email(parts.keys, email), address)
        self.limits.count(attempt)
        with parts.database.read() as session:
            person = people.find_person(session, parts.keys, email)
        kept = person.password_hash if person else None
        is_right = self.passwords.is_right(kept, password)
        if not is_right or person is None or kept is None:
            self.note_failure(person, "password", address)
            raise Invalid([FieldError("password", WRONG)])
        self.limits.succeeded(attempt)
        if self.passwords.is_outdated(kept):
            renewed = self.passwords.hash(password)
            with parts.database.write() as session:
                people.set_password_hash(session, person.id, renewed)
        return person

    def confirm(self, person: Person, password: str, request: Request) -> None:
        """Make sure that somebody who is signed in knows their password.

        Raises:
            TooMany: after too many tries.
            Invalid: where it is another one.
        """
        account = people.hash_of_email(self._parts.keys, person.email)
        attempt = Attempt(account, self.address_of(request))
        self.limits.count(attempt)
        if not self.passwords.is_right(person.password_hash, password):
            raise Invalid([FieldError("old", "This is not your present password.")])
        self.limits.succeeded(attempt)

    def note_failure(self, person: Person | None, way: str, address: str | None) -> None:
        """Write into the audit log that somebody was refused; never what they typed.

        Of an unknown email as of a known one, so that both take as long.
        """
        parts = self._parts
        entry = Entry(
            action=Action.SIGN_IN_FAILED,
            by=By(actor=NOBODY, address=address),
            target=person.actor if person else "",
            details={"way": way},
        )
        with parts.database.write() as session:
            audit_log.write(session, parts.keys, entry, parts.now())
