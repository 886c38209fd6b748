"""One plugin on a site: its settings with every revision, its health, and its pause."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import Invalid
from widget.domain.person import Right
from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.http.dashboard import words
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.fields import fields_of, values_from
from widget.http.dashboard.panel import panel_of
from widget.moderation.health import health_of
from widget.plugin_host.report import Report, report_on
from widget.plugin_host.revisions import revisions
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.publication.publish import publish_site
from widget.store import audit_log, people

log = logging.getLogger("comment_widget.dashboard")

_PAGE = "dashboard.plugin_settings"


@dataclass(frozen=True, slots=True)
class _Form:
    """What became of a form that wasn't saved: its faults, or that its settings work."""

    errors: Mapping[str, str] = field(default_factory=dict)
    works: bool = False


@dataclass(frozen=True, slots=True)
class _Pages:
    """The page of a plugin, and keeping what it sends."""

    parts: Parts
    access: Access

    def page(self, site: Site, plugin: SitePlugin, form: _Form | None = None) -> Response:
        shown = _shown(self.parts, site, plugin, form or _Form())
        text = render_template("dashboard/plugin.html", sites=self.access.own_sites(), **shown)
        return make_response(text, 422 if form and form.errors else 200)

    def kept(self, site: Site, plugin: SitePlugin, keep: Callable[[], object]) -> Response:
        """Keep settings and come back to the page, or show it with what is at fault."""
        try:
            keep()
        except Invalid as error:
            return self.page(site, plugin, _faults(error, plugin))
        publish_site(self.parts, site)
        log.info("person %d set plugin %s on site %s", current_person().id, plugin.name, site.key)
        where = url_for(_PAGE, site_key=site.key, name=plugin.name, saved=1)
        return redirect(where, 303)


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of plugins."""
    pages = _Pages(parts, access)
    _add_settings(dashboard, pages)
    _add_others(dashboard, pages)


def _add_settings(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    @dashboard.get("/<site_key>/plugins/<name>")
    def plugin_settings(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        return pages.page(site, parts.plugins.get(site, name))

    @dashboard.post("/<site_key>/plugins/<name>")
    def save_plugin(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        plugin = parts.plugins.get(site, name)
        values = values_from(plugin.settings, request.form)
        who, now = access.by(), parts.now()
        return pages.kept(
            site, plugin, lambda: parts.plugins.save(site, name, values, actor=who, now=now)
        )


def _add_others(dashboard: Blueprint, pages: _Pages) -> None:
    parts, access = pages.parts, pages.access

    @dashboard.post("/<site_key>/plugins/<name>/test")
    def test_plugin(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        plugin = parts.plugins.get(site, name)
        # As if it were on: one that is off says nothing of the world, and nothing is kept.
        values = values_from(plugin.settings, request.form) | {"mode": Mode.ON.value}
        try:
            parts.plugins.check(site, name, values)
        except Invalid as error:
            return pages.page(site, plugin, _faults(error, plugin))
        return pages.page(site, plugin, _Form(works=True))

    @dashboard.post("/<site_key>/plugins/<name>/revisions/<int:revision>")
    def restore_revision(site_key: str, name: str, revision: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        plugin = parts.plugins.get(site, name)
        who, now = access.by(), parts.now()
        return pages.kept(
            site, plugin, lambda: parts.plugins.restore(site, name, revision, actor=who, now=now)
        )

    @dashboard.post("/<site_key>/plugins/<name>/resume")
    def resume_plugin(site_key: str, name: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        plugin = parts.plugins.get(site, name)
        entry = audit_log.resumed(access.by(), site.id, plugin.name)
        also = partial(audit_log.write, keys=parts.keys, entry=entry, now=parts.now())
        parts.plugins.breaker.resume(site.id, plugin.name, also)
        log.info("person %d resumed plugin %s on site %s", current_person().id, name, site.key)
        return redirect(url_for(_PAGE, site_key=site.key, name=name), 303)


def _faults(error: Invalid, plugin: SitePlugin) -> _Form:
    prefix = f"{plugin.name}."
    return _Form(errors={one.field.removeprefix(prefix): one.message for one in error.errors})


def _shown(parts: Parts, site: Site, plugin: SitePlugin, form: _Form) -> dict[str, object]:
    """Return what the page of a plugin shows."""
    past = revisions(parts.plugins, site, plugin)
    with parts.database.read() as session:
        people_ids = words.people_of(one.actor for one in past)
        emails = people.emails_of(session, parts.keys, people_ids)
    typed = request.form if form.errors or form.works else None
    return {
        "site": site,
        "plugin": plugin,
        "fields": fields_of(plugin.settings, form.errors, typed),
        "errors": form.errors,
        "works": form.works,
        "saved": "saved" in request.args,
        "can_test": "check_settings" in plugin.plugin.hooks,
        "panel": panel_of(parts, site, plugin),
        "report": None if plugin.fault else _report(parts, plugin),
        "health": health_of(parts, site, plugin.name),
        "revisions": past,
        "emails": emails,
        "words": words,
    }


def _report(parts: Parts, plugin: SitePlugin) -> Report:
    return report_on(plugin.plugin, parts.plugins.caller, parts.config.deadline_s)
