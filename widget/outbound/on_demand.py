"""The way out of the server, made when something first goes out: most servers ask nobody."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from widget.domain.plugin import OutboundAnswer

if TYPE_CHECKING:
    from widget.outbound.post import Poster


class PosterOnDemand:
    """The ``Outbound`` of plugins; ``private_hosts`` are the operator's exceptions."""

    def __init__(self, *, private_hosts: Collection[str]) -> None:
        self._private_hosts = private_hosts

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        """Send a POST and return the answer; no redirect is followed.

        Raises:
            ConnectionError: with a sentence for the owner.
        """
        return self._poster.post(url, content=content, headers=headers, limit_s=limit_s)

    @cached_property
    def _poster(self) -> "Poster":
        from widget.outbound.post import Poster  # noqa: PLC0415  # 6 MB and 100 ms

        return Poster(private_hosts=self._private_hosts)
