"""``comment-widget thread``: all comments of a page at once."""

from collections.abc import Callable

import click
import orjson

from widget.cli.opening import BY, open_parts, site_of
from widget.domain.errors import FieldError, Invalid
from widget.domain.move import Move
from widget.domain.site import Policy, Site
from widget.domain.thread import Thread, ThreadState, thread_key
from widget.moderation.mark import begin_page, set_policy_of, set_state_of
from widget.moderation.move import EXPLICIT, merge_threads, move_comment, take_back
from widget.publication.parts import Parts
from widget.snapshot.read import page_of
from widget.store import moves, thread_list, threads
from widget.store.thread_list import ThreadQuery

#: Who works at the command line is a person, also to plugins.
ACTOR = "person:cli"
#: The choice that takes a page's own policy away.
_OF_SITE = "site"
_PAGE = "https://example.org/a"

site_option = click.option(
    "--site", "site_key", metavar="KEY", required=True, help="The page's site."
)
page_argument = click.argument("page", metavar="PAGE")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("thread", epilog="Example: comment-widget thread list --site blog")
def command() -> None:
    """List pages; close and open them, give them a policy, move their comments.

    PAGE is a page's address, or id: and the id that the page gives its thread (data-thread).
    """


@command.command("list", epilog="Example: comment-widget thread list --site blog --json")
@site_option
@click.option("--search", default="", metavar="TEXT", help="Words of the title or the address.")
@click.option(
    "--state", type=click.Choice([state.value for state in ThreadState]), help="Only such pages."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
@json_option
def list_some(site_key: str, search: str, state: str | None, limit: int, as_json: bool) -> None:
    """List a site's pages, those with the newest comments first."""
    parts = open_parts()
    site = site_of(parts, site_key)
    query = ThreadQuery(site_id=site.id, text=search, state=ThreadState(state) if state else None)
    with parts.database.read() as session:
        found = thread_list.list_threads(session, query, limit).items
    if as_json:
        rows = [
            _row(item.thread)
            | {"active": item.active, "pending": item.pending, "reported": item.reported}
            for item in found
        ]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for item in found:
        one = item.thread
        waits = f"{item.pending} wait" if item.pending else ""
        click.echo(f"{one.id:6}  {one.state:6}  {one.count:6}  {waits:10}  {_name(one)}")


@command.command("show", epilog=f"Example: comment-widget thread show {_PAGE} --site blog")
@page_argument
@site_option
@json_option
def show(page: str, site_key: str, as_json: bool) -> None:
    """Show a page's comments in figures, and what came to it and left it."""
    parts = open_parts()
    site = site_of(parts, site_key)
    thread = _thread(parts, site, page)
    with parts.database.read() as session:
        figures = thread_list.figures_of(session, thread.id)
        found = moves.moves_of_thread(session, thread.id)
        ends = {one for move in found for one in (move.source_id, move.target_id)}
        pages = threads.threads_by_id(session, ends)
        merged = [one.url for one in moves.merged_into(session, thread.id)]
    row = _row(thread) | {
        "begun": figures.begun,
        "active": figures.active,
        "comments": {status.value: count for status, count in figures.by_status.items()},
        "reported": figures.reported,
        "merged": merged,
        "moves": [_move(move, pages) for move in found],
    }
    if as_json:
        click.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"{_name(thread)}\n{thread.state}, policy: {thread.policy or 'its site’s'}")
    for url in merged:
        click.echo(f"also    {url}")
    for status, count in figures.by_status.items():
        click.echo(f"{count:6}  {status}")
    for move in found:
        what = "all" if move.is_merge else f"comment {move.comment_id}"
        ways = f"{pages[move.source_id].url} -> {pages[move.target_id].url}"
        click.echo(f"{move.at:%Y-%m-%d %H:%M}  #{move.id}  {what}  {ways}  {move.actor}")


def _sets_state(name: str, state: ThreadState, words: str) -> click.Command:
    @click.command(
        name, help=words, epilog=f"Example: comment-widget thread {name} {_PAGE} --site blog"
    )
    @page_argument
    @site_option
    def change(page: str, site_key: str, let_close: bool = False) -> None:
        thread = _change(
            site_key,
            page,
            lambda parts, one: set_state_of(parts, one.id, state, actor=ACTOR, stays=not let_close),
        )
        click.echo(f"{'Opened' if state is ThreadState.OPEN else 'Closed'} {thread.url}.")

    if state is ThreadState.OPEN:
        meaning = "Let plugins close it again; else it stays open whatever they say."
        change.params.append(click.Option(["--let-close"], is_flag=True, help=meaning))
    return change


command.add_command(_sets_state("close", ThreadState.CLOSED, "Take no more comments on a page."))
command.add_command(_sets_state("open", ThreadState.OPEN, "Take comments on a page again."))


@command.command("policy", epilog=f"Example: comment-widget thread policy {_PAGE} hold --site blog")
@page_argument
@click.argument("policy", type=click.Choice([_OF_SITE, *(policy.value for policy in Policy)]))
@site_option
def change_policy(page: str, policy: str, site_key: str) -> None:
    """Give a page a policy of its own: publish, first_time or hold; site is its site's again."""
    own = None if policy == _OF_SITE else Policy(policy)
    thread = _change(
        site_key, page, lambda parts, one: set_policy_of(parts, one.id, own, actor=ACTOR)
    )
    click.echo(f"The policy of {thread.url} is {own or 'its site’s'}.")


@command.command("move", epilog=f"Example: comment-widget thread move 17 {_PAGE}-2 --site blog")
@click.argument("comment", metavar="ID", type=int)
@page_argument
@site_option
def move_one(comment: int, page: str, site_key: str) -> None:
    """Move a comment with its replies to another page; old links to it lead there."""
    parts = open_parts()
    move = move_comment(parts, comment, site_of(parts, site_key), page, by=BY)
    click.echo(_moved(parts, move))


@command.command(
    "merge", epilog=f"Example: comment-widget thread merge {_PAGE} {_PAGE}-2 --site blog"
)
@page_argument
@click.argument("into", metavar="INTO")
@site_option
def merge(page: str, into: str, site_key: str) -> None:
    """Give all comments of PAGE to the page INTO, to which the old address then leads."""
    parts = open_parts()
    site = site_of(parts, site_key)
    move = merge_threads(parts, _thread(parts, site, page).id, site, into, by=BY)
    click.echo(_moved(parts, move))


@command.command("undo", epilog="Example: comment-widget thread undo 1 --site blog")
@click.argument("number", metavar="MOVE", type=int)
@site_option
def undo(number: int, site_key: str) -> None:
    """Take back a move or a merge; MOVE is its number, as thread show and these commands say."""
    parts = open_parts()
    back = take_back(parts, number, site_of(parts, site_key), by=BY)
    count, where = _what(parts, back)
    click.echo(f"Brought {count} back to {where}.")


def _change(site_key: str, page: str, act: Callable[[Parts, Thread], Thread]) -> Thread:
    """Change a page, also one that nobody has commented on yet."""
    parts = open_parts()
    site = site_of(parts, site_key)
    if page.startswith(EXPLICIT):
        return act(parts, _thread(parts, site, page))
    return act(parts, begin_page(parts, site, page_of(site, page)))


def _thread(parts: Parts, site: Site, page: str) -> Thread:
    """Return the thread of a page.

    Raises:
        Invalid: where nobody has commented there.
    """
    key = page if page.startswith(EXPLICIT) else thread_key(page_of(site, page), None)
    with parts.database.read() as session:
        thread = threads.find_thread(session, site.id, key)
    if thread is None:
        raise Invalid([FieldError("PAGE", "Nobody has commented on this page.")])
    return thread


def _moved(parts: Parts, move: Move) -> str:
    count, where = _what(parts, move)
    return f"Moved {count} to {where}. To take it back: thread undo {move.id}."


def _what(parts: Parts, move: Move) -> tuple[str, str]:
    """Return how many comments went along with a move, and where they are."""
    with parts.database.read() as session:
        count = moves.carried(session, [move.id]).get(move.id, 0)
        there = threads.thread_by_id(session, move.target_id)
    return f"{count} comment{'' if count == 1 else 's'}", there.url if there else "another page"


def _row(thread: Thread) -> dict[str, object]:
    return {
        "id": thread.id,
        "url": thread.url,
        "thread": thread.explicit_id,
        "title": thread.title,
        "state": thread.state,
        "stays_open": thread.reopened,
        "policy": thread.policy,
        "count": thread.count,
    }


def _move(move: Move, pages: dict[int, Thread]) -> dict[str, object]:
    return {
        "id": move.id,
        "from": pages[move.source_id].url,
        "to": pages[move.target_id].url,
        "comment": move.comment_id,
        "undoes": move.undoes,
        "actor": move.actor,
        "at": move.at,
    }


def _name(thread: Thread) -> str:
    named = f" (id:{thread.explicit_id})" if thread.explicit_id else ""
    return f"{thread.url}{named}  {thread.title or ''}".rstrip()
