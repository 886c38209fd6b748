"""Plugin settings, encrypted as a whole; every revision is kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import PluginSettingRow

COLUMN = "plugin_setting.values"


@dataclass(frozen=True, slots=True)
class NewSettings:
    """A plugin's settings on a site as they are to be kept, secrets in the clear."""

    site_id: int
    plugin: str
    values: Mapping[str, Any] = field(repr=False)


def newest_settings(
    session: Session, keys: KeyRing, site_id: int
) -> dict[str, tuple[int, dict[str, Any]]]:
    """Return for each plugin that was ever set on the site its newest revision and values."""
    rows = session.scalars(
        select(PluginSettingRow)
        .where(PluginSettingRow.site_id == site_id)
        .order_by(PluginSettingRow.revision)
    )
    newest = {row.plugin: row for row in rows}
    return {
        plugin: (row.revision, json.loads(keys.decrypt(row.sealed, COLUMN)))
        for plugin, row in newest.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSettings:
    """One revision of a plugin's settings as it was kept, secrets in the clear."""

    revision: int
    values: Mapping[str, Any] = field(repr=False)
    actor: str
    at: datetime


def kept_settings(
    session: Session, keys: KeyRing, site_id: int, plugin: str
) -> Sequence[KeptSettings]:
    """Return every revision of a plugin's settings on a site, the oldest first."""
    rows = session.scalars(
        select(PluginSettingRow)
        .where(PluginSettingRow.site_id == site_id, PluginSettingRow.plugin == plugin)
        .order_by(PluginSettingRow.revision)
    )
    return [
        KeptSettings(
            revision=row.revision,
            values=json.loads(keys.decrypt(row.sealed, COLUMN)),
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    ]


def add_revision(
    session: Session, keys: KeyRing, new: NewSettings, *, actor: str, now: datetime
) -> int:
    """Keep a new revision of a plugin's settings; return its number."""
    site_id, plugin = new.site_id, new.plugin
    last = session.scalar(
        select(PluginSettingRow.revision)
        .where(PluginSettingRow.site_id == site_id, PluginSettingRow.plugin == plugin)
        .order_by(PluginSettingRow.revision.desc())
        .limit(1)
    )
    revision = (last or 0) + 1
    session.add(
        PluginSettingRow(
            site_id=site_id,
            plugin=plugin,
            revision=revision,
            sealed=keys.encrypt(json.dumps(dict(new.values)), COLUMN),
            actor=actor,
            at=now,
        )
    )
    session.flush()
    return revision
