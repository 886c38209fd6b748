"""What every plugin promises, as tests: subclass ``PluginContract`` and pytest runs them.

::

    class TestContract(PluginContract):
        plugin = comment_widget_shouting

Each promise is one test. The plugin is asked over the real host, in its threads and under its
deadline, on submissions that nobody would send by accident (``widget.testing.hostile``).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from types import MappingProxyType

from widget.domain.form import FieldType, FormField, FormNotice
from widget.domain.plugin import Panel, ServerInfo
from widget.domain.submission import Submission
from widget.domain.verdict import Outcome, Verdict
from widget.plugin_host.need import is_own
from widget.plugin_host.sound import is_sound_submission, sound_facts, sound_verdict
from widget.testing.asking import model_of, start
from widget.testing.encodable import EncodableLogs
from widget.testing.hostile import Case
from widget.testing.leaks import SECRET, leaks_in, logged, with_secrets
from widget.testing.under_contract import Asked, UnderContract, handed_cases, listed
from widget.testing.values import a_server, a_site

#: What ``prepare_submission`` may change.
CHANGEABLE = frozenset({"body", "author", "title", "answers"})
THREADS = 8


class PluginContract:
    """The promises of one plugin; a subclass says which.

    ``plugin`` is a module or an object, as for ``widget.testing.start``, which makes and starts it
    anew for each test. ``settings`` are those with which it does its work: its defaults do nothing
    in many plugins; secrets that are left out are filled in. ``submissions`` are some that it has
    something to say about. ``deterministic`` is for plugins whose answer depends on nothing but
    the question. ``gives_up_with`` are exceptions by which it says that it can't judge: a server
    then holds the comment and asks again.
    """

    plugin: object = None
    settings: Mapping[str, object] = MappingProxyType({})
    submissions: Sequence[Submission] = ()
    deterministic: bool = True
    gives_up_with: tuple[type[BaseException], ...] = ()

    _logs: EncodableLogs | None = None

    def setup_method(self) -> None:
        """Let what is logged of hostile text be written; pytest calls it before each test."""
        self._logs = EncodableLogs()
        self._logs.switch_on()

    def teardown_method(self) -> None:
        """Log as before."""
        if self._logs is not None:
            self._logs.switch_off()

    def server(self) -> ServerInfo:
        """Return what the plugin is told of the server; one that needs options overrides it."""
        return a_server()

    def test_its_card_is_right(self) -> None:
        """A card that the host can load, sort by and show."""
        one = self._started()
        info = one.info
        _promise(bool(info.version.strip()), "plugin_info: the version is empty.")
        _promise(bool(info.description.strip()), "plugin_info: the description is empty.")
        _promise(info.deadline_s > 0, "plugin_info: deadline_s must be more than 0.")
        for remark in one.remarks:
            _promise(bool(remark.setting), remark.words)

    def test_it_reads_only_what_it_declares(self) -> None:
        """Nothing of a comment or its author but what ``PluginInfo.reads`` says."""
        one = self._started()
        cases = [case for case in self._cases(one) if case.is_short]
        for hook, case, arguments in handed_cases(one, cases):
            watch = one.watch()
            asked = one.ask(hook, case, watch, **arguments)
            for found in sorted(watch.noted, key=lambda found: found.field):
                asked.breaks(f"it reads {found.field} and doesn't declare {found.needs!s}.")

    def test_its_settings_have_defaults_and_descriptions(self) -> None:
        """Settings that an owner can leave alone, and can read."""
        for remark in self._started().remarks:
            _promise(not remark.setting, remark.words)

    def test_its_secrets_are_never_shown(self) -> None:
        """Secrets that neither a log line nor a traceback shows: ``pydantic.SecretStr``."""
        model = model_of(self._plugin())
        made = model.model_validate(with_secrets(model, {}))
        shown = [repr(made), str(made), made.model_dump_json(), repr(made.model_dump())]
        _promise(SECRET not in "".join(shown), "The settings show what is in a secret one.")
        for name, setting in model.model_fields.items():
            plain = setting.annotation is str and name.endswith(("password", "secret", "token"))
            _promise(not plain, f"The setting {name!r} sounds secret: make it a SecretStr.")

    def test_it_never_raises(self) -> None:
        """An answer, whatever is sent; or the exception by which it says that it can't judge."""
        one = self._started()
        for asked in self._answers(one, self._cases(one)):
            self._raised_nothing(asked)

    def test_it_answers_within_its_deadline(self) -> None:
        """An answer while the reader waits, whatever is sent."""
        one = self._started()
        for asked in self._answers(one, self._cases(one)):
            _came_in_time(asked)

    def test_it_answers_nothing_but_verdicts_that_can_be_used(self) -> None:
        """``None``, or a ``Verdict`` whose words can be kept and shown."""
        one = self._started()
        for asked in self._answers(one, self._cases(one)):
            if asked.value is None:
                continue
            verdict = sound_verdict(asked.value)
            if verdict is None:
                asked.breaks(f"{_shown(asked.value)} is no Verdict that can be kept.")
            if verdict.outcome is Outcome.REJECT and not verdict.message:
                asked.breaks("a rejection needs a message for the reader.")
            if not verdict.reason.strip():
                asked.breaks("a verdict needs a reason for moderators.")

    def test_its_fields_and_notices_can_be_drawn(self) -> None:
        """Form fields that are named after the plugin, with a label; notices of HTML."""
        one = self._started()
        name = one.info.name
        for field in self._answered_list(one, "form_fields"):
            if not isinstance(field, FormField) or not isinstance(field.type, FieldType):
                raise AssertionError(f"form_fields: {_shown(field)} is no FormField.")
            _promise(
                is_own(name, field.name), f"{field.name!r} must be {name!r}, or begin {name}_."
            )
            _promise(bool(field.label.strip()), f"The field {field.name!r} has no label.")
        for notice in self._answered_list(one, "form_notices"):
            _promise(isinstance(notice, FormNotice), f"{_shown(notice)} is no FormNotice.")
        if one.has("dashboard_panel"):
            panel = self._answer(one, "dashboard_panel").value
            _promise(panel is None or isinstance(panel, Panel), f"{_shown(panel)} is no Panel.")

    def test_it_changes_only_what_it_may(self) -> None:
        """``prepare_submission`` returns ``None``, or a copy with another text, author, …."""
        one = self._started()
        for case in self._cases(one) if one.has("prepare_submission") else ():
            asked = one.ask("prepare_submission", case.name, submission=case.submission)
            self._raised_nothing(asked)
            _came_in_time(asked)
            if asked.value is None:
                continue
            if not isinstance(asked.value, Submission):
                asked.breaks(f"{_shown(asked.value)} is no Submission.")
            changed = _differences(one.shown(case.submission), asked.value) - CHANGEABLE
            if changed:
                asked.breaks(f"it may not change {', '.join(sorted(changed))}.")
            if is_sound_submission(case.submission) and not is_sound_submission(asked.value):
                asked.breaks("what it made can't be stored: too long, or no text.")

    def test_what_it_records_can_be_kept(self) -> None:
        """``record_submission`` returns ``None`` or a mapping for JSON, without the email."""
        one = self._started()
        for case in self._cases(one) if one.has("record_submission") else ():
            asked = one.ask("record_submission", case.name, submission=case.submission)
            self._raised_nothing(asked)
            _came_in_time(asked)
            if asked.value is not None and sound_facts(asked.value) is None:
                asked.breaks(f"{_shown(asked.value)} can't be written as JSON.")
            _keeps_to_itself(one, asked)

    def test_it_says_yes_no_or_nothing_of_a_consent(self) -> None:
        """``consent_given`` returns ``True``, ``False`` or ``None``, whatever was answered."""
        one = self._started()
        for case in self._cases(one) if one.has("consent_given") else ():
            sent = case.submission
            asked = one.ask("consent_given", case.name, site=sent.site, answers=sent.answers)
            self._raised_nothing(asked)
            if not isinstance(asked.value, bool | None):
                asked.breaks(f"{_shown(asked.value)} is neither True nor False nor None.")

    def test_its_verdicts_and_log_lines_tell_no_email_address_or_secret(self) -> None:
        """Reasons are for moderators, messages for readers, logs for operators: none is private."""
        one = self._started()
        with logged() as lines:
            for asked in self._answers(one, self._cases(one)):
                _keeps_to_itself(one, asked)
                if asked.error is not None and (leak := leaks_in(str(asked.error), one.forbidden)):
                    asked.breaks(f"the exception tells {leak}.")
        leak = leaks_in(lines, one.forbidden)
        _promise(leak is None, f"What it writes to the log tells {leak}.")

    def test_its_form_and_its_panel_tell_no_email_address_or_secret(self) -> None:
        """What it shows is the same for everybody, whoever wrote before."""
        one = self._started()
        for _ in self._answers(one, [case for case in self._cases(one) if case.is_short]):
            pass
        for hook in ("form_fields", "form_notices", "dashboard_panel"):
            if one.has(hook):
                _keeps_to_itself(one, self._answer(one, hook))

    def test_the_same_question_gets_the_same_answer(self) -> None:
        """A verdict that can be explained tomorrow, too."""
        one = self._started()
        cases = self._cases(one)
        first = [asked.value for asked in self._answers(one, cases)]
        for before, asked in zip(first, self._answers(one, cases), strict=False):
            # One that counts is only held to answering again.
            if self.deterministic and asked.value != before:
                asked.breaks(f"first it said {_shown(before)}, then {_shown(asked.value)}.")

    def test_it_can_be_asked_in_several_threads_at_once(self) -> None:
        """A server asks in threads: state is locked, and no answer is another reader's."""
        one = self._started()
        cases = [case for case in self._cases(one) if case.is_short]
        # What fails for a single caller has tests of its own.
        calm = [asked for asked in self._answers(one, cases) if asked.is_answer]
        answers = {asked.case: asked.value for asked in calm}
        wanted = [case for case in cases if case.name in answers]
        with ThreadPoolExecutor(THREADS) as pool:
            for asked in pool.map(one.check, wanted * 3):
                self._raised_nothing(asked)
                _came_in_time(asked)
                if self.deterministic and asked.value != answers[asked.case]:
                    alone = _shown(answers[asked.case])
                    asked.breaks(f"alone it said {alone}, beside others {_shown(asked.value)}.")

    def _plugin(self) -> object:
        if self.plugin is None:
            raise AssertionError("Say which plugin: plugin = the_module.")
        return self.plugin

    def _started(self) -> UnderContract:
        server = self.server()
        return UnderContract(start(self._plugin(), server), self.settings, server)

    def _cases(self, one: UnderContract) -> Sequence[Case]:
        """Return the plugin's own submissions, as they are and from a reader who must not show."""
        own = [Case(f"submission {n}", sent) for n, sent in enumerate(self.submissions, 1)]
        return [*own, *(case.from_canary() for case in own), *one.cases()]

    def _answers(self, one: UnderContract, cases: Sequence[Case]) -> Iterator[Asked]:
        """Yield how each case ended, up to the first one that it is late with."""
        for case in cases if one.has("check_submission") else ():
            asked = one.check(case)
            yield asked
            if asked.is_late:
                return

    def _raised_nothing(self, asked: Asked) -> None:
        if asked.error is not None and not isinstance(asked.error, self.gives_up_with):
            asked.breaks(f"it raised {type(asked.error).__name__}: {str(asked.error)[:300]}")

    def _answer(self, one: UnderContract, hook: str) -> Asked:
        asked = one.ask(hook, "a usual site", site=a_site())
        self._raised_nothing(asked)
        _came_in_time(asked)
        return asked

    def _answered_list(self, one: UnderContract, hook: str) -> Sequence[object]:
        if not one.has(hook):
            return ()
        value = self._answer(one, hook).value
        _promise(isinstance(value, list | tuple), f"{hook} must return a list or a tuple.")
        return listed(value)


def _came_in_time(asked: Asked) -> None:
    if asked.is_late:
        asked.breaks("it gave no answer within its deadline.")


def _promise(is_kept: bool, words: str) -> None:
    if not is_kept:
        raise AssertionError(words)


def _keeps_to_itself(one: UnderContract, asked: Asked) -> None:
    if leak := leaks_in(asked.value, one.forbidden):
        asked.breaks(f"what it returned tells {leak}.")


def _differences(before: Submission, after: Submission) -> set[str]:
    names = (one.name for one in fields(Submission))
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def _shown(value: object) -> str:
    return value.outcome if isinstance(value, Verdict) else repr(value)[:200]
