"""What the site sends: webhooks with the log of their deliveries, and what could not be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import FieldError, Invalid, Malformed
from widget.domain.person import Right
from widget.domain.site import Site
from widget.domain.webhook import CHOICES, Webhook, WebhookEvent
from widget.http.dashboard.access import Access
from widget.publication.parts import Parts
from widget.store import jobs, mails, webhooks
from widget.subscriptions.webhooks import new_webhook, send_again, send_ping

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a page says of the act before it: faults, a new webhook's secret, or that it is done."""

    errors: Mapping[str, str] = field(default_factory=dict)
    added: Webhook | None = None
    done: str = ""


def add_routes(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    """Add ``/<site>/deliveries`` and the acts on it."""
    _add_page(dashboard, parts, access)
    _add_acts(dashboard, parts, access)


def _add_page(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.get("/<site_key>/deliveries")
    def site_deliveries(site_key: str) -> Response:
        return _page(parts, access, access.site(site_key, Right.CONFIGURE), _Shown(done=_said()))

    @dashboard.post("/<site_key>/webhooks")
    def add_webhook(site_key: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        try:
            added = new_webhook(parts, site, request.form.get("url", ""), _events())
        except Invalid as error:
            faults = {fault.field: fault.message for fault in error.errors}
            return _page(parts, access, site, _Shown(errors=faults), 422)
        # Shown now and never again: an answer to a POST is in no browser's history.
        return _page(parts, access, site, _Shown(added=added))


def _add_acts(dashboard: Blueprint, parts: Parts, access: Access) -> None:
    @dashboard.post("/<site_key>/webhooks/<int:webhook_id>")
    def change_webhook(site_key: str, webhook_id: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        act = request.form.get("act", "")
        with parts.database.read() as session:
            webhook = webhooks.webhook_of(session, parts.keys, site.id, webhook_id)
        if act == "ping":
            send_ping(parts, site, webhook)
        elif act == "remove":
            with parts.database.write() as session:
                webhooks.remove_webhook(session, site.id, webhook_id)
        elif act == "save":
            with parts.database.write() as session:
                webhooks.change_webhook(
                    session, site.id, webhook_id, events=_events(), is_on="on" in request.form
                )
        else:
            raise Malformed([FieldError("act", "There is no such act.")])
        return _back(site, act)

    @dashboard.post("/<site_key>/deliveries/<int:delivery_id>")
    def deliver_again(site_key: str, delivery_id: int) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        send_again(parts, site, delivery_id)
        return _back(site, "again")

    @dashboard.post("/<site_key>/deliveries")
    def retry_failed(site_key: str) -> Response:
        site = access.site(site_key, Right.CONFIGURE)
        with parts.database.write() as session:
            mails.try_again(session, site.id, parts.now())
            jobs.try_again(session, site.id, parts.now())
        return _back(site, "again")


def _page(parts: Parts, access: Access, site: Site, shown: _Shown, status: int = 200) -> Response:
    with parts.database.read() as session:
        known = webhooks.webhooks_of(session, parts.keys, site.id)
        log = webhooks.deliveries_of(session, site.id, SHOWN)
        counts = mails.mail_counts(session, site.id)
        failed = mails.failed_mails(session, site.id, SHOWN)
        given_up = jobs.failed_jobs(session, site.id, SHOWN)
    page = render_template(
        "dashboard/deliveries.html",
        site=site,
        sites=access.own_sites(),
        webhooks=known,
        urls={webhook.id: webhook.url for webhook in known},
        log=log,
        counts=counts,
        failed=failed,
        given_up=given_up,
        sends_mail=parts.mail is not None,
        choices=CHOICES,
        chosen=_events() if shown.errors else list(CHOICES),
        url=request.form.get("url", "") if shown.errors else "",
        shown=shown,
    )
    return make_response(page, status)


def _events() -> list[WebhookEvent]:
    wanted = set(request.form.getlist("events"))
    return [event for event in CHOICES if event.value in wanted]


def _said() -> str:
    said = request.args.get("done", "")
    return said if said in ("ping", "remove", "save", "again") else ""


def _back(site: Site, done: str) -> Response:
    return redirect(url_for("dashboard.site_deliveries", site_key=site.key, done=done), 303)
