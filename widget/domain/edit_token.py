"""The token that lets the reader who posted a comment edit, delete or watch it."""

from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

from widget.domain.comment import Comment
from widget.domain.errors import TokenRefused
from widget.domain.words import say

_SALT = "comment-widget edit token"
_WORDS = say("This needs the token that was given when the comment was posted.")


class EditTokens:
    """Signs and checks edit tokens: HMAC over the comment's id and site, keys can be rotated.

    The window within which a token allows changes is the site's, and checked by who asks.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._serializer = URLSafeSerializer(list(keys), salt=_SALT)

    def sign(self, comment: Comment) -> str:
        """Return the token of a comment."""
        return str(self._serializer.dumps([comment.site_id, comment.id]))

    def read(self, token: str | None) -> tuple[int, int] | None:
        """Return the site and the comment that a token is for, ``None`` where it is none."""
        try:
            value = self._serializer.loads(token or "")
        except BadData:
            return None
        if not isinstance(value, list) or [type(part) for part in value] != [int, int]:
            return None
        return value[0], value[1]

    def check(self, token: str | None, comment_id: int) -> None:
        """Let pass the token of that comment only.

        Raises:
            TokenRefused: for none, another comment's, or one that was altered.
        """
        if not token:
            raise TokenRefused(_WORDS)
        try:
            value = self._serializer.loads(token)
        except BadData as error:
            raise TokenRefused(_WORDS) from error
        if not isinstance(value, list) or value[1:] != [comment_id]:
            raise TokenRefused(_WORDS)
