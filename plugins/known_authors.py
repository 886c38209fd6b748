"""Known authors: whoever had enough comments published, and none refused, is not held again.

The plugin vouches. It releases a comment from the site's policy ("hold first-time authors", "hold
all"), never from what another plugin says of it. An author is who gives the same email address;
where the site doesn't ask for one, the same network address. Nobody proves an address here: a
site that must not be fooled by a borrowed one leaves this off. Nothing leaves this server.
"""

from datetime import timedelta

from pydantic import Field

from widget import (
    History,
    PluginInfo,
    PluginSettings,
    Reads,
    Submission,
    Verdict,
    hookimpl,
)

NAME = "known_authors"


class KnownAuthorsSettings(PluginSettings):
    """The settings of one site."""

    published: int = Field(
        3, ge=1, le=1000, description="Published comments from which an author is known."
    )
    days: int = Field(
        7, ge=0, le=3650, description="Days since an author's first comment, at least."
    )
    refused: int = Field(
        0, ge=0, le=1000, description="Comments of theirs that may have been spam or rejected."
    )


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Lets authors through who were published before.",
        order=40,
        reads={Reads.HISTORY},
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return KnownAuthorsSettings


@hookimpl
def check_submission(
    submission: Submission, history: History, settings: KnownAuthorsSettings
) -> Verdict | None:
    """Vouch for an author whose history is long and clean enough."""
    first = history.first_seen
    if history.published < settings.published or first is None:
        return None
    if history.spam + history.rejected > settings.refused:
        return None
    if submission.at - first < timedelta(days=settings.days):
        return None
    reason = f"{history.published} comments of this author are published."
    return Verdict.allow(reason, score=history.published)
