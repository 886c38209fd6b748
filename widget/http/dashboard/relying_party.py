"""Passkeys as a browser speaks of them (WebAuthn level 2), for the address of this server.

A passkey is bound to the server's public address: a page of any other can't use it. The library is
loaded with the first passkey: it takes 10 MB and 0.1 s, and many servers have none.
"""

import ipaddress
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from widget.domain.errors import FieldError, Invalid
from widget.domain.identity import keyed_hash
from widget.domain.person import Person
from widget.store.passkeys import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

NAME = "Comment Widget"
REFUSED = "This passkey was not taken. Please try again, or use another way."
_MAX_CREDENTIAL = 20_000

Options = dict[str, Any]


class RelyingParty:
    """Makes the options for a browser, and checks what comes back."""

    def __init__(self, url: str, lookup_key: bytes) -> None:
        parsed = urlsplit(url)
        self.origin = f"{parsed.scheme}://{parsed.netloc}"
        self.id = parsed.hostname or ""
        self._lookup_key = lookup_key

    @property
    def is_usable(self) -> bool:
        """Tell whether browsers make passkeys here: by TLS (or on localhost), and for a name."""
        try:
            ipaddress.ip_address(self.id)
        except ValueError:
            return self.origin.startswith("https://") or self.id == "localhost"
        return False

    def to_add(self, person: Person, known: Sequence[Passkey]) -> tuple[bytes, Options]:
        """Return the challenge and the options for making a passkey that signs in by itself."""
        from webauthn import generate_registration_options  # noqa: PLC0415
        from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
        from webauthn.helpers.structs import (  # noqa: PLC0415
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=self.id,
            rp_name=NAME,
            user_name=person.email,
            user_id=self._handle(person.id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )
        return options.challenge, options_to_json_dict(options)

    def to_ask(self, known: Sequence[Passkey] = ()) -> tuple[bytes, Options]:
        """Return the challenge and the options for using a passkey: one of these, or any."""
        from webauthn import generate_authentication_options  # noqa: PLC0415
        from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
        from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

        options = generate_authentication_options(
            rp_id=self.id,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options.challenge, options_to_json_dict(options)

    def added(self, text: str, challenge: bytes) -> tuple[bytes, bytes, int]:
        """Return a new passkey's id, public key and count.

        Raises:
            Invalid: where the answer isn't one to this challenge, of this server's page.
        """
        from webauthn import verify_registration_response  # noqa: PLC0415

        try:
            made = verify_registration_response(
                credential=_read(text),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except Exception as error:  # what a stranger sends may fail anywhere in the parser
            raise _refused() from error
        return made.credential_id, made.credential_public_key, made.sign_count

    def id_in(self, text: str) -> bytes:
        """Return the id of the passkey that an answer says it is of.

        Raises:
            Invalid: where it says none.
        """
        from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415

        try:
            return parse_authentication_credential_json(_read(text)).raw_id
        except Exception as error:  # as above
            raise _refused() from error

    def used(self, text: str, challenge: bytes, passkey: Passkey) -> int:
        """Return the new count of a passkey whose owner showed it, and who they are to it.

        Raises:
            Invalid: where the answer isn't one of this passkey to this challenge, or its count
                didn't go up.
        """
        from webauthn import verify_authentication_response  # noqa: PLC0415
        from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415

        try:
            credential = parse_authentication_credential_json(_read(text))
            handle = credential.response.user_handle
            if handle is not None and handle != self._handle(passkey.person_id):
                raise _refused()
            return verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            ).new_sign_count
        except Exception as error:  # as above
            raise _refused() from error

    def _handle(self, person_id: int) -> bytes:
        """Return what authenticators know somebody by: nothing that says who it is."""
        return bytes.fromhex(keyed_hash(self._lookup_key, "passkey", str(person_id)))


def _descriptors(known: Sequence[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

    return [PublicKeyCredentialDescriptor(id=one.credential) for one in known]


def _read(text: str) -> Options:
    if len(text) > _MAX_CREDENTIAL:
        raise _refused()
    found = json.loads(text)
    if not isinstance(found, dict):
        raise _refused()
    return found


def _refused() -> Invalid:
    return Invalid([FieldError("passkey", REFUSED)])
