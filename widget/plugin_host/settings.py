"""A plugin's typed settings on a site: read, checked, written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from widget.domain.errors import FieldError, Invalid
from widget.domain.plugin import PluginInfo, PluginSettings
from widget.domain.trail import Mode, OnFailure
from widget.plugin_host.need import Need
from widget.plugin_host.registry import LoadedPlugin, LoadFault


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlugin:
    """A plugin on a site, by the site's id.

    ``stored`` are its values as they were kept, secrets in the clear. ``fault`` says why it
    can't be asked here, if so: it then holds what it should have checked.
    """

    site_id: int
    plugin: LoadedPlugin
    settings: PluginSettings
    revision: int
    stored: Mapping[str, Any] = field(repr=False)
    fault: str | None = None

    @property
    def mode(self) -> Mode:
        """Return how the plugin takes part; one with a fault is still on, and so holds."""
        return self.settings.mode

    @property
    def name(self) -> str:
        """Return the plugin's name."""
        return self.plugin.name

    @property
    def order(self) -> float:
        """Return when it is asked on the site: as its owner says, else as the plugin does."""
        return self.settings.order or self.plugin.info.order

    @property
    def need(self) -> Need:
        """Return what it is handed of a comment, with its settings on the site."""
        return Need(self.name, self.plugin.info.reads_with(self.settings))

    @property
    def needs_consent(self) -> bool:
        """Tell whether it is asked only where the reader agreed to that."""
        wanted = getattr(self.settings, "needs_consent", False) is True
        return wanted or self.plugin.info.needs_consent

    @property
    def without_consent(self) -> OnFailure:
        """Return what becomes of a comment that it may not be asked about."""
        return OnFailure(getattr(self.settings, "without_consent", OnFailure.HOLD))

    def takes_part(self, hook: str) -> bool:
        """Tell whether the plugin is asked by a hook: it implements it and isn't off."""
        return self.mode is not Mode.OFF and hook in self.plugin.hooks


def in_order(plugins: Iterable[SitePlugin]) -> list[SitePlugin]:
    """Return plugins in the order in which they are asked on their site."""
    return sorted(plugins, key=lambda plugin: (plugin.order, plugin.name))


def on_site(
    site_id: int, plugin: LoadedPlugin, stored: tuple[int, Mapping[str, Any]] | None
) -> SitePlugin:
    """Return the plugin with its stored settings, or its defaults where there are none."""
    revision, values = stored or (0, {})
    fault: str | None = None
    try:
        settings = plugin.settings_model.model_validate(values)
    except ValidationError as error:
        fault = "Its settings are not valid for this version: " + _first(error)
        settings = _what_is_left(values)
    return SitePlugin(
        site_id=site_id,
        plugin=plugin,
        settings=settings,
        revision=revision,
        stored=values,
        fault=fault,
    )


def not_loaded(
    site_id: int, fault: LoadFault, stored: tuple[int, Mapping[str, Any]] | None
) -> SitePlugin:
    """Return a plugin that is there and can't be loaded.

    It holds, unless it is switched off or its failures mean something else: an owner who relied
    on it must not learn from readers that it is gone.
    """
    revision, values = stored or (0, {})
    info = PluginInfo(name=fault.name, version="?", description="It can't be loaded.")
    plugin = LoadedPlugin(
        info=info,
        settings_model=PluginSettings,
        origin=fault.origin,
        hooks=frozenset({"check_submission"}),
    )
    return SitePlugin(
        site_id=site_id,
        plugin=plugin,
        settings=_what_is_left(values),
        revision=revision,
        stored=values,
        fault=f"It can't be loaded: {fault.reason}",
    )


def changed(current: SitePlugin, values: Mapping[str, object]) -> PluginSettings:
    """Return the settings with some values replaced.

    Raises:
        Invalid: naming each value at fault as ``<plugin>.<setting>``.
    """
    merged = {**current.stored, **values}
    try:
        return current.plugin.settings_model.model_validate(merged)
    except ValidationError as error:
        raise Invalid(model_faults(error, prefix=f"{current.name}.")) from error


def to_stored(settings: PluginSettings) -> dict[str, Any]:
    """Return the values as plain JSON with secrets in the clear; only for the encrypted store."""
    plain = settings.model_dump(mode="json")
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            plain[name] = value.get_secret_value()
    return plain


def model_faults(error: ValidationError, prefix: str) -> Sequence[FieldError]:
    """Return a model's faults as field errors; never the value that was refused."""
    return [
        FieldError(prefix + ".".join(str(part) for part in fault["loc"]), _sentence(fault["msg"]))
        for fault in error.errors(include_input=False, include_url=False)
    ]


def fields_of(model: type[BaseModel]) -> dict[str, str]:
    """Return each setting's description by its name."""
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _what_is_left(values: Mapping[str, Any]) -> PluginSettings:
    """Return mode and failure policy of settings that don't validate, else on and hold."""
    base = {"mode": Mode.ON} | {
        name: value for name, value in values.items() if name in PluginSettings.model_fields
    }
    try:
        return PluginSettings.model_validate(base)
    except ValidationError:
        return PluginSettings(mode=Mode.ON)


def _first(error: ValidationError) -> str:
    fault = model_faults(error, prefix="")[0]
    return f"{fault.field}: {fault.message}"


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."
