"""Who asks, and what they may do: sign-in sessions, and the way to a site."""

from flask import g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response

from widget.domain.audit_log import NOBODY, Action, By, Entry
from widget.domain.errors import NotAllowed, NotFound
from widget.domain.person import Person, Right
from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.http.client import address_reader
from widget.http.dashboard.problems import wants_json
from widget.http.dashboard.protection import SAFE_METHODS, cookie_name
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.store import audit_log, browser_sessions, pauses, sites
from widget.store.browser_sessions import LIFE, SEEN_STEP, BrowserSession
from widget.store.factors import factors_of
from widget.store.pauses import Pause

COOKIE = "comment_widget_session"
#: The routes that need nobody to be signed in.
OPEN = frozenset(
    {
        "dashboard.sign_in",
        "dashboard.try_password",
        "dashboard.link",
        "dashboard.use_link",
        "dashboard.second_factor",
        "dashboard.try_second_factor",
        "dashboard.passkey_challenge",
        "dashboard.try_passkey",
        "dashboard.invitation",
        "dashboard.accept_invitation",
    }
)
#: The routes that change how somebody signs in, and where to go on once it was asked again who
#: asks: an open browser isn't enough for them.
PROVED = {
    **dict.fromkeys(
        (
            "dashboard.begin_totp",
            "dashboard.confirm_totp",
            "dashboard.remove_totp",
            "dashboard.new_recovery_codes",
            "dashboard.rename_passkey",
            "dashboard.remove_passkey",
        ),
        "/dashboard/account",
    ),
    **dict.fromkeys(("dashboard.totp",), "/dashboard/account/totp"),
    **dict.fromkeys(
        ("dashboard.new_passkey", "dashboard.begin_passkey", "dashboard.add_passkey"),
        "/dashboard/account/passkeys/new",
    ),
}
#: Where somebody may be who still has to set up a second factor.
_SETTING_UP = "/dashboard/account"
NEEDS_FACTOR = "This server needs a second factor of you: set one up under Account first."
#: Kept in the form cookie: the session that a sign-in link began may set a new password.
LINK_SESSION = "link_session"


class Access:
    """Signs browsers in and out, and decides who may see which site."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._is_https = parts.config.url.startswith("https://")
        self._cookie = cookie_name(COOKIE, is_https=self._is_https)
        self._address_of = address_reader(parts.config.trusted_proxies)

    def let_in(self) -> Response | None:
        """Find out who asks; lead who isn't signed in to the sign-in page."""
        self._load()
        if request.endpoint in OPEN or "person" in g:
            return self._lead_to_factors() or self._ask_again()
        if wants_json():
            answer = jsonify(title="Unauthorized", status=401, detail="You are signed out.")
            answer.status_code = 401
            return answer
        wanted = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        return redirect(url_for("dashboard.sign_in", next=wanted), 303)

    def by(self) -> By:
        """Return who asks and from where, for the audit log."""
        return By(actor=current_person().actor, address=self._address_of(request))

    def by_nobody(self) -> By:
        """Return that nobody asks who is signed in, and from where."""
        return By(actor=NOBODY, address=self._address_of(request))

    def sign_in(
        self, person: Person, response: Response, *, by_link: bool, way: str | None
    ) -> Response:
        """Begin a new session in this browser; whatever it brought along is worth nothing.

        ``way`` is how they showed who they are, for the audit log; ``None`` where somebody who
        is signed in already only gets a new session.
        """
        parts, now = self._parts, self._parts.now()
        agent = request.headers.get("User-Agent")
        with parts.database.write() as store:
            if "browser" in g:
                browser_sessions.end_session(store, g.person.id, g.browser.id)
            token, begun = browser_sessions.begin_session(store, person.id, agent, now)
            if way is not None:
                by = By(actor=person.actor, address=self._address_of(request))
                entry = Entry(action=Action.SIGNED_IN, by=by, details={"way": way})
                audit_log.write(store, parts.keys, entry, now)
        session.clear()
        if by_link:
            session[LINK_SESSION] = begun.id
        # Lax: a link in a mail leads to the queue, not to the sign-in page. What changes
        # something is a POST, for which the browser sends it to no other site's page.
        response.set_cookie(
            self._cookie,
            token,
            max_age=LIFE,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )
        return response

    def sign_out(self, response: Response) -> Response:
        """End this browser's session, in the database as well as here."""
        parts = self._parts
        with parts.database.write() as store:
            browser_sessions.end_session(store, current_person().id, current_browser().id)
            entry = Entry(action=Action.SIGNED_OUT, by=self.by())
            audit_log.write(store, parts.keys, entry, parts.now())
        session.clear()
        response.delete_cookie(
            self._cookie, path="/", secure=self._is_https, httponly=True, samesite="Lax"
        )
        return response

    def site(self, key: str, right: Right = Right.MODERATE) -> Site:
        """Return a site on which the person who asks has this right.

        Raises:
            NotFound: where there is no such site, or it is none of theirs: both read the same.
        """
        with self._parts.database.read() as store:
            site = sites.find_site(store, key)
        if site is None or not current_person().may(right, site.id):
            raise NotFound("There is no such page, or it isn't one of yours.")
        return site

    def admin(self) -> Person:
        """Return the person who asks, who is an admin of the server.

        Raises:
            NotFound: where they are none.
        """
        person = current_person()
        if not person.is_admin:
            raise NotFound("There is no such page, or it isn't one of yours.")
        return person

    def is_fresh(self) -> bool:
        """Tell whether the person who asks showed only just now who they are."""
        return current_browser().is_fresh(self._parts.now())

    def own_sites(self) -> list[Site]:
        """Return the sites on which the person who asks has any role."""
        person = current_person()
        with self._parts.database.read() as store:
            return [site for site in sites.list_sites(store) if person.may(Right.MODERATE, site.id)]

    def for_templates(self) -> dict[str, object]:
        """Return what every page shows: who is signed in, and which plugins are paused."""
        return {
            "person": g.get("person"),
            "Right": Right,
            "paused_on": self._paused_on,
            "needs_factor": "person" in g
            and self._parts.config.require_second_factor
            and not g.has_factor,
        }

    def _paused_on(self, site: Site) -> list[tuple[SitePlugin, Pause]]:
        with self._parts.database.read() as store:
            paused = {pause.plugin: pause for pause in pauses.pauses_of(store, site.id)}
        return [
            (plugin, paused[plugin.name])
            for plugin in self._parts.plugins.of(site)
            if plugin.name in paused and plugin.mode is not Mode.OFF
        ]

    def _lead_to_factors(self) -> Response | None:
        """Let who needs a second factor and has none do nothing but set one up.

        Raises:
            NotAllowed: where they do anything else than open a page.
        """
        if not self._parts.config.require_second_factor or request.endpoint in OPEN:
            return None
        if g.has_factor or request.endpoint == "dashboard.sign_out":
            return None
        if request.path.startswith(_SETTING_UP):
            return None
        if wants_json() or request.method not in SAFE_METHODS:
            raise NotAllowed(NEEDS_FACTOR)
        return redirect(url_for("dashboard.account"), 303)

    def _ask_again(self) -> Response | None:
        """Ask who changes how they sign in to show again who they are, if that is a while ago.

        Raises:
            NotAllowed: where the page's script asks.
        """
        if request.endpoint not in PROVED or self.is_fresh():
            return None
        if wants_json():
            raise NotAllowed("Please load this page again, and say once more who you are.")
        return redirect(url_for("dashboard.confirm", next=PROVED[request.endpoint]), 303)

    def _load(self) -> None:
        token = request.cookies.get(self._cookie)
        if not token:
            return
        parts, now = self._parts, self._parts.now()
        with parts.database.read() as store:
            found = browser_sessions.find_session(store, parts.keys, token, now)
            g.has_factor = found is not None and factors_of(store, found[1].id).any
        if found is None:
            return
        browser, person = found
        if now - browser.seen > SEEN_STEP:
            with parts.database.write() as store:
                browser_sessions.saw(store, browser.id, now)
        g.browser, g.person = browser, person


def current_person() -> Person:
    """Return who asks; only in routes that need somebody to be signed in."""
    person: Person = g.person
    return person


def current_browser() -> BrowserSession:
    """Return the session of the browser that asks."""
    browser: BrowserSession = g.browser
    return browser
