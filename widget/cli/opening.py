"""How commands open the server's parts."""

from widget.assembly import open_server
from widget.config import Config, load_config
from widget.domain.audit_log import COMMAND_LINE, Action, By, Entry
from widget.domain.errors import FieldError, Invalid
from widget.domain.site import Site
from widget.logs import write_logs
from widget.publication.parts import Parts
from widget.store import audit_log, schema, sites

#: Who works at the command line, in the audit log.
BY = By(actor=COMMAND_LINE[0])


def write_down(parts: Parts, action: Action, site: Site | None = None, **details: object) -> None:
    """Write into the audit log what a command has done."""
    entry = Entry(action=action, by=BY, site_id=site.id if site else None, details=details)
    with parts.database.write() as session:
        audit_log.write(session, parts.keys, entry, parts.now())


def open_parts(config: Config | None = None) -> Parts:
    """Return the parts of the configured server, its database at this version's schema.

    The embedded database is migrated by itself, any other only by ``db upgrade``.

    Raises:
        ConfigurationError: where the schema isn't this version's.
    """
    config = config or load_config()
    write_logs("WARNING" if config.log_level == "INFO" else config.log_level)
    parts = open_server(config)
    schema.make_current(parts.database, migrate=config.is_embedded)
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
