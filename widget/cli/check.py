"""``comment-widget check``: the configuration doctor."""

import sys
from collections.abc import Iterator

import click
import orjson

from widget.assembly import open_server
from widget.config import load_config
from widget.logs import write_logs
from widget.publication.parts import Parts
from widget.store import audit, jobs, schema, sites
from widget.store.keys import FILE_NAME

_OK, _NOTE, _FAULT = "ok", "note", "fault"


@click.command("check", epilog="Example: comment-widget check --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Look for what is wrong with the configuration, the database and the plugins.

    Ends with status 1 where something is.
    """
    config = load_config()
    write_logs("ERROR")
    parts = open_server(config)
    findings = list(_findings(parts))
    if as_json:
        rows = [{"state": state, "message": message} for state, message in findings]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        for state, message in findings:
            click.echo(f"{state:6}{message}")
    sys.exit(1 if any(state == _FAULT for state, _ in findings) else 0)


def _findings(parts: Parts) -> Iterator[tuple[str, str]]:
    yield from _configuration(parts)
    if not parts.database.is_reachable():
        yield _FAULT, "The database can't be reached."
        return
    yield _OK, "The database can be reached."
    current = schema.current(parts.database)
    if current != schema.head():
        yield _FAULT, f"The schema is {current}, not {schema.head()}: run db upgrade."
        return
    yield _OK, f"The schema is {current}."
    yield from _contents(parts)
    yield from _plugins(parts)


def _configuration(parts: Parts) -> Iterator[tuple[str, str]]:
    config = parts.config
    if not config.public_url:
        yield _NOTE, f"public_url is not set: links lead to {config.url}."
    elif not config.public_url.startswith("https://"):
        yield _NOTE, "public_url is not https: what readers write can be read on its way."
    if parts.mail is None:
        yield _NOTE, "smtp_url is not set: no mail is sent, and readers can't subscribe."
    keys = config.home / FILE_NAME
    if keys.exists() and keys.stat().st_mode & 0o077:
        yield _FAULT, f"{keys} can be read by others: chmod 600 it."
    if not (config.is_embedded or config.redis_url):
        yield _NOTE, "redis_url is not set: each machine counts rate limits for itself."


def _contents(parts: Parts) -> Iterator[tuple[str, str]]:
    with parts.database.read() as session:
        known = sites.list_sites(session)
        wrong = audit.wrong_counts(session)
        failed = jobs.jobs_failed(session)
    if not known:
        yield _NOTE, "There is no site yet: run comment-widget site add."
    for site in known:
        if not site.hosts:
            yield _FAULT, f"The site {site.key} has no host: nobody can comment on it."
    for line in wrong:
        yield _FAULT, f"A counter is wrong: {line}."
    if not wrong:
        yield _OK, "All counters are right."
    if failed:
        yield _NOTE, f"{failed} jobs have failed for good."


def _plugins(parts: Parts) -> Iterator[tuple[str, str]]:
    registry = parts.plugins.registry
    yield _OK, f"{len(registry.plugins)} plugins are loaded."
    for fault in registry.faults:
        yield _FAULT, f"The plugin {fault.name} ({fault.origin}) can't be used: {fault.reason}"
    with parts.database.read() as session:
        known = sites.list_sites(session)
    for site in known:
        for plugin in parts.plugins.of(site):
            if plugin.fault:
                yield _FAULT, f"{site.key}: {plugin.name}: {plugin.fault}"
