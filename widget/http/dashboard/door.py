"""The way in: who has shown one factor is let in, or asked for the second that they have."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask import session as form_session
from werkzeug.wrappers import Response

from widget.domain.errors import FieldError, Invalid
from widget.domain.person import Person
from widget.http.dashboard.access import Access
from widget.http.dashboard.limits import Attempt
from widget.http.dashboard.password_check import PasswordCheck
from widget.http.dashboard.relying_party import REFUSED, Options, RelyingParty
from widget.publication.parts import Parts
from widget.store import ceremonies, factors, passkeys, people
from widget.store.ceremonies import Begun, Ceremony
from widget.store.factors import Factors

#: Kept in the form cookie: the token of what this browser has begun, by its kind.
HALF, ASKED, ADDED = "half_sign_in", "passkey_asked", "passkey_added"
WANTED = "half_sign_in_next"
WRONG_CODE = "This code is not right, or it was used already."


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody who has shown a password or a link, and still has to show the second factor."""

    person: Person
    by_link: bool


class Door:
    """Lets people in, by as many steps as they have factors."""

    def __init__(self, parts: Parts, access: Access, checker: PasswordCheck) -> None:
        self.parts = parts
        self.access = access
        self.checker = checker
        self.passkeys = RelyingParty(parts.config.url, parts.keys.lookup)

    def first_step(
        self, person: Person, wanted: str | None, *, by_link: bool, way: str
    ) -> Response:
        """Sign somebody in who has shown one factor, or ask for their second."""
        parts, now = self.parts, self.parts.now()
        if not self.factors_of(person).any:
            return self.let_in(person, wanted, by_link=by_link, way=way)
        begun = Begun(kind=Ceremony.SECOND_FACTOR, person_id=person.id, by_link=by_link)
        with parts.database.write() as session:
            form_session[HALF] = ceremonies.begin(session, begun, now)
        form_session[WANTED] = wanted
        return redirect(url_for("dashboard.second_factor"), 303)

    def let_in(self, person: Person, wanted: str | None, *, by_link: bool, way: str) -> Response:
        """Sign somebody in who has shown enough, and lead them on."""
        then = "dashboard.home"
        if by_link and person.password_hash is None:
            then = "dashboard.password"
        where = redirect(wanted or url_for(then), 303)
        return self.access.sign_in(person, where, by_link=by_link, way=way)

    def half(self) -> Half | None:
        """Return who has come half-way in this browser, ``None`` where nobody has lately."""
        token = form_session.get(HALF)
        if not token:
            return None
        parts = self.parts
        with parts.database.read() as session:
            begun = ceremonies.look(session, token, Ceremony.SECOND_FACTOR, parts.now())
            if begun is None or begun.person_id is None:
                return None
            person = people.person_by_id(session, parts.keys, begun.person_id)
        return Half(person, begun.by_link) if person else None

    def factors_of(self, person: Person) -> Factors:
        """Return which second factors somebody has."""
        with self.parts.database.read() as session:
            return factors.factors_of(session, person.id)

    def second_step(self, half: Half, way: str, typed: str) -> Response:
        """Let somebody in whose second factor is right. ``way`` is code, recovery or passkey.

        Raises:
            TooMany: after five wrong ones.
            Invalid: where it is wrong, or somebody else has finished this sign-in.
        """
        self.check_factor(half.person, way, typed)
        parts = self.parts
        with parts.database.write() as session:
            token = str(form_session.get(HALF))
            ended = ceremonies.finish(session, token, Ceremony.SECOND_FACTOR, parts.now())
        if ended is None:
            raise Invalid([FieldError("code", "Please begin again.")])
        wanted = form_session.get(WANTED)
        return self.let_in(half.person, wanted, by_link=half.by_link, way=_said(half, way))

    def check_factor(self, person: Person, way: str, typed: str) -> None:
        """Make sure that somebody has a second factor; a code is used up by this.

        Raises:
            TooMany: after five wrong ones.
            Invalid: where it is wrong.
        """
        address = self.checker.address_of(request)
        attempt = Attempt(f"second factor of {person.id}", address)
        self.checker.limits.count(attempt)
        try:
            self._use_factor(person, way, typed)
        except Invalid:
            self.checker.note_failure(person, way, address)
            raise
        self.checker.limits.succeeded(attempt)

    def ask_passkey(self, person: Person | None) -> Options:
        """Begin to ask for a passkey, of this person or of anybody; return what browsers need.

        Raises:
            TooMany: where one address begins again and again.
        """
        parts = self.parts
        self.checker.limits.count_begun(self.checker.address_of(request))
        with parts.database.write() as session:
            known = passkeys.passkeys_of(session, person.id) if person else ()
            challenge, options = self.passkeys.to_ask(known)
            begun = Begun(
                kind=Ceremony.PASSKEY_ASKED,
                person_id=person.id if person else None,
                challenge=challenge,
            )
            form_session[ASKED] = ceremonies.begin(session, begun, parts.now())
        return options

    def shown_passkey(self, answer: str, person: Person | None) -> Person:
        """Return whose passkey was shown; the challenge is used up, right or wrong.

        Raises:
            Invalid: where it isn't one of this person's, or nobody's, or not right.
        """
        parts, now = self.parts, self.parts.now()
        credential = self.passkeys.id_in(answer)
        with parts.database.write() as session:
            token = str(form_session.pop(ASKED, ""))
            begun = ceremonies.finish(session, token, Ceremony.PASSKEY_ASKED, now)
        wanted = person.id if person else None
        if begun is None or begun.challenge is None or begun.person_id != wanted:
            raise _no_passkey()
        with parts.database.write() as session:
            passkey = passkeys.find_passkey(session, credential)
            if passkey is None or (wanted is not None and passkey.person_id != wanted):
                raise _no_passkey()
            count = self.passkeys.used(answer, begun.challenge, passkey)
            owner = people.person_by_id(session, parts.keys, passkey.person_id)
            if owner is None or not passkeys.used_passkey(session, passkey, count, now):
                raise _no_passkey()
        return owner

    def _use_factor(self, person: Person, way: str, typed: str) -> None:
        if way == "passkey":
            self.shown_passkey(typed, person)
            return
        parts, now = self.parts, self.parts.now()
        use = factors.use_recovery_code if way == "recovery" else factors.use_totp
        with parts.database.write() as session:
            is_right = use(session, parts.keys, person.id, typed[:100], now)
        if not is_right:
            raise Invalid([FieldError(way, WRONG_CODE)])


def _said(half: Half, way: str) -> str:
    """Return how somebody came in, for the audit log."""
    return f"{'link' if half.by_link else 'password'} and {way}"


def _no_passkey() -> Invalid:
    return Invalid([FieldError("passkey", REFUSED)])
