"""What this process has done and what waits, in Prometheus' text format."""

from collections.abc import Iterator, Mapping

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from widget.domain.errors import Busy
from widget.publication.parts import Parts
from widget.store import jobs, mails, pauses
from widget.store.mails import State


def add_routes(pages: Blueprint, parts: Parts) -> None:
    """Add ``/metrics``. Numbers of the process are of the worker that answers."""
    registry = CollectorRegistry()
    registry.register(_Numbers(parts))

    @pages.get("/metrics")
    def metrics() -> Response:
        response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
        response.headers["Cache-Control"] = "no-store"
        return response


class _Numbers(Collector):
    """Reads the numbers as they are asked for: nothing is counted twice."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> Iterator[Metric]:
        """Say nothing before it is asked: the database may not be there yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return what is known now; a database that is away is a number, too."""
        size = self._parts.snapshots.size
        yield _gauge("snapshot_bytes", "Memory that snapshots take in this process.", size)
        yield self._calls()
        try:
            with self._parts.database.read() as session:
                waiting, failed = jobs.jobs_waiting(session), jobs.jobs_failed(session)
                paused = pauses.pauses_by_plugin(session)
                letters = mails.mail_counts(session)
        except Busy:
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield _gauge("jobs_waiting", "Jobs that wait or are under way.", waiting)
        yield _gauge("jobs_failed", "Jobs that were given up.", failed)
        yield _gauge("mails_waiting", "Mails that wait to be sent.", letters[State.WAITING])
        yield _gauge("mails_failed", "Mails that could not be sent.", letters[State.FAILED])
        yield _paused(paused)

    def _calls(self) -> CounterMetricFamily:
        calls = CounterMetricFamily(
            "comment_widget_plugin_calls",
            "Calls of plugins in this process, by how they ended.",
            labels=["plugin", "ended"],
        )
        for (plugin, ended), number in self._parts.plugins.caller.ended().items():
            calls.add_metric([plugin, ended], number)
        return calls


def _paused(by_plugin: Mapping[str, int]) -> GaugeMetricFamily:
    words = "Sites on which a plugin is paused, as it failed again and again."
    family = GaugeMetricFamily("comment_widget_plugin_paused", words, labels=["plugin"])
    for plugin, number in by_plugin.items():
        family.add_metric([plugin], number)
    return family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"comment_widget_{name}", words, value=value)
