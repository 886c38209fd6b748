"""``comment-widget serve``."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import click

from widget.config import LIMITS, PREFIX, Config, load_config
from widget.domain.errors import ConfigurationError

#: Requests that wait for a free thread before more connections are accepted, per worker.
_BACKPRESSURE = 512
_HEADER_BYTES = 65_536
APPLICATION = "widget.wsgi:application"


@click.command("serve", epilog="Example: comment-widget serve --bind 0.0.0.0:8080 --workers 2")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen.")
@click.option(
    "--unix", type=click.Path(path_type=Path), metavar="PATH", help="Listen on a unix socket."
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Worker processes; as many as cores by default."
)
def command(bind: str | None, unix: Path | None, workers: int | None) -> None:
    """Serve comments; the embedded database is migrated first.

    There are as many worker processes as cores, unless --workers says otherwise. SIGHUP replaces
    them one by one, with the configuration and plugins as they are by then, and no request fails;
    SIGTERM ends after the requests under way.
    """
    config = settle(bind, workers)
    if unix is None:
        check_address(config)
    # What was counted before a power cut may be half written, and is worth nothing by now.
    (config.home / LIMITS).unlink(missing_ok=True)
    run(config, unix, said=lambda: click.echo(f"Serving on {unix or config.url}", err=True))


def settle(bind: str | None, workers: int | None) -> Config:
    """Let options win over the configuration, here and in the worker processes."""
    for name, value in (("BIND", bind), ("WORKERS", workers)):
        if value is not None:
            os.environ[PREFIX + name] = str(value)
    return load_config()


def run(
    config: Config,
    unix: Path | None = None,
    target: str = APPLICATION,
    said: Callable[[], None] | None = None,
) -> None:
    """Serve until told to stop; SIGHUP reloads, SIGTERM ends after the requests under way.

    ``target`` is the factory of the WSGI application; benchmarks compare it with a bare one.
    ``said`` is called once it answers.

    Raises:
        ConfigurationError: where the address can't be read.
    """
    # Imported here: other commands shouldn't wait for the server's start-up.
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    from widget.cli.processes import Processes, cores  # noqa: PLC0415  # with granian, 100 ms

    host, port = _address(config.bind)
    server = Processes(
        target=target,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        uds=unix,
        workers=config.workers or cores(),
        blocking_threads=config.threads,
        backpressure=_BACKPRESSURE,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        workers_max_rss=config.snapshot_mb + config.worker_mb,
        http1_settings=HTTP1Settings(max_buffer_size=_HEADER_BYTES),
        log_level=LogLevels.error,
    )
    server.on_ready = said
    server.serve()


def check_address(config: Config) -> None:
    """Try whether the server can listen where it is told to.

    Raises:
        ConfigurationError: where the address can't be read, isn't this machine's or is taken.
    """
    host, port = _address(config.bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the server itself does: connections that are still closing don't matter.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ConfigurationError(f"bind: {config.bind}: {error.strerror}.") from error


def _address(bind: str) -> tuple[str, int]:
    """Return the IP address and the port; of a name that has several the IPv4 one."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ConfigurationError(f"bind: {bind!r} is not HOST:PORT.")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigurationError(f"bind: {bind}: {error.strerror}.") from error
    preferred = min(found, key=lambda one: one[0] is not socket.AF_INET)
    return str(preferred[4][0]), int(port)
