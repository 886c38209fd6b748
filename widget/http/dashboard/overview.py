"""The overview of a site: what came in, what became of it, who decided and how soon."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from widget.domain.comment import Status
from widget.domain.errors import FieldError, Malformed
from widget.http.dashboard import charts
from widget.http.dashboard.access import Access
from widget.moderation.overview import in_words, overview
from widget.publication.parts import Parts
from widget.store.queue import COUNT_LIMIT

PERIODS = (30, 90, 365)
#: The parts of a bar from the ground up: what readers see, what waits, what they don't see.
STAND = (Status.PUBLISHED, Status.PENDING, Status.SPAM, Status.REJECTED, Status.DELETED)


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/overview``."""

    @dashboard.get("/<site_key>/overview")
    def site_overview(site_key: str) -> Response:
        site = access.site(site_key)
        found = overview(parts, site, _days(request.args.get("days") or str(PERIODS[0])))
        page = render_template(
            "dashboard/overview.html",
            site=site,
            sites=access.own_sites(),
            found=found,
            periods=PERIODS,
            limit=COUNT_LIMIT,
            height=charts.HEIGHT,
            in_words=in_words,
            series=[status.value for status in STAND],
            stand=charts.stacked([[one.stand[key] for key in STAND] for one in found.steps]),
            decided=charts.stacked([[one.by_pipeline, one.by_people] for one in found.steps]),
            waited=charts.times([[one.median_s, one.p90_s] for one in found.steps]),
        )
        return make_response(page)


def _days(text: str) -> int:
    if text not in map(str, PERIODS):
        wanted = ", ".join(map(str, PERIODS))
        raise Malformed([FieldError("days", f"It is one of {wanted}.")])
    return int(text)
