"""A page as bytes: plain, gzip and brotli, with its validator."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import brotli
import orjson

#: A dictionary and window that compress a page in well under a millisecond; the last few per
#: cent of quality 11 would cost a hundred times as long on the first read after a comment.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body in each content coding (RFC 9110 §8.4.1), and its weak entity tag."""

    etag: str
    bodies: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """Return the memory that the bodies take, bytes."""
        return sum(len(body) for body in self.bodies.values())


def encode(value: object) -> Encoded:
    """Encode a page of plain values and dataclasses."""
    return encode_bytes(orjson.dumps(value))


def encode_bytes(plain: bytes) -> Encoded:
    """Encode a body that is bytes already."""
    digest = hashlib.blake2b(plain, digest_size=12).hexdigest()
    return Encoded(
        etag=f'W/"{digest}"',
        bodies={
            "identity": plain,
            "gzip": gzip.compress(plain, GZIP_LEVEL, mtime=0),
            "br": brotli.compress(plain, quality=BROTLI_QUALITY),
        },
    )
