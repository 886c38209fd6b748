"""Earlier settings of a plugin on a site: who changed what and when, and no secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from widget.domain.site import Site
from widget.plugin_host.plugins import Plugins
from widget.plugin_host.settings import SitePlugin

_SHOWN = 20
_LONG = 80
_SECRET = "(secret)"  # noqa: S105 — what is shown instead of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting that a revision changed, as it was and as it became."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of a plugin's settings; ``actor`` saved it."""

    number: int
    at: datetime
    actor: str
    changes: Sequence[Change]


def revisions(plugins: Plugins, site: Site, plugin: SitePlugin) -> Sequence[Revision]:
    """Return the last revisions, the newest first, each with what it changed."""
    kept = plugins.kept_settings(site, plugin.name)
    defaults = plugin.plugin.settings_model().model_dump(mode="json")
    found: list[Revision] = []
    before: Mapping[str, Any] = defaults
    for one in kept:
        found.append(
            Revision(
                number=one.revision,
                at=one.at,
                actor=one.actor,
                changes=_changes(plugin, before, one.values),
            )
        )
        before = one.values
    return found[::-1][:_SHOWN]


def _changes(
    plugin: SitePlugin, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Sequence[Change]:
    secrets = _secret_settings(plugin)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        Change(
            setting=name,
            before=_SECRET if name in secrets else _said(before.get(name)),
            after=_SECRET if name in secrets else _said(after.get(name)),
        )
        for name in names
        if not (name in secrets and not before.get(name) and not after.get(name))
    ]


def _secret_settings(plugin: SitePlugin) -> set[str]:
    model = plugin.plugin.settings_model
    defaults = model()
    return {name for name in model.model_fields if isinstance(getattr(defaults, name), SecretStr)}


def _said(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
