"""Threads that a plugin closes: asked as a comment arrives, and again and again in the worker."""

from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.thread import Thread, ThreadState
from widget.domain.trail import Mode
from widget.moderation.mark import BY_PLUGIN, set_state_of
from widget.publication.parts import Parts
from widget.store import sites, threads

_BATCH = 500


def closes(parts: Parts, site: Site, thread: Thread) -> bool:
    """Ask the plugins whether an open thread takes no more comments; close it if one says so.

    A thread that somebody opened by hand stays open.
    """
    if thread.reopened or thread.state is ThreadState.CLOSED:
        return thread.state is ThreadState.CLOSED
    for plugin in parts.plugins.taking_part(site, "close_thread"):
        if plugin.mode is not Mode.ON:
            continue
        reply = parts.plugins.ask(plugin, "close_thread", thread=thread, now=parts.now())
        if reply.failure is None and reply.value is True:
            return _close(parts, thread, f"{BY_PLUGIN}{plugin.name}")
    return False


def closes_any(parts: Parts, site: Site) -> bool:
    """Tell whether a site has a plugin which closes threads."""
    plugins = parts.plugins.taking_part(site, "close_thread")
    return any(plugin.mode is Mode.ON for plugin in plugins)


def _close(parts: Parts, thread: Thread, actor: str) -> bool:
    """Close a thread; one that was merged into another meanwhile is nobody's to close."""
    try:
        set_state_of(parts, thread.id, ThreadState.CLOSED, actor=actor)
    except NotFound:
        return False
    return True


def close_threads(parts: Parts) -> None:
    """Ask for every open thread of every site that has a plugin which closes any."""
    with parts.database.read() as session:
        known = sites.list_sites(session)
    for site in known:
        if closes_any(parts, site):
            _close_threads_of(parts, site)


def _close_threads_of(parts: Parts, site: Site) -> None:
    after = 0
    while True:
        with parts.database.read() as session:
            batch = threads.open_threads(session, site.id, after=after, limit=_BATCH)
        for thread in batch:
            closes(parts, site, thread)
        if len(batch) < _BATCH:
            return
        after = batch[-1].id
