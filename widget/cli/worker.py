"""``comment-widget worker``."""

import logging
import signal
import threading

import click

from widget.cli.opening import open_parts
from widget.config import load_config
from widget.jobs.worker import Worker
from widget.logs import write_logs


@click.command("worker", epilog="Example: comment-widget worker --threads 4")
@click.option(
    "--threads", type=click.IntRange(1, 64), default=2, help="Jobs done at once.", show_default=True
)
def command(threads: int) -> None:
    """Do what follows an answer: mails, rechecks, webhooks, learning. Until told to stop.

    ``serve`` does that by itself. Run workers of their own where there is more to do than one
    process can, and set ``worker = false`` for the servers beside them. Any number of workers
    share the work; what one of them dies over, another takes up within a minute or two.
    """
    config = load_config()
    parts = open_parts(config)
    write_logs(config.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(parts, threads)
    worker.start()
    logging.getLogger("comment_widget.jobs").info("worker started, %d threads", threads)
    stop.wait()
    worker.stop()
