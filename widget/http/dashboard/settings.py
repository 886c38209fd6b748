"""The settings of a site: for owners and admins."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from widget import paths
from widget.domain.audit_log import Action, Entry, site_changes
from widget.domain.errors import FieldError, Invalid
from widget.domain.hosts import check_host
from widget.domain.person import Right
from widget.domain.site import Site, SiteSettings
from widget.embed_check.server import this_server
from widget.http.dashboard.access import Access, current_person
from widget.http.dashboard.fields import fields_of, values_from
from widget.http.dashboard.policy_form import OF_SITE, rows_of, wanted_by
from widget.plugin_host.settings import model_faults
from widget.publication.parts import Parts
from widget.publication.publish import publish_site
from widget.store import audit_log, sites
from widget.transfer.policy import SITE, import_policy

log = logging.getLogger("comment_widget.dashboard")

_MAX_TITLE = 300


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add the routes of a site's settings."""

    def site_page(site: Site, errors: Mapping[str, str] | None = None) -> Response:
        form = request.form if errors else None
        plugins = parts.plugins.of(site)
        known = {plugin.name for plugin in plugins}
        fields = fields_of(site.settings, _of_site(errors or {}), form and _of_site(form))
        page = render_template(
            "dashboard/settings.html",
            site=site,
            sites=access.own_sites(),
            rows=rows_of(plugins, form, errors or {}),
            faults=[one for one in parts.plugins.registry.faults if one.name not in known],
            policy_fields=[field for field in fields if field.name in OF_SITE],
            fields=[field for field in fields if field.name not in OF_SITE],
            title=form.get("title", site.title) if form else site.title,
            hosts=form.get("hosts", "\n".join(site.hosts)) if form else "\n".join(site.hosts),
            errors=errors or {},
            saved="saved" in request.args,
            tag=this_server(parts.config.url, paths.STATIC).tag(site.key),
        )
        return make_response(page, 422 if errors else 200)

    @dashboard.get("/<site_key>/settings")
    def site_settings(site_key: str) -> Response:
        return site_page(access.site(site_key, Right.CONFIGURE))

    @dashboard.post("/<site_key>/settings")
    def save_site(site_key: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        try:
            changed = _changed(site)
        except Invalid as error:
            return site_page(site, {fault.field: fault.message for fault in error.errors})
        with parts.database.write() as session:
            sites.change_site(session, changed)
            entry = Entry(
                action=Action.SITE_SET,
                by=access.by(),
                site_id=site.id,
                details=site_changes(site, changed),
            )
            audit_log.write(session, parts.keys, entry, parts.now())
        publish_site(parts, site)
        log.info("person %d changed the settings of site %s", current_person().id, site.key)
        return redirect(url_for("dashboard.site_settings", site_key=site.key, saved=1), 303)

    @dashboard.post("/<site_key>/policy")
    def save_policy(site_key: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        wanted = wanted_by(parts, site, request.form)
        try:
            import_policy(parts, site, wanted, actor=current_person().actor)
        except Invalid as error:
            return site_page(site, {fault.field: fault.message for fault in error.errors})
        log.info("person %d changed the policy of site %s", current_person().id, site.key)
        return redirect(url_for("dashboard.site_settings", site_key=site.key, saved=1), 303)


def _of_site(named: Mapping[str, str]) -> dict[str, str]:
    """Return what is said of the site's own settings, in whichever of the forms, by their names."""
    return {name.removeprefix(f"{SITE}."): value for name, value in named.items()}


def _changed(site: Site) -> Site:
    """Return the site as the form says it should be.

    Raises:
        Invalid: naming every field at fault, all of them at once.
    """
    faults: list[FieldError] = []
    title = request.form.get("title", "").strip()
    if not title or len(title) > _MAX_TITLE:
        faults.append(FieldError("title", f"Give a title of 1 to {_MAX_TITLE} characters."))
    hosts = _hosts(faults)
    settings = site.settings
    try:
        values = site.settings.model_dump() | values_from(site.settings, request.form)
        settings = SiteSettings.model_validate(values)
    except ValidationError as error:
        faults.extend(model_faults(error, prefix=""))
    if faults:
        raise Invalid(faults)
    return replace(site, title=title, hosts=hosts, settings=settings)


def _hosts(faults: list[FieldError]) -> tuple[str, ...]:
    lines = [line.strip() for line in request.form.get("hosts", "").splitlines() if line.strip()]
    try:
        hosts = tuple(dict.fromkeys(check_host(line) for line in lines))
    except ValueError as error:
        faults.append(FieldError("hosts", str(error)))
        return ()
    if not hosts:
        faults.append(FieldError("hosts", "Give at least one host, as example.org."))
    return hosts
