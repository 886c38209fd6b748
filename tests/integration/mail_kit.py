"""A server that sends its mails to a mail server of the test, and its readers."""

import re
from itertools import count

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE, Clock
from tests.integration.conftest import World
from tests.smtp_sink import SmtpSink, Taken
from widget.config import Config
from widget.subscriptions.send import send_due

SERVER = "https://comments.example.net"
ADA = "ada@example.net"
_READERS = count(1)
_LINK = re.compile(r"https://comments\.example\.net(/[^\s\"<]+)")


class Mailing(World):
    """A server with a mail server; time goes by as the test says."""

    def __init__(self, config: Config, clock: Clock, smtp: SmtpSink) -> None:
        changed = config.model_copy(update={"smtp_url": smtp.url, "public_url": SERVER})
        super().__init__(changed, clock)
        self.smtp = smtp

    def ask(
        self, email: str = ADA, url: str = PAGE, language: str = "en", **fields: object
    ) -> TestResponse:
        """Ask for mail as the browser of one more reader on the site's page would."""
        number = next(_READERS)
        return self.client.post(
            "/api/v1/subscriptions",
            json={"site": "blog", "url": url, "email": email, **fields},
            headers={"Origin": ORIGIN, "Accept-Language": language},
            environ_base={"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"},
        )

    def deliver(self, **duration: float) -> list[Taken]:
        """Let time go by and send what is due by then; return what the mail server took."""
        before = len(self.smtp.taken)
        self.wait(**duration)
        send_due(self.parts)
        return self.smtp.taken[before:]

    def subscribe(self, email: str = ADA, **fields: object) -> None:
        """Ask for mail and confirm by the link in it."""
        assert self.ask(email, **fields).status_code == 202
        (mail,) = self.deliver()
        self.confirm(mail)

    def confirm(self, mail: Taken) -> TestResponse:
        """Press the button behind the link of a mail that asks."""
        return browser(self).post(path_in(mail, "/subscriptions/confirm/"))


def browser(world: World) -> FlaskClient:
    """Return a browser that has been nowhere yet."""
    return world.app.test_client()


def path_in(mail: Taken, begins: str) -> str:
    """Return the path of the first link of a mail that begins so."""
    for path in _LINK.findall(mail.text):
        if path.startswith(begins):
            return str(path)
    raise AssertionError(f"no link to {begins} in:\n{mail.text}")
