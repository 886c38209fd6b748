"""The reader's form as the site and its plugins make it."""

import time
from collections.abc import Callable
from dataclasses import replace

from widget.domain.form import FieldType, FormField, FormNotice
from widget.domain.site import Site
from widget.domain.thread_page import Form, Notice
from widget.languages.languages import ENGLISH, Languages
from widget.plugin_host.need import is_own
from widget.plugin_host.plugins import Plugins
from widget.plugin_host.settings import SitePlugin
from widget.snapshot.form_language import in_language

#: How long a form is remembered, seconds: a plugin that failed to add its field is asked again.
REMEMBER_S = 30.0


class Forms:
    """The form of each site, as it may be cached; made once for each version of the site."""

    def __init__(
        self,
        plugins: Plugins,
        sanitise: Callable[[str], str],
        languages: Languages,
        *,
        sends_mail: bool,
    ) -> None:
        self._sends_mail = sends_mail
        self._plugins = plugins
        self._sanitise = sanitise
        self._languages = languages
        self._known: dict[tuple[int, str], tuple[int, float, Form]] = {}

    def of(self, site: Site, language: str | None = None) -> Form:
        """Return the site's form without what must be fresh for each writer.

        In the language of a tag, where there is a catalogue of it, else in the site's.
        """
        name = self.language_of(site, language)
        version, until, form = self._known.get((site.id, name), (0, 0.0, None))
        now = time.monotonic()
        if form is None or version != site.version or now > until:
            form = without_fresh_values(self.fresh(site, language))
            self._known[site.id, name] = (site.version, now + REMEMBER_S, form)
        return form

    def fresh(self, site: Site, language: str | None = None) -> Form:
        """Return the site's form with what is fresh for each writer, in the same language."""
        form = build_form(site, self._plugins, self._sanitise)
        if not self._sends_mail:
            form = replace(form, subscriptions=False)
        return in_language(form, self._languages, self.language_of(site, language))

    def language_of(self, site: Site, language: str | None) -> str:
        """Return the language of a tag, else the site's, else English."""
        known = self._languages.known
        return known(language) or known(site.settings.language) or ENGLISH


def build_form(site: Site, plugins: Plugins, sanitise: Callable[[str], str]) -> Form:
    """Return the form of a site: its own fields and what its plugins add.

    A plugin that fails adds nothing; what it checks it then checks without its field.
    """
    settings = site.settings
    return Form(
        fields=_fields(site, plugins),
        notices=_notices(site, plugins, sanitise),
        author={
            "name": settings.author_name,
            "email": settings.author_email,
            "website": settings.author_website,
        },
        max_length=settings.max_length,
        max_depth=settings.max_depth,
        edit_window_s=settings.edit_window_s,
        policy=settings.policy,
        votes=settings.votes,
        flags=settings.flags,
        numbers=settings.numbers,
        subscriptions=settings.subscriptions,
    )


def without_fresh_values(form: Form) -> Form:
    """Return the form as it may be cached: a challenge is fetched when the form is entered."""
    fields = [
        replace(field, value=None) if field.type is FieldType.CHALLENGE else field
        for field in form.fields
    ]
    return replace(form, fields=fields)


def _fields(site: Site, plugins: Plugins) -> list[FormField]:
    found: list[FormField] = []
    for plugin in plugins.taking_part(site, "form_fields"):
        found.extend(
            field
            for field in _answers(plugins, plugin, site, "form_fields")
            if isinstance(field, FormField) and is_own(plugin.name, field.name)
        )
    return found


def _notices(site: Site, plugins: Plugins, sanitise: Callable[[str], str]) -> list[Notice]:
    found: list[Notice] = []
    for plugin in plugins.taking_part(site, "form_notices"):
        found.extend(
            Notice(plugin=plugin.name, html=sanitise(notice.html))
            for notice in _answers(plugins, plugin, site, "form_notices")
            if isinstance(notice, FormNotice)
        )
    return found


def _answers(plugins: Plugins, plugin: SitePlugin, site: Site, hook: str) -> tuple[object, ...]:
    value = plugins.ask(plugin, hook, site=site).value
    return tuple(value) if isinstance(value, list | tuple) else ()
