"""The plugins as the rest of the server sees them: asked by site, with their settings."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from widget.domain.audit_log import Action, By, Entry
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.plugin import PluginSettings, SettingsProblem
from widget.domain.site import Site
from widget.domain.submission import Occasion, Submission
from widget.domain.trail import Answer
from widget.plugin_host import settings as plugin_settings
from widget.plugin_host.breaker import Breaker
from widget.plugin_host.call import Caller, Reply
from widget.plugin_host.discovery import Candidate
from widget.plugin_host.need import handed, hash_with
from widget.plugin_host.registry import LoadedPlugin, Registry
from widget.plugin_host.settings import SitePlugin
from widget.store import audit_log, sites
from widget.store import plugin_settings as stored
from widget.store.database import Database
from widget.store.keys import KeyRing

_MAX_CACHED = 256
#: Hooks whose failures hold comments: what fails in them again and again is paused.
_JUDGING = frozenset({"prepare_submission", "check_submission"})


class Plugins:
    """The loaded plugins, what each site set them to, and the way to ask them."""

    def __init__(
        self,
        candidates: Iterable[Candidate],
        database: Database,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self.registry = Registry(candidates)
        self.caller = Caller(self.registry)
        self.breaker = Breaker(database, now)
        self._database = database
        self._keys = keys
        self._hash_email = hash_with(keys.lookup)
        self._cache: dict[int, tuple[int, list[SitePlugin]]] = {}
        self._lock = threading.Lock()

    def of(self, site: Site) -> list[SitePlugin]:
        """Return every plugin with its settings on the site, in order.

        The site's version goes up with each change of settings, so it says whether what is
        remembered is still true.
        """
        remembered = self._cache.get(site.id)
        if remembered and remembered[0] == site.version:
            return remembered[1]
        with self._database.read() as session:
            values = stored.newest_settings(session, self._keys, site.id)
        plugins = [
            plugin_settings.on_site(site.id, plugin, values.get(plugin.name))
            for plugin in self.registry.plugins
        ]
        plugins += [
            plugin_settings.not_loaded(site.id, fault, values.get(fault.name))
            for fault in self.registry.faults
            if self.registry.get(fault.name) is None
        ]
        plugins = plugin_settings.in_order(plugins)
        with self._lock:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            self._cache[site.id] = (site.version, plugins)
        return plugins

    def taking_part(self, site: Site, hook: str) -> list[SitePlugin]:
        """Return the plugins that are on or in shadow on the site and implement the hook."""
        return [plugin for plugin in self.of(site) if plugin.takes_part(hook)]

    def ask(
        self, plugin: SitePlugin, hook: str, deadline_s: float | None = None, **arguments: object
    ) -> Reply:
        """Ask one plugin, with its settings, for no longer than its own deadline.

        It is handed what it declares that it reads. One that fails again and again to judge is
        paused; what is only tried counts nothing.
        """
        own = plugin.plugin.info.deadline_s
        limit = own if deadline_s is None else min(own, deadline_s)
        counts = hook in _JUDGING and not _is_trial(arguments.get("submission"))
        if counts:
            reason = self.breaker.reason_to_skip(plugin.site_id, plugin.name)
            if reason:
                return Reply(failure=Answer.SKIPPED, reason=reason)
        reply = self.work(plugin, hook, limit, **arguments)
        if counts:
            self.breaker.record(plugin.site_id, plugin.name, reply)
        return reply

    def work(self, plugin: SitePlugin, hook: str, limit_s: float, **arguments: object) -> Reply:
        """Ask one plugin as ``ask`` does, for as long as the caller says; nobody waits for it."""
        shown = handed(plugin.need, arguments, self._hash_email)
        return self.caller.ask(plugin.plugin, hook, limit_s, settings=plugin.settings, **shown)

    def get(self, site: Site, name: str) -> SitePlugin:
        """Return one plugin on the site.

        Raises:
            NotFound: where no plugin of that name is loaded.
        """
        for plugin in self.of(site):
            if plugin.name == name:
                return plugin
        raise NotFound(f"There is no plugin {name!r}.")

    def save(
        self,
        site: Site,
        name: str,
        values: Mapping[str, object],
        *,
        actor: str | By,
        now: datetime,
    ) -> int:
        """Check and keep some settings of a plugin on a site; return the revision.

        Which settings were changed is written into the audit log, never what to.

        Raises:
            NotFound: where no plugin of that name is loaded.
            Invalid: naming each setting at fault; nothing was written.
        """
        kept = self._kept(site, name, values)
        by = actor if isinstance(actor, By) else By(actor=actor)
        before = self.get(site, name).stored
        with self._database.write() as session:
            new = stored.NewSettings(site.id, name, kept)
            revision = stored.add_revision(session, self._keys, new, actor=by.actor, now=now)
            sites.touch_site(session, site.id)
            entry = Entry(
                action=Action.PLUGIN_SET,
                by=by,
                site_id=site.id,
                target=f"plugin:{name}",
                details={
                    "plugin": name,
                    "settings": sorted(_changed(before, kept)),
                    "revision": revision,
                },
            )
            audit_log.write(session, self._keys, entry, now)
        return revision

    def kept_settings(self, site: Site, name: str) -> Sequence[stored.KeptSettings]:
        """Return every revision of a plugin's settings on a site, the oldest first."""
        with self._database.read() as session:
            return stored.kept_settings(session, self._keys, site.id, name)

    def restore(
        self, site: Site, name: str, revision: int, *, actor: str | By, now: datetime
    ) -> int:
        """Keep the settings of an earlier revision as a new one; return its number.

        Raises:
            NotFound: where no plugin of that name is loaded, or it has no such revision.
            Invalid: where this version of the plugin can't use them any more.
        """
        for kept in self.kept_settings(site, name):
            if kept.revision == revision:
                return self.save(site, name, kept.values, actor=actor, now=now)
        raise NotFound(f"{name!r} has no settings {revision}.")

    def check(self, site: Site, name: str, values: Mapping[str, object]) -> PluginSettings:
        """Return a plugin's settings with some changed, if that is possible; nothing is kept.

        Raises:
            NotFound: where no plugin of that name is loaded.
            Invalid: naming each setting at fault.
        """
        current = self.get(site, name)
        settings = plugin_settings.changed(current, values)
        problems = self._problems(current.plugin, site, settings)
        if problems:
            raise Invalid(problems)
        return settings

    def _kept(self, site: Site, name: str, values: Mapping[str, object]) -> dict[str, Any]:
        """Return what is to be stored; of a plugin that can't be loaded only the mode changes."""
        current = self.get(site, name)
        if self.registry.get(name) is not None:
            return plugin_settings.to_stored(self.check(site, name, values))
        if set(values) != {"mode"}:
            raise Invalid([FieldError(f"{name}.mode", f"{current.fault} Its mode can be set.")])
        mode = plugin_settings.changed(replace(current, stored={}), values).mode
        return {**current.stored, "mode": mode.value}

    def _problems(self, plugin: LoadedPlugin, site: Site, settings: object) -> Sequence[FieldError]:
        if "check_settings" not in plugin.hooks:
            return ()
        reply = self.caller.ask(
            plugin, "check_settings", plugin.info.deadline_s, site=site, settings=settings
        )
        if reply.failure:
            message = f"The settings could not be checked: {reply.reason}"
            return [FieldError(f"{plugin.name}.mode", message)]
        found = reply.value if isinstance(reply.value, list | tuple) else ()
        return [
            FieldError(f"{plugin.name}.{problem.setting}", problem.message)
            for problem in found
            if isinstance(problem, SettingsProblem)
        ]


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


def _is_trial(submission: object) -> bool:
    return isinstance(submission, Submission) and submission.occasion is Occasion.TRIAL
