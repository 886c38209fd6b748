"""``comment-widget plugins``, and the commands that plugins add themselves."""

from datetime import datetime
from functools import partial

import click
import orjson

from widget.cli.check_plugins import check
from widget.cli.new_plugin import new
from widget.cli.opening import BY, open_parts, site_of
from widget.config import load_config
from widget.domain.needs import Reads
from widget.domain.trail import Mode
from widget.plugin_host.call import Caller
from widget.plugin_host.discovery import find_plugins
from widget.plugin_host.registry import Registry
from widget.store import audit_log, pauses

_COMMANDS_S = 10.0


@click.group("plugins", epilog="Example: comment-widget plugins list")
def command() -> None:
    """Plugins: which there are, and which are on."""


@command.command("list", epilog="Example: comment-widget plugins list --site blog --json")
@click.option("--site", "site_key", metavar="KEY", help="Say how each takes part on this site.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(site_key: str | None, as_json: bool) -> None:
    """List the plugins in the order in which they are asked, and those that can't be used."""
    parts = open_parts()
    modes: dict[str, Mode] = {}
    paused: dict[str, datetime] = {}
    needing: dict[str, bool] = {}
    places: dict[str, int] = {}
    if site_key is not None:
        site = site_of(parts, site_key)
        found = parts.plugins.of(site)
        modes = {plugin.name: plugin.mode for plugin in found}
        needing = {plugin.name: plugin.needs_consent for plugin in found}
        places = {plugin.name: place for place, plugin in enumerate(found)}
        with parts.database.read() as session:
            paused = {pause.plugin: pause.until for pause in pauses.pauses_of(session, site.id)}
    registry = parts.plugins.registry
    rows = [
        {
            "name": plugin.name,
            "version": plugin.info.version,
            "origin": plugin.origin,
            "mode": modes.get(plugin.name),
            "paused_until": paused.get(plugin.name),
            "requires": plugin.info.requires or None,
            "reads": [one.value for one in Reads if one in plugin.info.may_read],
            "sends": plugin.info.sends_in_words or None,
            "needs_consent": needing.get(plugin.name, plugin.info.needs_consent),
            "description": plugin.info.description,
            "fault": None,
        }
        for plugin in sorted(registry.plugins, key=lambda one: places.get(one.name, 0))
    ] + [
        {"name": fault.name, "origin": fault.origin, "fault": fault.reason}
        for fault in registry.faults
    ]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        if row["fault"]:
            click.echo(f"{row['name']:20}  can't be used ({row['origin']}): {row['fault']}")
            continue
        mode = f"{row['mode']:7}" if row["mode"] else ""
        click.echo(f"{row['name']:20}  {row['version']:9}{mode}{row['description']}")
        if row["paused_until"]:
            click.echo(f"{'':22}paused until {row['paused_until']:%H:%M} UTC, as it failed")
        if row["sends"]:
            consent = ", where the reader has agreed" if row["needs_consent"] else ""
            click.echo(f"{'':22}sends {row['sends']}{consent}")


@command.command("resume", epilog="Example: comment-widget plugins resume akismet --site blog")
@click.argument("name")
@click.option("--site", "site_key", metavar="KEY", required=True, help="The site it is paused on.")
def resume(name: str, site_key: str) -> None:
    """Ask a plugin again that was paused because it failed again and again."""
    parts = open_parts()
    plugin = parts.plugins.get(site_of(parts, site_key), name)
    entry = audit_log.resumed(BY, plugin.site_id, plugin.name)
    also = partial(audit_log.write, keys=parts.keys, entry=entry, now=parts.now())
    was = parts.plugins.breaker.resume(plugin.site_id, plugin.name, also)
    click.echo(f"{name} is asked again." if was else f"{name} was not paused.")


command.add_command(new)
command.add_command(check)


def add_plugin_commands(group: click.Group) -> None:
    """Add the groups of the plugins that have commands."""
    registry = Registry(find_plugins(load_config().home / "plugins"))
    caller = Caller(registry)
    for plugin in registry.plugins:
        if "commands" not in plugin.hooks:
            continue
        own = click.Group(plugin.name, help=plugin.info.description)
        if caller.ask(plugin, "commands", _COMMANDS_S, group=own).failure is None:
            group.add_command(own)
