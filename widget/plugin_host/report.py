"""Whether the plugins of this server fit it: which load, what is wrong with them, what is odd."""

from collections.abc import Sequence
from dataclasses import dataclass

from widget.plugin_host.call import Caller
from widget.plugin_host.registry import LoadedPlugin, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One plugin that was found. ``faults`` keep it from working, ``remarks`` don't."""

    name: str
    origin: str
    plugin: LoadedPlugin | None
    faults: Sequence[str]
    remarks: Sequence[str] = ()

    @property
    def is_broken(self) -> bool:
        """Tell whether something has to be mended before it works."""
        return bool(self.faults)

    @property
    def in_one_line(self) -> str:
        """Return all that is to be said of it; nothing where all is well."""
        return " ".join([*self.faults, *self.remarks])


def reports(registry: Registry, caller: Caller, limit_s: float) -> list[Report]:
    """Return a report on each plugin that was found, those that can't be used last.

    ``limit_s`` is how long the server waits for all plugins together.
    """
    loaded = [report_on(plugin, caller, limit_s) for plugin in registry.plugins]
    refused = [
        Report(name=one.name, origin=one.origin, plugin=None, faults=[one.reason])
        for one in registry.faults
    ]
    return loaded + refused


def report_on(plugin: LoadedPlugin, caller: Caller, limit_s: float) -> Report:
    """Return the report on one plugin that is loaded."""
    faults = [remark.words for remark in plugin.remarks if remark.breaks]
    remarks = [remark.words for remark in plugin.remarks if not remark.breaks]
    if reason := caller.disabled(plugin):
        faults.append(reason)
    if "check_submission" in plugin.hooks and plugin.info.deadline_s > limit_s:
        remarks.append(
            f"Its deadline of {plugin.info.deadline_s:g} s is longer than the {limit_s:g} s that "
            "all plugins have together."
        )
    return Report(
        name=plugin.name, origin=plugin.origin, plugin=plugin, faults=faults, remarks=remarks
    )
