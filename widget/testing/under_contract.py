"""One plugin as the contract sees it: over the real host, with what it raises kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from widget.domain.comment import Status
from widget.domain.form import FormField
from widget.domain.plugin import ServerInfo
from widget.domain.submission import Occasion, Submission
from widget.domain.trail import Answer
from widget.plugin_host.examine import HANDED
from widget.plugin_host.need import handed
from widget.plugin_host.sound import own_copy
from widget.testing.asking import hash_email, model_of
from widget.testing.encodable import encodable
from widget.testing.host import Host, name_of
from widget.testing.hostile import ADDRESS, EMAIL, Case, hostile_cases
from widget.testing.leaks import secrets_of, with_secrets
from widget.testing.values import a_comment, a_public_comment, a_site
from widget.testing.watched import Watch


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
        chosen = with_secrets(model_of(plugin), values)
        self._host = Host([plugin], {name_of(plugin): chosen}, server)
        (self._on_site,) = self._host.plugins
        self.info = self._on_site.plugin.info
        self.remarks = self._on_site.plugin.remarks
        self.settings = self._on_site.settings
        private = {"the reader's email": EMAIL, "the reader's IP address": ADDRESS}
        self.forbidden = {**private, **secrets_of(self.settings)}

    def has(self, hook: str) -> bool:
        """Tell whether the plugin implements a hook."""
        return hook in self._on_site.plugin.hooks

    def ask(self, hook: str, case: str, watch: Watch | None = None, **arguments: object) -> Asked:
        """Ask one hook, in the host's threads, under the plugin's deadline.

        It is handed what it declares that it reads; ``watch`` notes what else it looks at.
        """
        shown = handed(self._on_site.need, arguments, hash_email)
        copies = {name: own_copy(value) for name, value in shown.items()}
        if watch is not None:
            copies = {name: watch.over(value) for name, value in copies.items()}
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

    def shown(self, submission: Submission) -> Submission:
        """Return a submission as the plugin is handed it."""
        shown = handed(self._on_site.need, {"submission": submission}, hash_email)["submission"]
        return shown if isinstance(shown, Submission) else submission

    def watch(self) -> Watch:
        """Return what notes whatever the plugin reads and doesn't declare."""
        return Watch(self._on_site.need.reads)

    def fields(self) -> list[FormField]:
        """Return the form fields that it adds to a usual site, as far as they are any."""
        if not self.has("form_fields"):
            return []
        value = self.ask("form_fields", "a usual site", site=a_site()).value
        return [one for one in listed(value) if isinstance(one, FormField)]

    def cases(self) -> Sequence[Case]:
        """Return every hostile submission, with answers to the plugin's own fields."""
        return list(hostile_cases([field.name for field in self.fields()]))


def handed_cases(
    one: UnderContract, cases: Sequence[Case]
) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Yield each hook of a plugin that is handed what a reader sent, with its arguments."""
    for case in cases:
        sent = case.submission
        comment = a_comment(
            author=sent.author,
            source=sent.body,
            address=sent.address,
            answers=dict(sent.answers),
        )
        arguments: Mapping[str, Mapping[str, object]] = {
            "prepare_submission": {"submission": sent},
            "check_submission": {"submission": sent, "history": case.history},
            "record_submission": {"submission": sent},
            "present_comment": {"comment": comment, "public": a_public_comment(comment)},
            "comment_decided": {
                "comment": comment,
                "submission": replace(sent, occasion=Occasion.RECHECK, comment_id=comment.id),
                "before": Status.PENDING,
                "after": Status.SPAM,
                "actor": "person:1",
            },
        }
        for hook in HANDED:
            if one.has(hook):
                yield hook, case.name, arguments[hook]


def listed(value: object) -> Sequence[object]:
    """Return what a host takes of an answer that is to be a sequence."""
    return value if isinstance(value, list | tuple) else ()
