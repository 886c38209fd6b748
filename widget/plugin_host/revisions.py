"""Earlier settings of a plugin on a site: who changed what and when, and no secret."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

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
    found: list[Revision] = []
    before: Mapping[str, Any] = _defaults(plugin)
    for one in kept:
        found.append(
            Revision(
                number=one.revision,
                at=one.at,
                actor=one.actor,
                changes=changes(plugin, before, one.values),
            )
        )
        before = one.values
    return found[::-1][:_SHOWN]


def changes(
    plugin: SitePlugin, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Sequence[Change]:
    """Return where some settings differ from others, with no secret in it."""
    open_ones = _open_settings(plugin)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        Change(
            setting=name,
            before=_said(before.get(name)) if name in open_ones else _SECRET,
            after=_said(after.get(name)) if name in open_ones else _SECRET,
        )
        for name in names
        if name in open_ones or before.get(name) or after.get(name)
    ]


def _defaults(plugin: SitePlugin) -> Mapping[str, Any]:
    try:
        return plugin.plugin.settings_model().model_dump(mode="json")
    except ValidationError:  # its own defaults are at fault, which the page says elsewhere
        return {}


def _open_settings(plugin: SitePlugin) -> set[str]:
    """Return the settings that may be shown.

    What this version of the plugin doesn't know, or none of it as it can't be loaded, may have been
    a secret once: only what its model says is none is shown.
    """
    model = plugin.plugin.settings_model
    schema = model.model_json_schema()
    hidden = [name for name, one in schema.get("$defs", {}).items() if _hides(one, ())]
    return {name for name, one in schema["properties"].items() if not _hides(one, hidden)}


def _hides(definition: object, hidden: Sequence[str]) -> bool:
    """Tell whether a definition has a secret anywhere in it, as in ``SecretStr | None``."""
    text = json.dumps(definition)
    return '"writeOnly"' in text or any(f'"#/$defs/{name}"' in text for name in hidden)


def _said(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
