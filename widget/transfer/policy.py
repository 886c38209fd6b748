"""A site's moderation policy as one TOML file: exported, compared, imported as a whole.

The file has the table ``[site]`` and one ``[plugins.NAME]`` for each plugin. Secrets are never
in it, and stay as they are where a file is imported.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import tomli_w
from pydantic import BaseModel, SecretStr, ValidationError

from widget.domain.audit_log import Action, By, Entry
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.site import Site, SiteSettings
from widget.plugin_host.settings import changed, model_faults
from widget.publication.parts import Parts
from widget.publication.publish import publish_site
from widget.store import audit_log, sites

SITE, PLUGINS = "site", "plugins"

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that a file has otherwise than the site; ``path`` is ``OWNER.NAME``."""

    path: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """What a file says: the site's own settings, and those of plugins by their names."""

    site: Values
    plugins: Mapping[str, Values]


def export_policy(parts: Parts, site: Site) -> str:
    """Return a site's policy as TOML, every setting of it but the secrets."""
    plugins = {
        plugin.name: _plain(plugin.settings)
        for plugin in parts.plugins.of(site)
        if plugin.fault is None
    }
    return tomli_w.dumps({SITE: _plain(site.settings), PLUGINS: plugins})


def read_policy(text: str) -> PolicyFile:
    """Read a policy's TOML; its settings are checked against a site by the others here.

    Raises:
        Invalid: where it is no TOML, or has tables that a policy hasn't.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([FieldError("file", f"This is not TOML: {error}.")]) from error
    own, plugins = found.pop(SITE, {}), found.pop(PLUGINS, {})
    tables = isinstance(plugins, dict) and all(isinstance(v, dict) for v in plugins.values())
    if found or not isinstance(own, dict) or not tables:
        odd = ", ".join(sorted(found)) or f"{SITE} or {PLUGINS}"
        message = f"A policy has the tables [{SITE}] and [{PLUGINS}.NAME]; see {odd}."
        raise Invalid([FieldError("file", message)])
    return PolicyFile(site=own, plugins=plugins)


def diff_policy(parts: Parts, site: Site, wanted: PolicyFile) -> list[Change]:
    """Return what an import would change; what the file doesn't name stays as it is.

    Raises:
        Invalid: naming every setting at fault, of the site and of all plugins at once.
    """
    faults: list[FieldError] = []
    changes = _differences(SITE, site.settings, _site_settings(site, wanted.site, faults))
    for name, values in wanted.plugins.items():
        try:
            current = parts.plugins.get(site, name)
            after = changed(current, values)
        except NotFound as error:
            faults.append(FieldError(name, str(error)))
        except Invalid as error:
            faults.extend(error.errors)
        else:
            changes += _differences(name, current.settings, after)
    if faults:
        raise Invalid(faults)
    return changes


def import_policy(parts: Parts, site: Site, wanted: PolicyFile, *, actor: str) -> list[Change]:
    """Give a site the policy of a file; return what changed.

    Everything is checked before anything is written, by the plugins themselves, too.

    Raises:
        Invalid: naming every setting at fault; nothing was written.
    """
    changes = diff_policy(parts, site, wanted)
    touched = {change.path.partition(".")[0] for change in changes}
    plugins = {name: values for name, values in wanted.plugins.items() if name in touched}
    for name, values in plugins.items():
        parts.plugins.check(site, name, values)
    for name, values in plugins.items():
        parts.plugins.save(site, name, values, actor=actor, now=parts.now())
    if changes:
        with parts.database.write() as session:
            if SITE in touched:
                settings = _site_settings(site, wanted.site, [])
                sites.change_site(session, replace(site, settings=settings))
            entry = Entry(
                action=Action.POLICY_IMPORTED,
                by=By(actor=actor),
                site_id=site.id,
                details={"settings": [change.path for change in changes]},
            )
            audit_log.write(session, parts.keys, entry, parts.now())
        publish_site(parts, site)
    return changes


def _site_settings(site: Site, values: Values, faults: list[FieldError]) -> SiteSettings:
    try:
        return SiteSettings.model_validate({**site.settings.model_dump(), **values})
    except ValidationError as error:
        faults.extend(model_faults(error, prefix=f"{SITE}."))
        return site.settings


def _plain(settings: BaseModel) -> dict[str, Any]:
    """Return settings as TOML can say them: without secrets, and without what is not set."""
    secret = {
        name
        for name in type(settings).model_fields
        if isinstance(getattr(settings, name), SecretStr)
    }
    return settings.model_dump(mode="json", exclude=secret, exclude_none=True)


def _differences(owner: str, before: BaseModel, after: BaseModel) -> list[Change]:
    old, new = _plain(before), _plain(after)
    return [
        Change(f"{owner}.{name}", old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
