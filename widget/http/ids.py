"""Ids in addresses: what no database takes as one is answered as one that isn't there."""

from werkzeug.routing import IntegerConverter

from widget.domain.ids import MAX_ID, read_id


class IdConverter(IntegerConverter):
    """``<int:…>`` in routes; a number that is too great becomes the greatest, which nothing has."""

    def to_python(self, value: str) -> int:
        """Return the id."""
        number = read_id(value)
        return MAX_ID if number is None else number
