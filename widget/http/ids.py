"""Ids in addresses: what no database takes as one is no address of ours."""

from werkzeug.routing import IntegerConverter, Map

from widget.domain.ids import MAX_ID


class IdConverter(IntegerConverter):
    """``<int:…>`` in routes, up to the greatest id; a greater number is answered with 404."""

    regex = r"\d{1,19}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MAX_ID)
