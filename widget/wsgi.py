"""What a WSGI server is given: the application with snapshots before it and a worker beside."""

import atexit
from typing import TYPE_CHECKING

from widget.app import create_app, parts_of
from widget.config import LIMITS, load_config
from widget.http.snapshots import SnapshotsFirst
from widget.jobs.worker import Worker
from widget.logs import write_logs
from widget.store import schema
from widget.store.shared_limits import shared_limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def application() -> "WSGIApplication":
    """Return the WSGI application of one server process; its worker runs unless configured off.

    For any production WSGI server that takes a factory, as ``widget.wsgi:application()``. The
    embedded database is migrated first.

    Raises:
        ConfigurationError: where it can't run like this.
    """
    config = load_config()
    app = create_app(config, limits_url=shared_limits(config.home / LIMITS))
    parts = parts_of(app)
    schema.make_current(parts.database, migrate=parts.config.is_embedded)
    write_logs(parts.config.log_level)
    if parts.config.worker:
        worker = Worker(parts)
        worker.start()
        atexit.register(worker.stop)
    return SnapshotsFirst(app.wsgi_app, parts.snapshots, parts.config.shared_cache_s)
