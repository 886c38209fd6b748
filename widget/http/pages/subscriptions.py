"""The pages that mails lead to: confirming an address, and all that it is subscribed to.

The token in the address is the proof; there is no account and no cookie. Asking for a page changes
nothing, as programs look at the links of mails before people do: each change is a POST.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.subscription import Rhythm, Scope
from widget.domain.words import say
from widget.http.language import asked_language
from widget.http.pages.thread_words import PageWords
from widget.publication.parts import Parts
from widget.store import sites
from widget.subscriptions import subscribe
from widget.subscriptions.subscribe import Own

#: What RFC 8058 has a mail program send.
ONE_CLICK = ("List-Unsubscribe", "One-Click")
_ENDED = say("You get no more of these mails.")


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add the pages of subscriptions."""
    _add_confirming(pages, parts)
    _add_own(pages, parts)


def _add_confirming(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/subscriptions/confirm/<token>")
    def confirm_page(token: str) -> AnyResponse:
        subscriber_id = parts.mail_tokens.read_confirming(token, parts.now())
        subscriber, own = subscribe.own_subscriptions(parts, subscriber_id)
        if subscriber.confirmed:
            return _to_own(parts, subscriber_id)
        return _page(
            parts, "subscription_confirm.html", subscriber.language, subscriber.site_id, own=own
        )

    @pages.post("/subscriptions/confirm/<token>")
    def confirm(token: str) -> AnyResponse:
        subscriber_id = parts.mail_tokens.read_confirming(token, parts.now())
        subscribe.confirm(parts, subscriber_id)
        return _to_own(parts, subscriber_id, said="confirmed")


def _add_own(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/subscriptions/<token>")
    def own_page(token: str) -> AnyResponse:
        subscriber_id, named = parts.mail_tokens.read_subscriptions(token)
        try:
            subscriber, own = subscribe.own_subscriptions(parts, subscriber_id)
        except NotFound:
            return _ended(parts)
        return _page(
            parts,
            "subscriptions.html",
            subscriber.language,
            subscriber.site_id,
            own=own,
            subscriber=subscriber,
            named=next((one for one in own if one.subscription.id == named), None),
            said=request.args.get("said", ""),
            rhythms=list(Rhythm),
            offers_site=all(one.subscription.scope is not Scope.SITE for one in own),
        )

    @pages.post("/subscriptions/<token>")
    def change(token: str) -> AnyResponse:
        subscriber_id, named = parts.mail_tokens.read_subscriptions(token)
        if request.form.get(ONE_CLICK[0]) == ONE_CLICK[1] or "end_this" in request.form:
            subscribe.end_by_link(parts, subscriber_id, named)
        elif "end_all" in request.form:
            subscribe.end_all(parts, subscriber_id)
        else:
            _change(parts, subscriber_id)
        where = url_for("pages.own_page", token=token, said="changed")
        return redirect(where, 303)


def _change(parts: Parts, subscriber_id: int) -> None:
    """Keep of the subscriptions shown those that are still ticked."""
    shown = {int(value) for value in request.form.getlist("shown") if value.isdecimal()}
    kept = {int(value) for value in request.form.getlist("keep") if value.isdecimal()}
    rhythm = Rhythm.DAILY if request.form.get("rhythm") == Rhythm.DAILY else Rhythm.EACH
    wants_site = "site" in request.form
    try:
        subscribe.change(
            parts, subscriber_id, end=sorted(shown - kept), rhythm=rhythm, add_site=wants_site
        )
    except NotFound:
        return


def _to_own(parts: Parts, subscriber_id: int, said: str | None = None) -> AnyResponse:
    token = parts.mail_tokens.for_subscriptions(subscriber_id)
    return redirect(url_for("pages.own_page", token=token, said=said), 303)


def _ended(parts: Parts) -> Response:
    words = PageWords(parts.languages, asked_language())
    html = render_template(
        "subscriptions.html",
        **words.names(),
        site=None,
        own=[],
        subscriber=None,
        named=None,
        said="",
        ended=_ENDED,
        server=parts.config.url,
        rhythms=[],
        names={},
    )
    return private(make_response(html))


def _page(
    parts: Parts, template: str, language: str, site_id: int, own: list[Own], **more: object
) -> Response:
    with parts.database.read() as session:
        site = sites.site_by_id(session, site_id)
    words = PageWords(parts.languages, language)
    whole_site = words.say(say("new comments on {site}", site=site.title if site else ""))
    html = render_template(
        template,
        site_offer=whole_site if more.pop("offers_site", False) else None,
        **words.names(),
        site=site,
        own=own,
        names=_names(words, site, own),
        server=parts.config.url,
        ended=None,
        **more,
    )
    return private(make_response(html))


def _names(words: PageWords, site: Site | None, own: list[Own]) -> Mapping[int, str]:
    """Return in words what each subscription is for."""
    return {one.subscription.id: _name(words, site, one) for one in own}


def _name(words: PageWords, site: Site | None, own: Own) -> str:
    title = (own.thread.title or own.thread.url) if own.thread else ""
    scope = own.subscription.scope
    if scope is Scope.SITE or own.thread is None:
        return words.say(say("new comments on {site}", site=site.title if site else ""))
    if scope is Scope.REPLIES:
        return words.say(say("replies to your comment on {title}", title=title))
    return words.say(say("new comments on {title}", title=title))


def private(response: Response) -> Response:
    """Keep a page with a token in its address to who asked for it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )
    return response
