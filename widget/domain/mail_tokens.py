"""The tokens in links of mails: each for one purpose, for one address, signed.

They lie in addresses because a mail has nothing else; so each allows as little as it can.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from widget.domain.errors import TokenRefused
from widget.domain.words import say

CONFIRM_LIFE = timedelta(days=7)
DECIDE_LIFE = timedelta(days=14)
_WORDS = say("This link is not valid, or no longer. Please use the newest mail.")


class MailTokens:
    """Signs and reads the tokens of mails: HMAC, bound to their purpose; keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._by_purpose = {
            purpose: URLSafeSerializer(list(keys), salt=f"comment-widget mail {purpose}")
            for purpose in ("confirm", "subscriptions", "decide", "return")
        }

    def for_confirming(self, subscriber_id: int, now: datetime) -> str:
        """Return the token that confirms an address, within seven days."""
        return self._sign("confirm", [subscriber_id, int(now.timestamp())])

    def read_confirming(self, token: str, now: datetime) -> int:
        """Return the subscriber that a token confirms.

        Raises:
            TokenRefused: for one that is forged, altered or too old.
        """
        subscriber_id, since = self._read("confirm", token, 2)
        _check_age(since, now, CONFIRM_LIFE)
        return subscriber_id

    def for_subscriptions(self, subscriber_id: int, subscription_id: int = 0) -> str:
        """Return the token to an address's subscriptions, led to by one of them (0 by none)."""
        return self._sign("subscriptions", [subscriber_id, subscription_id])

    def read_subscriptions(self, token: str) -> tuple[int, int]:
        """Return the subscriber and the subscription (0: none) that a token is for.

        Raises:
            TokenRefused: for one that is forged or altered.
        """
        subscriber_id, subscription_id = self._read("subscriptions", token, 2)
        return subscriber_id, subscription_id

    def for_deciding(self, person_id: int, comment_id: int, event_id: int, now: datetime) -> str:
        """Return the token by which a person decides on a comment that is as ``event_id`` left it.

        It is of no use once anybody has decided.
        """
        return self._sign("decide", [person_id, comment_id, event_id, int(now.timestamp())])

    def read_deciding(self, token: str, now: datetime) -> tuple[int, int, int]:
        """Return the person, the comment and the decision that it was left by.

        Raises:
            TokenRefused: for one that is forged, altered or older than two weeks.
        """
        person_id, comment_id, event_id, since = self._read("decide", token, 4)
        _check_age(since, now, DECIDE_LIFE)
        return person_id, comment_id, event_id

    def for_return(self, subscriber_id: int) -> str:
        """Return what a mail carries so that one which comes back names whom it was for."""
        return self._sign("return", [subscriber_id])

    def read_return(self, token: str) -> int:
        """Return the subscriber to whom a mail that came back was sent.

        Raises:
            TokenRefused: for one that is forged or altered.
        """
        return self._read("return", token, 1)[0]

    def _sign(self, purpose: str, value: Sequence[int]) -> str:
        return str(self._by_purpose[purpose].dumps(list(value)))

    def _read(self, purpose: str, token: str, length: int) -> list[int]:
        try:
            value = self._by_purpose[purpose].loads(token)
        except BadData as error:
            raise TokenRefused(_WORDS) from error
        if not isinstance(value, list) or [type(part) for part in value] != [int] * length:
            raise TokenRefused(_WORDS)
        return value


def _check_age(since: int, now: datetime, life: timedelta) -> None:
    if not 0 <= now.timestamp() - since + 1 <= life.total_seconds() + 1:
        raise TokenRefused(_WORDS)
