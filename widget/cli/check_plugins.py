"""``comment-widget plugins check``."""

import sys

import click
import orjson

from widget.assembly import open_server
from widget.config import load_config
from widget.domain.needs import Reads
from widget.logs import write_logs
from widget.plugin_host.examine import API
from widget.plugin_host.report import Report, reports


@click.command("check", epilog="Example: comment-widget plugins check --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Look whether each plugin that is found fits this server, and what is odd about it.

    Ends with status 1 where one is broken.
    """
    config = load_config()
    write_logs("CRITICAL")
    parts = open_server(config)
    found = reports(parts.plugins.registry, parts.plugins.caller, config.deadline_s)
    if as_json:
        rows = [_row(report) for report in found]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(f"The hooks of this server have version {API}.")
        for report in found:
            _tell(report)
    sys.exit(1 if any(report.is_broken for report in found) else 0)


def _tell(report: Report) -> None:
    state = "broken" if report.is_broken else "note" if report.remarks else "ok"
    hooks = ", ".join(sorted(report.plugin.hooks)) if report.plugin else "can't be loaded"
    click.echo(f"{state:8}{report.name:20}  {report.origin}: {hooks}")
    for words in [*report.faults, *report.remarks]:
        click.echo(f"{'':30}{words}")


def _row(report: Report) -> dict[str, object]:
    row: dict[str, object] = {
        "name": report.name,
        "origin": report.origin,
        "loads": report.plugin is not None,
        "broken": report.is_broken,
        "faults": report.faults,
        "remarks": report.remarks,
    }
    if report.plugin is None:
        return row
    info = report.plugin.info
    return row | {
        "version": info.version,
        "hooks": sorted(report.plugin.hooks),
        "requires": info.requires or None,
        "deadline_s": info.deadline_s,
        "reads": [one.value for one in Reads if one in info.may_read],
        "sends": info.sends_in_words or None,
        "needs_consent": info.needs_consent,
    }
