"""subscribe(): ask to be told of comments; one confirmation for each address and site."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.site import Site
from widget.domain.submission import EMAIL_MISSING, MAX_EMAIL
from widget.domain.subscription import (
    MailKind,
    Rhythm,
    Scope,
    Subscriber,
    Subscription,
)
from widget.domain.thread import Thread
from widget.domain.words import say
from widget.languages.languages import ENGLISH
from widget.publication.parts import Parts
from widget.store import mails, subscriptions, threads
from widget.store.database import Session
from widget.store.mails import NewMail

#: So many mails a day ask the same address to confirm; a stranger may have typed it in.
ASK_LIMIT = 3
NOT_AN_ADDRESS = say("This is not an email address.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to be told of. ``language`` is the one they read (BCP 47)."""

    email: str
    scope: Scope
    language: str | None = None
    thread_id: int | None = None
    comment_id: int | None = None


def takes_subscriptions(parts: Parts, site: Site) -> bool:
    """Tell whether readers of a site can be told by mail."""
    return parts.mail is not None and site.settings.subscriptions


def checked_email(email: str | None) -> str:
    """Return an address to which a mail can be sent.

    Raises:
        Invalid: at the field ``email``.
    """
    text = (email or "").strip()
    if not text:
        raise Invalid([FieldError("email", EMAIL_MISSING)])
    if len(text) > MAX_EMAIL:
        raise Invalid([FieldError("email", NOT_AN_ADDRESS)])
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid([FieldError("email", NOT_AN_ADDRESS)]) from error


def subscribe(parts: Parts, site: Site, wish: Wish, page: Thread | None = None) -> None:
    """Keep a wish, and ask its address to confirm where it hasn't on this site.

    Nothing that this does is told to who asks: not whether the address was known. ``page`` is
    the page that the wish is for, which may have no comments yet.

    Raises:
        Invalid: for what is no address.
    """
    email = checked_email(wish.email)
    with parts.database.write() as session:
        thread_id = wish.thread_id
        if wish.scope is Scope.THREAD and page is not None:
            thread_id = threads.begin_thread(session, page, parts.now()).id
        keep(
            parts,
            session,
            site,
            Wish(email=email, scope=wish.scope, language=wish.language, thread_id=thread_id),
        )


def keep(parts: Parts, session: Session, site: Site, wish: Wish) -> None:
    """Keep a wish in a transaction of the caller's; the address is a sound one."""
    now = parts.now()
    subscriber = subscriptions.begin_subscriber(
        session, parts.keys, site, wish.email, language=_language(parts, site, wish), now=now
    )
    subscriptions.subscribe(
        session,
        subscriber,
        wish.scope,
        thread_id=wish.thread_id,
        comment_id=wish.comment_id,
        now=now,
    )
    if subscriptions.may_ask(session, subscriber.id, ASK_LIMIT, now):
        mail = NewMail(
            key=f"confirm:{subscriber.id}:{now.timestamp():.0f}",
            kind=MailKind.CONFIRM,
            site_id=site.id,
            subscriber_id=subscriber.id,
            due=now,
        )
        mails.promise_mails(session, [mail], now)


def confirm(parts: Parts, subscriber_id: int) -> Subscriber:
    """Let an address be told from now on.

    Raises:
        NotFound: where it was forgotten meanwhile.
    """
    with parts.database.write() as session:
        subscriptions.confirm(session, subscriber_id, parts.now())
        return subscriptions.subscriber_by_id(session, parts.keys, subscriber_id)


@dataclass(frozen=True, slots=True)
class Own:
    """A subscription with the page that it is about, ``None`` for a whole site."""

    subscription: Subscription
    thread: Thread | None


def own_subscriptions(parts: Parts, subscriber_id: int) -> tuple[Subscriber, list[Own]]:
    """Return a subscriber and what they are subscribed to.

    Raises:
        NotFound: where the address is not known any more.
    """
    with parts.database.read() as session:
        subscriber = subscriptions.subscriber_by_id(session, parts.keys, subscriber_id)
        found = subscriptions.subscriptions_of(session, subscriber_id)
        pages = subscriptions.pages_of(session, found)
    return subscriber, [Own(one, pages.get(one.id)) for one in found]


def change(
    parts: Parts, subscriber_id: int, *, end: list[int], rhythm: Rhythm, add_site: bool = False
) -> None:
    """End some of an address's subscriptions and keep how often it is written to.

    ``add_site`` adds one to the whole site.

    Raises:
        NotFound: where the address is not known any more.
    """
    with parts.database.write() as session:
        if add_site:
            one = subscriptions.subscriber_by_id(session, parts.keys, subscriber_id)
            subscriptions.subscribe(session, one, Scope.SITE, now=parts.now())
        subscriptions.set_rhythm(session, subscriber_id, rhythm)
        subscriptions.end_subscriptions(session, subscriber_id, end)


def end_by_link(parts: Parts, subscriber_id: int, subscription_id: int) -> None:
    """End what a mail's link is for: one subscription, or the address as a whole (0).

    What has ended already is no fault: who asks wants it to be so.
    """
    if subscription_id == 0:
        end_all(parts, subscriber_id)
        return
    with parts.database.write() as session:
        subscriptions.end_subscriptions(session, subscriber_id, [subscription_id])


def end_all(parts: Parts, subscriber_id: int) -> None:
    """Forget an address on its site, with all that it asked for."""
    with parts.database.write() as session:
        try:
            subscriptions.subscriber_by_id(session, parts.keys, subscriber_id)
        except NotFound:
            return
        subscriptions.forget_subscriber(session, subscriber_id)


def _language(parts: Parts, site: Site, wish: Wish) -> str:
    asked = parts.languages.known(wish.language)
    return asked or parts.languages.known(site.settings.language) or ENGLISH
