"""What is wrong with a plugin, or odd about it, told before anybody's comment meets it."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic.fields import FieldInfo

from widget.domain.needs import Reads, Sends
from widget.domain.plugin import PluginInfo, PluginSettings
from widget.domain.renamed import Renamed
from widget.hookspecs import API_VERSION

#: Hooks that hand over what a reader sent: whoever implements one says what it reads.
HANDED = frozenset(
    {
        "prepare_submission",
        "check_submission",
        "record_submission",
        "present_comment",
        "comment_decided",
    }
)
API = ".".join(map(str, API_VERSION))


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence on a plugin, or on a ``setting`` of it; ``breaks`` where it can't work so."""

    words: str
    breaks: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One function that a plugin has marked as a hook."""

    hook: str
    arguments: tuple[str, ...]
    unpassed: tuple[str, ...]
    wraps: bool


def marked_in(manager: pluggy.PluginManager, plugin: object) -> list[Found]:
    """Return what a plugin has marked as hooks, whether there are such hooks or not."""
    found: list[Found] = []
    for name in dir(plugin):
        marks = manager.parse_hookimpl_opts(plugin, name)
        if marks is None or marks.get("optionalhook"):
            continue
        parameters = inspect.signature(getattr(plugin, name)).parameters.values()
        passed = [one.name for one in parameters if one.default is one.empty]
        unpassed = [one.name for one in parameters if one.default is not one.empty]
        wraps = bool(marks.get("wrapper") or marks.get("hookwrapper"))
        hook = marks.get("specname") or name
        found.append(Found(hook, tuple(passed), tuple(unpassed), wraps))
    return found


def hook_faults(found: Sequence[Found], specs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what keeps hooks from being called; ``specs`` are the hooks with their arguments."""
    return [words for one in found for words in _faults_of(one, specs)]


def _faults_of(one: Found, specs: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if one.hook not in specs:
        yield f"there is no hook {one.hook!r}{_nearest(one.hook, list(specs))}"
        return
    if one.wraps:
        yield f"{one.hook} is a wrapper, which the host doesn't call"
    for argument in one.arguments:
        if argument not in specs[one.hook]:
            known = [name for name in specs[one.hook] if name not in one.arguments]
            yield f"{one.hook} has no argument {argument!r}{_nearest(argument, known)}"


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.6)
    return f" (is it {near[0]!r}?)" if near else ""


def hook_remarks(
    manager: pluggy.PluginManager, plugin: object, found: Sequence[Found]
) -> list[Remark]:
    """Return what is odd about a plugin's hooks: none of it keeps them from being called."""
    remarks = [Remark(str(renamed)) for one in found for renamed in renamed_in(manager, one)]
    marked = {one.hook for one in found}
    for name, caller in vars(manager.hook).items():
        if name not in marked and caller.has_spec() and inspect.isroutine(_got(plugin, name)):
            remarks.append(Remark(f"{name} is not marked with @hookimpl: it is never called."))
    for one in found:
        for argument in one.unpassed:
            words = f"{one.hook}: {argument!r} has a default, so it is never passed."
            remarks.append(Remark(words))
    return remarks


def renamed_in(manager: pluggy.PluginManager, one: Found) -> list[Renamed]:
    """Return the old names that one hook is marked by, or takes as arguments."""
    spec = getattr(manager.hook, one.hook).spec
    warnings = [spec.warn_on_impl] if spec else []
    warnings += [
        warning for name, warning in _renamed_arguments(spec).items() if name in one.arguments
    ]
    return [warning for warning in warnings if isinstance(warning, Renamed)]


def old_arguments(manager: pluggy.PluginManager, hook: str) -> list[tuple[str, str]]:
    """Return the old names of a hook's arguments, each with the new one."""
    found = _renamed_arguments(getattr(manager.hook, hook).spec).items()
    return [(old, one.new) for old, one in found if isinstance(one, Renamed)]


def _renamed_arguments(spec: object) -> Mapping[str, Warning]:
    found: Mapping[str, Warning] | None = getattr(spec, "warn_on_impl_args", None)
    return found or {}


def _got(plugin: object, name: str) -> object:
    try:
        return getattr(plugin, name, None)
    except Exception:  # a stranger's property; loading it says what it raises
        return None


def check_card(info: PluginInfo) -> None:
    """Refuse a card that the host could not sort, wait or hand out by.

    Raises:
        TypeError: naming what is of the wrong type.
        ValueError: naming what contradicts itself, or this server.
    """
    for name in ("version", "description", "requires"):
        if not isinstance(getattr(info, name), str):
            raise TypeError(f"plugin_info: {name} must be a string")
    for name in ("order", "deadline_s"):
        if not isinstance(getattr(info, name), int | float):
            raise TypeError(f"plugin_info: {name} must be a number")
    _check_fields("reads", info.always_reads)
    for setting, fields in info.reads_if.items():
        _check_fields(f"reads_if[{setting!r}]", fields)
    _check_sends(info)
    _check_version(info.requires)


def _check_fields(name: str, fields: object) -> None:
    listed = fields if isinstance(fields, list | tuple | set | frozenset) else [fields]
    odd = [one for one in listed if not isinstance(one, Reads)]
    if odd:
        raise TypeError(f"plugin_info: {name} must be of Reads, not {odd[0]!r}")


def _check_sends(info: PluginInfo) -> None:
    if info.sends is None:
        return
    if not isinstance(info.sends, Sends):
        raise TypeError("plugin_info: sends must be Sends(fields, to)")
    _check_fields("sends", info.sends.fields)
    unread = [one for one in Reads if one in set(info.sends.fields) - info.may_read]
    if unread:
        raise ValueError(f"plugin_info: it sends the {unread[0].words} and doesn't read it")
    if not info.sends.fields or not str(info.sends.to).strip():
        raise ValueError("plugin_info: sends says which fields, and to whom")


def _check_version(requires: str) -> None:
    try:
        fits = SpecifierSet(requires).contains(API)
    except InvalidSpecifier as error:
        words = f"plugin_info: requires is no list of versions, as '>=1.0,<2': {requires!r}"
        raise ValueError(words) from error
    if not fits:
        raise ValueError(f"it requires hooks {requires}, and this server has {API}")


def remarks_on(
    info: PluginInfo, model: type[PluginSettings], found: Sequence[Found]
) -> list[Remark]:
    """Return what is odd about a plugin's card and its settings."""
    remarks = [remark for name, one in model.model_fields.items() for remark in _setting(name, one)]
    remarks += [
        Remark(f"reads_if names {name!r}, which is no setting.", breaks=True)
        for name in info.reads_if
        if name not in model.model_fields
    ]
    if info.deadline_s <= 0:
        remarks.append(Remark("deadline_s must be more than 0.", breaks=True))
    handed = sorted(HANDED & {one.hook for one in found})
    if handed and info.reads is None:
        words = "It doesn't declare what it reads: it gets the text and the page only."
        remarks.append(Remark(words))
    takes_history = any(
        one.hook == "check_submission" and "history" in one.arguments for one in found
    )
    if takes_history and Reads.HISTORY not in info.may_read:
        remarks.append(Remark("It takes the history, which is empty: Reads.HISTORY is missing."))
    return remarks


def _setting(name: str, setting: FieldInfo) -> Iterator[Remark]:
    if setting.is_required():
        yield Remark(f"The setting {name!r} has no default.", breaks=True, setting=name)
    if not (setting.description or "").strip():
        yield Remark(f"The setting {name!r} has no description.", setting=name)
