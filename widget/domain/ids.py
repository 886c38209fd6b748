"""Ids of stored things: whole numbers of eight bytes, on every database."""

#: The greatest id that a database can hold.
MAX_ID = (1 << 63) - 1


def read_id(text: str) -> int | None:
    """Return the id that a text names, ``None`` where it can be none's."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_ID)):
        return None
    number = int(text)
    return number if number <= MAX_ID else None
