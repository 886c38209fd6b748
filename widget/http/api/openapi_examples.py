"""Examples of the OpenAPI document, made of the very values that the API reads and answers."""

import orjson

from widget.domain.errors import FieldError
from widget.domain.form import FieldType, FormField
from widget.domain.site import Policy, Presence, Votes
from widget.domain.thread import ThreadState
from widget.domain.thread_page import (
    Form,
    Notice,
    PublicAuthor,
    PublicComment,
    PublicThread,
    Replies,
    ThreadPage,
)
from widget.http.api.reaction_shapes import (
    FlagAnswer,
    FlagBody,
    ReviewAnswer,
    VoteAnswer,
    VoteBody,
)
from widget.http.api.subscriptions import SubscriptionAnswer, SubscriptionBody
from widget.http.api.wire import (
    AuthorFields,
    CommentAnswer,
    CountsAnswer,
    EditBody,
    EditedAnswer,
    NewCommentBody,
    PlaceOnPage,
    PostedAnswer,
    PreviewAnswer,
    PreviewBody,
    RepliesAnswer,
    RequestBody,
)
from widget.http.problems import Problem

SITE = "debates"
PAGE = "https://example.org/a"
TEXT = "The *wind* does it."
_HTML = "<p>The <em>wind</em> does it.</p>\n"
_THEN = "2015-11-25T10:00:00Z"

_REPLY = PublicComment(
    id=15,
    parent=14,
    author=PublicAuthor(name=None, website=None, avatar="0d1f2a3b4c5d6e7f", badge=None),
    html="<p>And the cables answer.</p>\n",
    created="2015-11-25T10:04:00Z",
    edited=None,
    score=0,
    pinned=False,
    featured=False,
    deleted=False,
    replies=Replies(count=0),
    number=2,
)
_COMMENT = PublicComment(
    id=14,
    parent=None,
    author=PublicAuthor(
        name="Ada", website="https://ada.example.net/", avatar="b3f0c2d4e5a69788", badge=None
    ),
    html=_HTML,
    created=_THEN,
    edited=None,
    score=3,
    pinned=False,
    featured=False,
    deleted=False,
    replies=Replies(count=1, comments=[_REPLY]),
    number=1,
)
_THREAD = PublicThread(
    id=7,
    url=PAGE,
    title="Why bridges sing",
    state=ThreadState.OPEN,
    count=2,
    version=5,
)
_FORM = Form(
    fields=[
        FormField(
            name="cookie_consent",
            type=FieldType.CHECKBOX,
            label="Remember my name on this device",
            required=True,
        )
    ],
    notices=[Notice(plugin="akismet", html="<p>Akismet checks comments for spam.</p>")],
    author={
        "name": Presence.OPTIONAL,
        "email": Presence.OPTIONAL,
        "website": Presence.OFF,
    },
    max_length=10_000,
    max_depth=6,
    edit_window_s=900,
    policy=Policy.FIRST_TIME,
    votes=Votes.BOTH,
    flags=True,
    numbers=False,
    subscriptions=False,
)
_TOKEN = "WzEsMTRd.example-of-a-signature"  # noqa: S105  # an example in the document

#: One example of each body and answer, by its type.
VALUES: dict[type, object] = {
    NewCommentBody: NewCommentBody(
        site=SITE,
        url=PAGE,
        title="Why bridges sing",
        author=AuthorFields(
            name="Ada", email="ada@example.net", website="https://ada.example.net/"
        ),
        body=TEXT,
        answers={"cookie_consent": True},
    ),
    EditBody: EditBody(body=TEXT),
    PreviewBody: PreviewBody(site=SITE, body=TEXT),
    ThreadPage: ThreadPage(thread=_THREAD, comments=[_COMMENT], after=None, form=_FORM),
    Form: _FORM,
    RepliesAnswer: RepliesAnswer(comments=[_REPLY], after=None),
    CountsAnswer: CountsAnswer(counts={PAGE: 2, "https://example.org/b": 0}),
    PostedAnswer: PostedAnswer(
        status="published", comment=_COMMENT, token=_TOKEN, message="Your comment is published."
    ),
    EditedAnswer: EditedAnswer(
        status="published", comment=_COMMENT, message="Your change is published."
    ),
    CommentAnswer: CommentAnswer(
        status="published",
        comment=_REPLY,
        thread=_THREAD,
        place=PlaceOnPage(root=14, ancestors=[14]),
    ),
    VoteBody: VoteBody(value=1),
    VoteAnswer: VoteAnswer(score=4, value=1),
    FlagBody: FlagBody(reason="spam"),
    FlagAnswer: FlagAnswer(score=3, message="Thank you. The moderators will look at this comment."),
    ReviewAnswer: ReviewAnswer(
        status="pending", message="The moderators were asked to look at it."
    ),
    PreviewAnswer: PreviewAnswer(html=_HTML),
    SubscriptionBody: SubscriptionBody(site=SITE, url=PAGE, email="ada@example.net"),
    SubscriptionAnswer: SubscriptionAnswer(
        message="Please look into your mail: a message with a link to confirm is on its way."
    ),
    Problem: Problem(
        title="Unprocessable Entity",
        status=422,
        detail="Please write something.",
        errors=[FieldError("body", "Please write something.")],
    ),
}


def example_of(model: type) -> object:
    """Return the example of a body or an answer as plain JSON values."""
    return orjson.loads(orjson.dumps(VALUES[model], default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, RequestBody):
        return value.model_dump(mode="json")
    raise TypeError(type(value).__name__)
