"""``/feeds/…``: Atom of a site, of a page, and of the replies to one comment."""

from flask import Blueprint, Response, request

from widget.domain.errors import FieldError, Malformed
from widget.http.snapshots import respond
from widget.publication.parts import Parts
from widget.snapshot.feed import FeedQuestion, Feeds


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add the feeds."""
    feeds = Feeds(reader=parts.reader, languages=parts.languages)

    def answer(question: FeedQuestion) -> Response:
        return respond(feeds.read(question), request, parts.config.shared_cache_s)

    def here() -> str:
        return f"{parts.config.url}{request.path}"

    @pages.get("/feeds/<site_key>.atom")
    def site_feed(site_key: str) -> Response:
        return answer(FeedQuestion(site=site_key, address=here(), path=request.path))

    @pages.get("/feeds/<site_key>/thread.atom")
    def thread_feed(site_key: str) -> Response:
        url = request.args.get("url")
        if not url:
            raise Malformed([FieldError("url", "Name the page: ?url=…")])
        thread = request.args.get("thread")
        query = request.environ["QUERY_STRING"]
        question = FeedQuestion(
            site=site_key,
            address=f"{here()}?{query}",
            path=request.path,
            query=query,
            url=url,
            thread=thread,
        )
        return answer(question)

    @pages.get("/feeds/<site_key>/replies/<int:comment_id>.atom")
    def replies_feed(site_key: str, comment_id: int) -> Response:
        question = FeedQuestion(
            site=site_key, address=here(), path=request.path, replies_to=comment_id
        )
        return answer(question)
