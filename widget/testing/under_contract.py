"""One plugin as the contract sees it: over the real host, with what it raises kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from widget.domain.form import FormField
from widget.domain.plugin import PluginSettings, ServerInfo
from widget.domain.trail import Answer
from widget.plugin_host.sound import own_copy
from widget.testing.asking import ask
from widget.testing.encodable import encodable
from widget.testing.host import Host, name_of
from widget.testing.hostile import ADDRESS, EMAIL, Case, hostile_cases
from widget.testing.leaks import secrets_of, with_secrets
from widget.testing.values import a_site


@dataclass(frozen=True, slots=True)
class Asked:
    """How asking for one case ended. ``error`` is what the plugin raised."""

    hook: str
    case: str
    value: object
    is_late: bool
    error: BaseException | None

    @property
    def is_answer(self) -> bool:
        """Tell whether it answered at all."""
        return not self.is_late and self.error is None

    def breaks(self, words: str) -> NoReturn:
        """Say which promise is broken, for which case."""
        told = self.error is None or str(self.error) == encodable(str(self.error))
        sentence = encodable(f"{self.hook}, asked for {self.case!r}: {words}")
        raise AssertionError(sentence) from (self.error if told else None)


class UnderContract:
    """A started plugin, switched on with an owner's settings and with secrets in them."""

    def __init__(self, plugin: object, values: Mapping[str, object], server: ServerInfo) -> None:
        chosen = with_secrets(settings_model(plugin), values)
        self._host = Host([plugin], {name_of(plugin): chosen}, server)
        (self._on_site,) = self._host.plugins
        self.info = self._on_site.plugin.info
        self.settings = self._on_site.settings
        private = {"the reader's email": EMAIL, "the reader's IP address": ADDRESS}
        self.forbidden = {**private, **secrets_of(self.settings)}

    def has(self, hook: str) -> bool:
        """Tell whether the plugin implements a hook."""
        return hook in self._on_site.plugin.hooks

    def ask(self, hook: str, case: str, **arguments: object) -> Asked:
        """Ask one hook, in the host's threads, under the plugin's deadline."""
        copies = {name: own_copy(value) for name, value in arguments.items()}
        raised: list[BaseException] = []

        def call() -> object:
            try:
                plugin = self._on_site.plugin
                return self._host.registry.call(plugin, hook, settings=self.settings, **copies)
            except BaseException as error:
                raised.append(error)
                raise

        plugin, limit_s = self._on_site.plugin, self.info.deadline_s
        reply = self._host.caller.run(plugin, hook, limit_s, call)
        is_late = reply.failure in (Answer.TIMED_OUT, Answer.SKIPPED)
        return Asked(hook, case, reply.value, is_late, raised[0] if raised else None)

    def check(self, case: Case) -> Asked:
        """Ask for a verdict on a case."""
        return self.ask(
            "check_submission", case.name, submission=case.submission, history=case.history
        )

    def fields(self) -> list[FormField]:
        """Return the form fields that it adds to a usual site, as far as they are any."""
        if not self.has("form_fields"):
            return []
        value = self.ask("form_fields", "a usual site", site=a_site()).value
        return [one for one in listed(value) if isinstance(one, FormField)]

    def cases(self) -> Sequence[Case]:
        """Return every hostile submission, with answers to the plugin's own fields."""
        return list(hostile_cases([field.name for field in self.fields()]))


def listed(value: object) -> Sequence[object]:
    """Return what a host takes of an answer that is to be a sequence."""
    return value if isinstance(value, list | tuple) else ()


def settings_model(plugin: object) -> type[PluginSettings]:
    """Return the plugin's settings, those of every plugin where it has none of its own."""
    model = ask(plugin, "plugin_settings")
    return (
        model if isinstance(model, type) and issubclass(model, PluginSettings) else (PluginSettings)
    )
