"""Sites: add, find, change."""

from datetime import datetime

from sqlalchemy import select

from widget.domain.errors import FieldError, Invalid
from widget.domain.site import Site, SiteSettings
from widget.store.database import Session
from widget.store.tables import SiteRow


def add_site(session: Session, site: Site, now: datetime) -> Site:
    """Store a new site and return it with its id.

    Raises:
        Invalid: where the key is taken.
    """
    if find_site(session, site.key) is not None:
        raise Invalid([FieldError("key", f"There is a site {site.key!r} already.")])
    row = SiteRow(
        key=site.key,
        title=site.title,
        hosts=list(site.hosts),
        settings=site.settings.model_dump(mode="json"),
        version=1,
        created=now,
    )
    session.add(row)
    session.flush()
    return _site(row)


def find_site(session: Session, key: str) -> Site | None:
    """Return the site of that key."""
    if not key.isprintable():  # PostgreSQL takes no null character, not even to look for
        return None
    row = session.scalar(select(SiteRow).where(SiteRow.key == key))
    return _site(row) if row else None


def site_by_id(session: Session, site_id: int) -> Site | None:
    """Return the site of that id."""
    row = session.get(SiteRow, site_id)
    return _site(row) if row else None


def list_sites(session: Session) -> list[Site]:
    """Return all sites by key."""
    return [_site(row) for row in session.scalars(select(SiteRow).order_by(SiteRow.key))]


def site_version(session: Session, key: str) -> int | None:
    """Return the version of a site's settings; the cheap question of the read path."""
    return session.scalar(select(SiteRow.version).where(SiteRow.key == key))


def change_site(session: Session, site: Site) -> Site:
    """Keep a site's title, hosts and settings; its version goes up, so its snapshots end."""
    row = session.get_one(SiteRow, site.id)
    row.title = site.title
    row.hosts = list(site.hosts)
    row.settings = site.settings.model_dump(mode="json")
    row.version += 1
    session.flush()
    return _site(row)


def touch_site(session: Session, site_id: int) -> None:
    """Let the site's version go up: something that its form shows has changed."""
    session.get_one(SiteRow, site_id).version += 1


def _site(row: SiteRow) -> Site:
    return Site(
        id=row.id,
        key=row.key,
        title=row.title,
        hosts=tuple(row.hosts),
        settings=SiteSettings.model_validate(row.settings),
        version=row.version,
    )
