"""``comment-widget demo``: everything at once, to try it out."""

import os
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import click

from widget.cli.opening import open_parts
from widget.cli.serve import check_address, run, settle
from widget.cli.user import sign_in_link
from widget.config import PREFIX, load_config
from widget.domain.person import Person
from widget.domain.site import Policy, Site, SiteSettings
from widget.http.pages.demo import DEMO_SITE
from widget.publication.parts import Parts
from widget.store import people, sites
from widget.transfer.foreign import ForeignComment, ForeignThread
from widget.transfer.importer import import_thread

#: An address of the name space that is kept free for examples (RFC 2606).
ADMIN = "admin@example.org"

#: Hours before the first start, id, parent, name and text of the first comments.
_FIRST = (
    (29, "1", None, "Ines", "Everybody says that nobody reads these. I came **for** them."),
    (
        27,
        "2",
        "1",
        "Tom",
        "Same here. The best correction I ever got was under an article of mine, by somebody "
        "who had been there.",
    ),
    (
        26,
        "3",
        "2",
        "Ines",
        "And now there is a trail that says why a comment was held. About time.",
    ),
    (
        2,
        "4",
        None,
        None,
        "Does it keep my text when the train enters a tunnel?\n\n"
        "> it has to keep the text\n\nI am about to find out.",
    ),
)


@click.command("demo", epilog="Example: comment-widget demo --bind 127.0.0.1:8080")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen.")
def command(bind: str | None) -> None:
    """Serve a demo article with a first admin; what is there already is kept.

    Where no mail server is configured, mails are written to a folder, to be looked at.
    """
    os.environ.setdefault(f"{PREFIX}WORKERS", "1")  # It is to be looked at, not to be fast.
    config = settle(bind, None)
    if not config.smtp_url:
        mails = (config.home / "mails").resolve()
        os.environ[f"{PREFIX}SMTP_URL"] = f"folder://{quote(str(mails))}"
        config = load_config()
    check_address(config)  # Before an address is printed that somebody else answers at.
    parts = open_parts(config)
    _make_site(parts)
    admin = _admin(parts)
    click.echo(f"\n  Demo article   {config.url}/demo")
    click.echo(f"  Dashboard      {config.url}/dashboard/")
    click.echo(f"  Sign in once   {sign_in_link(parts, admin)}")
    click.echo(f"  Mails          {config.smtp_url.rpartition('@')[2].removeprefix('folder://')}\n")
    parts.database.engine.dispose()
    run(config)


def _make_site(parts: Parts) -> None:
    host = urlsplit(parts.config.url).netloc
    with parts.database.read() as session:
        site = sites.find_site(session, DEMO_SITE)
    if site is not None:
        _add_host(parts, site, host)
        return
    site = Site(
        id=0,
        key=DEMO_SITE,
        title="Demo",
        hosts=(host, "localhost", "127.0.0.1"),
        settings=SiteSettings(
            policy=Policy.FIRST_TIME, privacy_policy_url=f"{parts.config.url}/demo"
        ),
    )
    with parts.database.write() as session:
        site = sites.add_site(session, site, parts.now())
    import_thread(
        parts, site, f"{parts.config.url}/demo", _first_thread(parts.now()), dry_run=False
    )


def _add_host(parts: Parts, site: Site, host: str) -> None:
    """Let the demo work on another port than it was made on."""
    if host in site.hosts:
        return
    changed = Site(
        id=site.id,
        key=site.key,
        title=site.title,
        hosts=(*site.hosts, host),
        settings=site.settings,
    )
    with parts.database.write() as session:
        sites.change_site(session, changed)


def _admin(parts: Parts) -> Person:
    with parts.database.read() as session:
        found = people.find_person(session, parts.keys, ADMIN)
    if found is not None:
        return found
    with parts.database.write() as session:
        return people.add_person(session, parts.keys, ADMIN, parts.now(), is_admin=True)


def _first_thread(now: datetime) -> ForeignThread:
    comments = [
        ForeignComment(
            id=name,
            parent=parent,
            name=author,
            email=None,
            website=None,
            body=body,
            created=now - timedelta(hours=hours),
        )
        for hours, name, parent, author, body in _FIRST
    ]
    return ForeignThread(title="Who reads the comments?", comments=comments)
