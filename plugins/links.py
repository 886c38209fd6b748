"""Links: a comment with many links, or with a link to somewhere unwanted, waits for a moderator.

Spam wants to be clicked. A few links are part of a good comment; more of them than a site is used
to are held, those to blocked hosts are called spam, and those to trusted hosts don't count.
Nothing leaves this server, and no link is followed.
"""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field
from yarl import URL

from widget import (
    History,
    Mode,
    PluginInfo,
    PluginSettings,
    Reads,
    Submission,
    Verdict,
    hookimpl,
)

NAME = "links"
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"']++", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _check_hosts(value: str) -> str:
    hosts = value.lower().replace(",", " ").split()
    wrong = [host for host in hosts if not _HOST.fullmatch(host)]
    if wrong:
        raise ValueError(f"Write hosts as example.org, separated by blanks; not {wrong[0]!r}.")
    return " ".join(hosts)


Hosts = Annotated[str, AfterValidator(_check_hosts)]


class LinksSettings(PluginSettings):
    """The settings of one site. A host stands for all hosts under it, too."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")
    hold_above: int = Field(
        3, ge=0, le=100, description="Comments with more links than this are held."
    )
    hold_above_first: int = Field(
        1, ge=0, le=100, description="The same for authors of whom nothing was published yet."
    )
    trusted: Hosts = Field(
        "", max_length=4000, description="Hosts whose links don't count, as example.org."
    )
    blocked: Hosts = Field(
        "", max_length=4000, description="Hosts whose links make a comment spam."
    )


@hookimpl
def plugin_info() -> PluginInfo:
    """Return the plugin's card."""
    return PluginInfo(
        name=NAME,
        version="1.0",
        description="Holds comments with many links; knows trusted and blocked hosts.",
        order=30,
        reads={Reads.BODY, Reads.NAME, Reads.WEBSITE, Reads.HISTORY},
    )


@hookimpl
def plugin_settings() -> type[PluginSettings]:
    """Return the settings of a site."""
    return LinksSettings


@hookimpl
def check_submission(
    submission: Submission, history: History, settings: LinksSettings
) -> Verdict | None:
    """Count the links of the text and the name; the author's own website is no link of theirs."""
    hosts = list(linked_hosts(f"{submission.author.name or ''}\n{submission.body}"))
    website = linked_hosts(submission.author.website or "")
    for host in (*hosts, *website):
        if _is_under(host, settings.blocked):
            return Verdict.spam(f"It links to {host}, which is blocked.")
    own = {entry.rpartition("://")[2].partition(":")[0] for entry in submission.site.hosts}
    counted = [host for host in hosts if host not in own and not _is_under(host, settings.trusted)]
    limit = settings.hold_above if history.published else settings.hold_above_first
    if len(counted) <= limit:
        return None
    return Verdict.hold(f"It has {len(counted)} links; {limit} pass.", score=len(counted))


def linked_hosts(text: str) -> Iterator[str]:
    """Yield the host of each link in a text, once for each link."""
    for found in _LINK.findall(text):
        try:
            host = URL(found if "://" in found else f"https://{found}").host
        except ValueError:
            continue
        if host:
            yield host.lower().rstrip(".")


def _is_under(host: str, listed: str) -> bool:
    return any(host == entry or host.endswith(f".{entry}") for entry in listed.split())
