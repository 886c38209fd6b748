"""The server's keys: encryption at rest, keyed hashes, signatures.

Every key is derived (HKDF, RFC 5869) from a list of master keys, newest first. New values are
encrypted and signed with the first; all of them read. Lookups by keyed hash are made with the
last, which therefore stays for as long as the database does.
"""

import base64
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from widget.domain.errors import ConfigurationError

FILE_NAME = "keys.json"
_NONCE = 12
_ID = 4


class KeyRing:
    """What encrypts, looks up and signs. Never printed: it has no useful ``repr``."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        if not masters or any(len(master) < 32 for master in masters):
            raise ConfigurationError("A secret key must be at least 32 bytes long.")
        self._ciphers = {
            _derive(master, "id")[:_ID]: AESGCM(_derive(master, "encryption")) for master in masters
        }
        self._newest = _derive(masters[0], "id")[:_ID]
        self.lookup = _derive(masters[-1], "lookup")
        self.signing = [_derive(master, "signing").hex() for master in reversed(masters)]
        self.session = _derive(masters[0], "session").hex()

    def encrypt(self, text: str, column: str) -> bytes:
        """Encrypt ``text`` (AES-256-GCM), bound to the column that it is for."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), column.encode())
        return self._newest + nonce + sealed

    def decrypt(self, sealed: bytes, column: str) -> str:
        """Return the text that ``encrypt`` was given.

        Raises:
            ConfigurationError: where the key is gone or the value was altered.
        """
        cipher = self._ciphers.get(sealed[:_ID])
        if cipher is None:
            raise ConfigurationError("A stored value was encrypted with a key that is gone.")
        nonce, text = sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        try:
            return cipher.decrypt(nonce, text, column.encode()).decode()
        except InvalidTag as error:
            raise ConfigurationError("A stored value was altered or belongs elsewhere.") from error

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether a value was encrypted with the newest key."""
        return sealed[:_ID] == self._newest


def load_keys(home: Path, configured: Sequence[str]) -> KeyRing:
    """Return the keys that are configured, else those of the key file, made at first use.

    Raises:
        ConfigurationError: for a key that is too short or a file that can't be read.
    """
    if configured:
        return KeyRing([_decode(key) for key in configured])
    path = home / FILE_NAME
    if not path.exists():
        _write(path, [new_key()])
    try:
        return KeyRing([_decode(key) for key in json.loads(path.read_text())["keys"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"The key file {path} can't be read.") from error


def rotate_key_file(home: Path) -> None:
    """Put a new key at the head of the key file; the old ones go on reading."""
    path = home / FILE_NAME
    _write(path, [new_key(), *json.loads(path.read_text())["keys"]])


def new_key() -> str:
    """Return a new master key in its printed form."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _write(path: Path, keys: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"keys": keys}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if len(keys) == 1:
        # Two processes may start at once on an empty folder: the first to link wins, and both
        # read that one.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    else:
        draft.replace(path)


def _decode(key: str) -> bytes:
    try:
        return base64.b64decode(key, altchars=b"-_", validate=True)
    except ValueError:
        # A pass phrase of an operator's own; HKDF spreads it.
        return key.encode()


def _derive(master: bytes, purpose: str) -> bytes:
    info = f"comment-widget {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master)
