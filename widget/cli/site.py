"""``comment-widget site``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import click
import orjson
from pydantic import SecretStr, ValidationError

from widget import paths
from widget.cli import stats
from widget.cli.assignments import grouped
from widget.cli.opening import BY, open_parts, site_of
from widget.domain.audit_log import Action, Entry, site_changes
from widget.domain.errors import FieldError, Invalid
from widget.domain.hosts import check_host
from widget.domain.plugin import PluginSettings
from widget.domain.site import Site, SiteSettings
from widget.embed_check.server import this_server
from widget.plugin_host.settings import model_faults
from widget.publication.parts import Parts
from widget.store import audit_log, sites

ACTOR = "command line"
SITE = "site"
#: Sites are addressed under ``/dashboard/<key>``, beside these.
RESERVED = frozenset({"account", "invitation", "log", "people", "sign-in", "sign-out"})
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_SET_HELP = "A setting: site.NAME=VALUE or PLUGIN.NAME=VALUE. May be given again."

title_option = click.option("--title", help="What the site is called.")
host_option = click.option(
    "--host", "hosts", multiple=True, help="A host of its pages. May be given again."
)
set_option = click.option("--set", "assignments", multiple=True, metavar="X.Y=Z", help=_SET_HELP)


@click.group("site", epilog="Example: comment-widget site list")
def command() -> None:
    """Add sites and change their hosts and settings."""


@command.command(
    "add", epilog="Example: comment-widget site add blog --title 'My blog' --host example.org"
)
@click.argument("key")
@title_option
@host_option
@set_option
def add(key: str, title: str | None, hosts: Sequence[str], assignments: Sequence[str]) -> None:
    """Add a site. KEY is what data-site says in the script tag."""
    if not _KEY.fullmatch(key):
        message = "Use lower-case letters, digits, - and _, at most 64."
        raise Invalid([FieldError("key", message)])
    if key in RESERVED:
        raise Invalid([FieldError("key", f"{key!r} is an address of the dashboard's own.")])
    if not hosts:
        raise click.UsageError("Give at least one --host.")
    parts = open_parts()
    wanted = grouped(assignments)
    site = Site(
        id=0,
        key=key,
        title=title or key,
        hosts=_checked(hosts),
        settings=_site_settings(SiteSettings(), wanted.pop(SITE, {})),
    )
    _refuse_unknown(parts, wanted)
    for name, values in wanted.items():
        # Before anything is written: a site without its checks would publish without them.
        parts.plugins.check(site, name, values)
    with parts.database.write() as session:
        site = sites.add_site(session, site, parts.now())
        entry = Entry(action=Action.SITE_ADDED, by=BY, site_id=site.id, details={"name": key})
        audit_log.write(session, parts.keys, entry, parts.now())
    _set_plugins(parts, site, wanted)
    click.echo(f"Added the site {key}. On its pages:\n\n{script_tag(parts, key)}")


@command.command("set", epilog="Example: comment-widget site set blog --set site.policy=hold")
@click.argument("key")
@title_option
@host_option
@set_option
def change(key: str, title: str | None, hosts: Sequence[str], assignments: Sequence[str]) -> None:
    """Change a site. Hosts that are given replace all earlier ones."""
    parts = open_parts()
    before = site = site_of(parts, key)
    wanted = grouped(assignments)
    site = replace(
        site,
        title=title or site.title,
        hosts=_checked(hosts) or site.hosts,
        settings=_site_settings(site.settings, wanted.pop(SITE, {})),
    )
    _refuse_unknown(parts, wanted)
    _set_plugins(parts, site, wanted)
    with parts.database.write() as session:
        sites.change_site(session, site)
        changes = site_changes(before, site)
        entry = Entry(action=Action.SITE_SET, by=BY, site_id=site.id, details=changes)
        if changes["values"]:
            audit_log.write(session, parts.keys, entry, parts.now())
    click.echo(f"Changed the site {key}.")


@command.command("list", epilog="Example: comment-widget site list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(as_json: bool) -> None:
    """List all sites."""
    parts = open_parts()
    with parts.database.read() as session:
        found = sites.list_sites(session)
    if as_json:
        rows = [{"key": site.key, "title": site.title, "hosts": site.hosts} for site in found]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for site in found:
        click.echo(f"{site.key:20}  {', '.join(site.hosts):40}  {site.title}")


@command.command("show", epilog="Example: comment-widget site show blog")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(key: str, as_json: bool) -> None:
    """Show a site with all its settings; secrets are only said to be set or not."""
    parts = open_parts()
    site = site_of(parts, key)
    settings = {SITE: site.settings.model_dump(mode="json")} | {
        plugin.name: _shown(plugin.settings) for plugin in parts.plugins.of(site)
    }
    if as_json:
        row = {"key": key, "title": site.title, "hosts": site.hosts, "settings": settings}
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"key    {key}\ntitle  {site.title}\nhosts  {', '.join(site.hosts)}")
    for owner, values in settings.items():
        for name, value in values.items():
            click.echo(f"{owner}.{name}={value}")
    click.echo(f"\n{script_tag(parts, key)}")


command.add_command(stats.show_stats)


def script_tag(parts: Parts, key: str) -> str:
    """Return the lines that put the box on a page."""
    return this_server(parts.config.url, paths.STATIC).tag(key)


def _checked(hosts: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(check_host(host) for host in hosts)
    except ValueError as error:
        raise Invalid([FieldError("host", str(error))]) from error


def _site_settings(current: SiteSettings, values: Mapping[str, object]) -> SiteSettings:
    try:
        return SiteSettings.model_validate({**current.model_dump(), **values})
    except ValidationError as error:
        raise Invalid(model_faults(error, prefix="site.")) from error


def _refuse_unknown(parts: Parts, wanted: Mapping[str, object]) -> None:
    registry = parts.plugins.registry
    known = [plugin.name for plugin in registry.plugins]
    known += [fault.name for fault in registry.faults]
    faults = [
        FieldError(name, f"There is no such plugin (there are: {', '.join(known)}).")
        for name in wanted
        if name not in known
    ]
    if faults:
        raise Invalid(faults)


def _set_plugins(parts: Parts, site: Site, wanted: Mapping[str, Mapping[str, object]]) -> None:
    for name, values in wanted.items():
        parts.plugins.save(site, name, values, actor=ACTOR, now=parts.now())


def _shown(settings: PluginSettings) -> dict[str, object]:
    shown: dict[str, object] = settings.model_dump(mode="json")
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown[name] = "(set)" if value.get_secret_value() else "(not set)"
    return shown
