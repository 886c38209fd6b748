"""Closing: a page takes no more comments after some days, or after so many comments.

What draws spam is mostly old. A closed page goes on showing its comments, and says that it is
closed; where a moderator opens it again, it stays open. Nothing leaves this server.
"""

from datetime import datetime, timedelta

from pydantic import Field

from widget import PluginInfo, PluginSettings, Thread, hookimpl

NAME = "closing"


class ClosingSettings(PluginSettings):
    """The settings of one site."""

    after_days: int = Field(
        0, ge=0, le=36_500, description="Days after a page's first comment; 0 is never."
    )
    after_comments: int = Field(
        0, ge=0, le=1_000_000, description="So many published comments; 0 is never."
    )


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Closes pages by age or by their number of comments.",
        order=10,
        reads=(),
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return ClosingSettings


@hookimpl
def close_thread(thread: Thread, now: datetime, settings: ClosingSettings) -> bool:
    """Tell whether the page is old enough, or has comments enough."""
    if settings.after_comments and thread.count >= settings.after_comments:
        return True
    if not settings.after_days or thread.created is None:
        return False
    return now - thread.created >= timedelta(days=settings.after_days)
