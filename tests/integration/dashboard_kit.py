"""Somebody's browser on the dashboard, and a site with people and held comments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from widget.domain.comment import Author, Comment, Event, Status
from widget.domain.person import Person, Role
from widget.domain.site import Site
from widget.domain.thread import Thread, ThreadState
from widget.domain.trail import TrailEntry
from widget.publication.parts import Parts
from widget.store import comments, invitations, people, threads, trails
from widget.store.invitations import LIFE, Invitation
from widget.store.passwords import Passwords
from widget.testing import a_submission

ORIGIN = "http://localhost"
PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Browser:
    """A browser: it keeps cookies, says its origin, and sends forms with their token."""

    client: FlaskClient

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page of the dashboard."""
        return self.client.get(f"/dashboard{path}", **options)

    def post(self, path: str, data: Mapping[str, object] | None = None) -> TestResponse:
        """Send a form of the dashboard."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(f"/dashboard{path}", data=form, headers={"Origin": ORIGIN})

    def act(self, path: str, data: Mapping[str, object]) -> TestResponse:
        """Do what the dashboard's script does: the token in a header, the answer as JSON."""
        headers = {
            "Origin": ORIGIN,
            "Accept": "application/json",
            "X-CSRFToken": self.token(),
            "Sec-Fetch-Site": "same-origin",
        }
        return self.client.post(f"/dashboard{path}", data=dict(data), headers=headers)

    def token(self) -> str:
        """Return the token of this browser's forms, from a page that everybody can open."""
        for path in ("/account", "/sign-in"):
            found = _TOKEN.search(self.get(path).text)
            if found:
                return found[1]
        raise AssertionError("no page has a token")

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """Sign in by password."""
        return self.post("/sign-in", {"email": email, "password": password})

    def session_cookie(self) -> str | None:
        """Return what the session's cookie holds."""
        cookie = self.client.get_cookie("comment_widget_session")
        return cookie.value if cookie else None


def a_browser(app: Flask) -> Browser:
    """Return a browser in which nobody is signed in."""
    return Browser(app.test_client())


def add_person(
    parts: Parts,
    email: str,
    role: Role,
    site: Site | None = None,
    *,
    password: str | None = PASSWORD,
) -> Person:
    """Store somebody with a role and a password."""
    hashed = Passwords().hash(password) if password else None
    with parts.database.write() as session:
        person = people.add_person(
            session, parts.keys, email, parts.now(), is_admin=role is Role.ADMIN
        )
        if site is not None:
            people.set_role(session, person.id, site.id, role)
        if hashed:
            people.set_password_hash(session, person.id, hashed)
    return person


def sign_in_link(parts: Parts, person: Person) -> str:
    """Return the path of a new sign-in link under ``/dashboard``."""
    with parts.database.write() as session:
        return f"/sign-in/{people.make_sign_in_link(session, person, parts.now())}"


def add_invitation(parts: Parts, site_id: int | None, email: str, role: Role | None = None) -> str:
    """Invite somebody; return the path of the link under ``/dashboard``."""
    now = parts.now()
    invitation = Invitation(
        site_id=site_id,
        role=role or (Role.ADMIN if site_id is None else Role.MODERATOR),
        email=email,
        actor="person:1",
        created=now,
        expires=now + LIFE,
    )
    with parts.database.write() as session:
        return f"/invitation/{invitations.invite(session, parts.keys, invitation)[0]}"


def add_comment(
    parts: Parts,
    site: Site,
    body: str = "A comment.",
    *,
    status: Status = Status.PENDING,
    entries: list[TrailEntry] | None = None,
    **fields: object,
) -> Comment:
    """Store a comment with its trail, as if it had gone through the pipeline."""
    now: datetime = parts.now()
    url = str(fields.pop("url", "https://example.org/article"))
    title = str(fields.pop("title", "An article"))
    reason = str(fields.pop("reason", "policy: all comments are held."))
    submission = a_submission(
        site=site,
        url=url,
        title=title,
        body=body,
        at=now,
        parent=fields.pop("parent", None),
        author=Author(**{"name": "Ada", "email": "ada@example.net", **fields}),  # type: ignore[arg-type]  # a test's fields
    )
    thread = Thread(
        id=0, site_id=site.id, key=f"url:{url.rsplit('://', maxsplit=1)[-1]}", url=url, title=title,
        state=ThreadState.OPEN, version=0, count=0,
    )  # fmt: skip
    with parts.database.write() as session:
        kept = threads.begin_thread(session, thread, now)
        html = parts.sanitise(parts.markdown(body))
        comment = comments.add_comment(
            session,
            parts.keys,
            comments.NewComment(submission=submission, thread_id=kept.id, status=status, html=html),
        )
        trails.add_trail(session, comment.id, entries or [])
        trails.add_event(
            session,
            Event(
                id=0,
                comment_id=comment.id,
                before=None,
                after=status,
                actor="pipeline",
                reason=reason,
                at=now,
            ),  # fmt: skip
        )
    return comment


def status_of(parts: Parts, comment: Comment) -> Status:
    """Return how a comment stands in the database."""
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment.id).status
