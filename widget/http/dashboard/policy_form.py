"""The policy of a site on one page: what it publishes, and how each plugin takes part in that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from widget.domain.plugin import WithoutConsent
from widget.domain.site import Site
from widget.domain.trail import Mode, OnFailure
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.transfer.policy import SITE, PolicyFile

#: The site's settings and those of each plugin that the page has.
OF_SITE = ("policy", "combine")
_CHOICES: Mapping[str, Sequence[str]] = {
    "mode": tuple(Mode),
    "on_failure": tuple(OnFailure),
    "without_consent": tuple(WithoutConsent),
}
_ORDER = "order"


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting of a plugin that is chosen from some words."""

    name: str
    value: str
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One plugin on the page; one with a fault can't be changed there.

    ``order`` is empty where the plugin stands at its own place.
    """

    plugin: SitePlugin
    choices: Sequence[Choice]
    order: str
    errors: Sequence[str]


def rows_of(
    plugins: Sequence[SitePlugin], typed: Mapping[str, str] | None, errors: Mapping[str, str]
) -> list[Row]:
    """Return a row for each plugin, in their order, with what was typed and refused if so."""
    return [_row(plugin, typed or {}, errors) for plugin in plugins]


def wanted_by(parts: Parts, site: Site, form: Mapping[str, str]) -> PolicyFile:
    """Return the policy that a form asks for; what it doesn't have stays as it is."""
    own = {name: form[f"{SITE}.{name}"] for name in OF_SITE if f"{SITE}.{name}" in form}
    plugins = {
        plugin.name: _values(plugin, form)
        for plugin in parts.plugins.of(site)
        if plugin.fault is None
    }
    return PolicyFile(site=own, plugins=plugins)


def _row(plugin: SitePlugin, typed: Mapping[str, str], errors: Mapping[str, str]) -> Row:
    name = plugin.name
    choices = [
        Choice(one, typed.get(f"{name}.{one}", str(getattr(plugin.settings, one))), options)
        for one, options in _CHOICES.items()
        if hasattr(plugin.settings, one)
    ]
    order = str(plugin.settings.order or "")
    return Row(
        plugin=plugin,
        choices=choices,
        order=typed.get(f"{name}.{_ORDER}", order),
        errors=[words for field, words in errors.items() if field.startswith(f"{name}.")],
    )


def _values(plugin: SitePlugin, form: Mapping[str, str]) -> dict[str, object]:
    names = [name for name in (*_CHOICES, _ORDER) if hasattr(plugin.settings, name)]
    found = {name: form[key] for name in names if (key := f"{plugin.name}.{name}") in form}
    return {
        name: value.strip() or "0" if name == _ORDER else value for name, value in found.items()
    }
