"""What if: a comment is tried on the plugins, and nothing of it is stored."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from widget.domain.comment import Author
from widget.domain.errors import Invalid
from widget.domain.site import Site
from widget.domain.submission import Occasion, Submission
from widget.domain.trail import Mode
from widget.http.dashboard import words
from widget.http.dashboard.access import Access
from widget.moderation.trial import Trial, try_out
from widget.plugin_host.settings import SitePlugin
from widget.plugin_host.tried import Changes
from widget.publication.parts import Parts
from widget.submission.submit import clean

FIELDS = ("body", "name", "email", "website", "address")
_MAX = 64_000


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/what-if``."""

    def page(site: Site, trial: Trial | None, errors: Mapping[str, str], status: int) -> Response:
        text = render_template(
            "dashboard/what_if.html",
            site=site,
            sites=access.own_sites(),
            values={name: request.form.get(name, "") for name in FIELDS},
            all_plugins="all_plugins" in request.form,
            agreed="agreed" in request.form,
            asks_consent=any(one.needs_consent for one in parts.plugins.of(site)),
            sending=[one for one in parts.plugins.of(site) if _would_send(one)],
            trial=trial,
            errors=errors,
            words=words,
            sanitise=parts.sanitise,
        )
        return make_response(text, status)

    @dashboard.get("/<site_key>/what-if")
    def what_if(site_key: str) -> Response:
        return page(access.site(site_key), None, {}, 200)

    @dashboard.post("/<site_key>/what-if")
    def try_comment(site_key: str) -> Response:
        site = access.site(site_key)
        changes = _with_all(parts, site) if "all_plugins" in request.form else {}
        try:
            agreed = "agreed" in request.form
            trial = try_out(parts, clean(_submission(parts, site)), changes, agreed=agreed)
        except Invalid as error:
            faults = {fault.field.split(".")[-1]: fault.message for fault in error.errors}
            return page(site, None, faults, 422)
        return page(site, trial, {}, 200)


def _submission(parts: Parts, site: Site) -> Submission:
    said = {name: request.form.get(name, "").strip()[:_MAX] or None for name in FIELDS}
    url = f"https://{site.hosts[0].removeprefix('http://').removeprefix('*.')}/"
    return Submission(
        site=site,
        url=url,
        permalink=url,
        author=Author(name=said["name"], email=said["email"], website=said["website"]),
        body=said["body"] or "",
        address=said["address"],
        user_agent=request.headers.get("User-Agent", "")[:400] or None,
        language=request.headers.get("Accept-Language", "")[:35] or None,
        occasion=Occasion.TRIAL,
        at=parts.now(),
    )


def _would_send(plugin: SitePlugin) -> bool:
    return plugin.mode is not Mode.OFF and plugin.plugin.info.sends is not None


def _with_all(parts: Parts, site: Site) -> Changes:
    """Return what lets plugins speak that are off, but for those that send comments away."""
    return {
        plugin.name: {"mode": Mode.SHADOW}
        for plugin in parts.plugins.of(site)
        if plugin.mode is Mode.OFF and not plugin.plugin.info.sends and plugin.fault is None
    }
