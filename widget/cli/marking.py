"""``comment-widget moderation mark``, ``close`` and ``open``."""

from collections.abc import Sequence

import click

from widget.cli.opening import open_parts, site_of
from widget.domain.errors import FieldError, Invalid
from widget.domain.site import Policy
from widget.domain.thread import ThreadState
from widget.moderation.mark import Badge, mark, set_thread_policy, set_thread_state
from widget.snapshot.read import page_of
from widget.store import listing

#: Who works at the command line is a person to the plugins that learn from people.
ACTOR = "person:cli"
#: The choice that takes a page's own policy away.
_OF_SITE = "site"


@click.command("mark", epilog="Example: comment-widget moderation mark 17 --pin --badge expert")
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.option("--pin/--unpin", "pinned", default=None, help="Show first on its page, or not.")
@click.option("--feature/--unfeature", "featured", default=None, help="Highlight, or not.")
@click.option(
    "--badge", type=click.Choice([badge.value for badge in Badge]), help="What the author is."
)
def mark_some(
    ids: Sequence[int], pinned: bool | None, featured: bool | None, badge: str | None
) -> None:
    """Pin and feature comments, and give their authors a badge."""
    if pinned is None and featured is None and badge is None:
        raise click.UsageError("Say what to mark: --pin, --feature or --badge.")
    parts = open_parts()
    with parts.database.read() as session:
        unknown = [one for one in ids if not listing.exists(session, one)]
    if unknown:
        listed = ", ".join(str(one) for one in unknown)
        raise Invalid([FieldError("ID", f"There is no comment {listed}; nothing was changed.")])
    changed = [
        mark(
            parts,
            one,
            actor=ACTOR,
            pinned=pinned,
            featured=featured,
            badge=Badge(badge) if badge else None,
        )
        for one in ids
    ]
    number = sum(decision is not None for decision in changed)
    click.echo(f"Changed {number} comment{'' if number == 1 else 's'}.")


def _sets_state(name: str, state: ThreadState, words: str, said: str) -> click.Command:
    address = "https://example.org/article"
    example = f"Example: comment-widget moderation {name} {address} --site blog"

    @click.command(name, help=words, epilog=example)
    @click.argument("url")
    @click.option("--site", "site_key", metavar="KEY", required=True, help="The page's site.")
    def change(url: str, site_key: str) -> None:
        parts = open_parts()
        site = site_of(parts, site_key)
        thread = set_thread_state(parts, site, page_of(site, url), state, actor=ACTOR)
        click.echo(f"{said} {thread.url}.")

    return change


@click.command(
    "policy",
    epilog="Example: comment-widget moderation policy https://example.org/article"
    " --site blog --policy hold",
)
@click.argument("url")
@click.option("--site", "site_key", metavar="KEY", required=True, help="The page's site.")
@click.option(
    "--policy",
    type=click.Choice([*(policy.value for policy in Policy), _OF_SITE]),
    required=True,
    help="What becomes of comments of which no plugin says anything.",
)
def page_policy(url: str, site_key: str, policy: str) -> None:
    """Give a page a policy of its own, or its site's again."""
    parts = open_parts()
    site = site_of(parts, site_key)
    own = None if policy == _OF_SITE else Policy(policy)
    thread = set_thread_policy(parts, site, page_of(site, url), own, actor=ACTOR)
    click.echo(f"The policy of {thread.url} is {own or f'{site.settings.policy} (its site’s)'}.")


close = _sets_state("close", ThreadState.CLOSED, "Take no more comments on a page.", "Closed")
reopen = _sets_state("open", ThreadState.OPEN, "Take comments on a page again.", "Opened")
