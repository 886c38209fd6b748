"""Honeypot: a field that readers don't see, in the form for those who have no JavaScript.

What fills in everything it finds fills this in, too. Readers who use a screen reader or whose
browser completes forms are told, and kept, from doing so. Nothing leaves this server.
"""

from collections.abc import Sequence

from pydantic import Field

from widget import (
    FieldType,
    FormField,
    Mode,
    PluginInfo,
    PluginSettings,
    Submission,
    Verdict,
    hookimpl,
    say,
)

NAME = "honeypot"
LABEL = say("Leave this empty.")


class HoneypotSettings(PluginSettings):
    """The settings of one site."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Catches programs that fill in a field which readers don't see.",
        order=5,
        reads=(),
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return HoneypotSettings


@hookimpl
def form_fields() -> Sequence[FormField]:
    """Return the field that nobody is to fill in."""
    return [FormField(name=NAME, type=FieldType.HIDDEN, label=LABEL)]


@hookimpl
def check_submission(submission: Submission) -> Verdict | None:
    """Call it spam where the field was filled in."""
    if not submission.answers.get(NAME):
        return None
    return Verdict.spam("The field that readers don't see was filled in.")
