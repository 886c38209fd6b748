"""In which ways other comments may be like one: the lists that a moderator is offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from widget.domain.search import MAX_TERMS, Search, hosts_in, words_in
from widget.domain.trail import Mode
from widget.store.day_counts import OBJECTIONS
from widget.store.queue import QueueItem

#: So many hosts of one comment are offered; who links to more is found by another way.
_MAX_HOSTS = 5
#: The words of a text that two alike have in common at its beginning.
_BEGINNING = 8


class Way(StrEnum):
    """How comments are alike."""

    AUTHOR = "author"
    NAME = "name"
    REASON = "reason"
    PLUGIN = "plugin"
    HOST = "host"
    TEXT = "text"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Alike:
    """Comments that are like one in one way; ``shown`` is what they have in common."""

    way: Way
    shown: str
    search: Search


def alike(item: QueueItem) -> list[Alike]:
    """Return the ways in which others may be like a comment, the closest first."""
    comment = item.comment
    found = [Alike(Way.AUTHOR, comment.author.name or "", Search(author=comment.id))]
    if comment.author.name:
        name = f'"{comment.author.name.replace(chr(34), " ")}"'
        found.append(Alike(Way.NAME, comment.author.name, Search(text=name)))
    found += _objections(item)
    for host in sorted(hosts_in(comment.html, comment.author.website))[:_MAX_HOSTS]:
        found.append(Alike(Way.HOST, host, Search(host=host)))
    beginning = words_in(comment.source)[:_BEGINNING]
    if beginning:
        text = f'"{" ".join(beginning[:MAX_TERMS])}"'
        found.append(Alike(Way.TEXT, comment.source, Search(text=text)))
    thread = item.thread
    found.append(Alike(Way.PAGE, thread.title or thread.url, Search(thread=thread.id)))
    return found


def _objections(item: QueueItem) -> Iterator[Alike]:
    last = {entry.plugin: entry for judgement in item.judgements for entry in judgement}
    for entry in last.values():
        if entry.mode is Mode.ON and entry.outcome in OBJECTIONS:
            shown = f"{entry.plugin}: {entry.reason}"
            both = Search(plugin=entry.plugin, reason=entry.reason[:200])
            yield Alike(Way.REASON, shown, both)
            yield Alike(Way.PLUGIN, entry.plugin, Search(plugin=entry.plugin))
