"""How commands open the server's parts."""

from widget.app import create_app, parts_of
from widget.config import Config, load_config
from widget.domain.errors import ConfigurationError, FieldError, Invalid
from widget.domain.site import Site
from widget.logs import write_logs
from widget.publication.parts import Parts
from widget.store import schema, sites


def open_parts(config: Config | None = None) -> Parts:
    """Return the parts of the configured server, its database at this version's schema.

    The embedded database is migrated by itself, any other only by ``db upgrade``.

    Raises:
        ConfigurationError: where the schema isn't this version's.
    """
    config = config or load_config()
    write_logs("WARNING" if config.log_level == "INFO" else config.log_level)
    parts = parts_of(create_app(config))
    if config.is_embedded:
        schema.upgrade(parts.database)
    elif schema.current(parts.database) != schema.head():
        raise ConfigurationError(
            "The database needs an upgrade: run comment-widget db upgrade first."
        )
    return parts


def site_of(parts: Parts, key: str) -> Site:
    """Return the site of that key.

    Raises:
        Invalid: where there is none; the message lists those that there are.
    """
    with parts.database.read() as session:
        found = sites.find_site(session, key)
        known = ", ".join(site.key for site in sites.list_sites(session)) or "none"
    if found is None:
        raise Invalid([FieldError("site", f"There is no site {key!r} (there is: {known}).")])
    return found
