"""Who asks, and what they may do: sign-in sessions, and the way to a site."""

from flask import g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response

from widget.domain.errors import NotFound
from widget.domain.person import Person, Right
from widget.domain.site import Site
from widget.domain.trail import Mode
from widget.http.dashboard.problems import wants_json
from widget.http.dashboard.protection import SAFE_METHODS, cookie_name
from widget.plugin_host.settings import SitePlugin
from widget.publication.parts import Parts
from widget.store import browser_sessions, pauses, sites
from widget.store.browser_sessions import LIFE, SEEN_STEP, BrowserSession
from widget.store.pauses import Pause

COOKIE = "comment_widget_session"
#: The routes that need nobody to be signed in.
OPEN = frozenset(
    {"dashboard.sign_in", "dashboard.try_password", "dashboard.link", "dashboard.use_link"}
)
#: Kept in the form cookie: the session that a sign-in link began may set a new password.
LINK_SESSION = "link_session"


class Access:
    """Signs browsers in and out, and decides who may see which site."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._is_https = parts.config.url.startswith("https://")
        self._cookie = cookie_name(COOKIE, is_https=self._is_https)

    def let_in(self) -> Response | None:
        """Find out who asks; lead who isn't signed in to the sign-in page."""
        self._load()
        if request.endpoint in OPEN or "person" in g:
            return None
        if wants_json():
            answer = jsonify(title="Unauthorized", status=401, detail="You are signed out.")
            answer.status_code = 401
            return answer
        wanted = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        return redirect(url_for("dashboard.sign_in", next=wanted), 303)

    def sign_in(self, person: Person, response: Response, *, by_link: bool) -> Response:
        """Begin a new session in this browser; whatever it brought along is worth nothing."""
        parts, now = self._parts, self._parts.now()
        agent = request.headers.get("User-Agent")
        with parts.database.write() as store:
            if "browser" in g:
                browser_sessions.end_session(store, g.person.id, g.browser.id)
            token, begun = browser_sessions.begin_session(store, person.id, agent, now)
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
        with self._parts.database.write() as store:
            browser_sessions.end_session(store, current_person().id, current_browser().id)
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

    def own_sites(self) -> list[Site]:
        """Return the sites on which the person who asks has any role."""
        person = current_person()
        with self._parts.database.read() as store:
            return [site for site in sites.list_sites(store) if person.may(Right.MODERATE, site.id)]

    def for_templates(self) -> dict[str, object]:
        """Return what every page shows: who is signed in, and which plugins are paused."""
        return {"person": g.get("person"), "Right": Right, "paused_on": self._paused_on}

    def _paused_on(self, site: Site) -> list[tuple[SitePlugin, Pause]]:
        with self._parts.database.read() as store:
            paused = {pause.plugin: pause for pause in pauses.pauses_of(store, site.id)}
        return [
            (plugin, paused[plugin.name])
            for plugin in self._parts.plugins.of(site)
            if plugin.name in paused and plugin.mode is not Mode.OFF
        ]

    def _load(self) -> None:
        token = request.cookies.get(self._cookie)
        if not token:
            return
        parts, now = self._parts, self._parts.now()
        with parts.database.read() as store:
            found = browser_sessions.find_session(store, parts.keys, token, now)
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
