"""What the API can be asked, as a table: each call with what it takes and all its answers."""

from widget.domain.thread_page import Form, Sort, ThreadPage
from widget.http.api import openapi_examples as examples
from widget.http.api.counts import MAX_URLS
from widget.http.api.openapi_reactions import REACTIONS
from widget.http.api.openapi_terms import COMMENT_ID, HTML, Answer, Operation, Parameter, Schema
from widget.http.api.subscriptions import SubscriptionAnswer, SubscriptionBody
from widget.http.api.wire import (
    MAX_KEY,
    CommentAnswer,
    CountsAnswer,
    EditBody,
    EditedAnswer,
    NewCommentBody,
    PostedAnswer,
    PreviewAnswer,
    PreviewBody,
    RepliesAnswer,
)

_STRING: Schema = {"type": "string"}
_SITE = Parameter(
    name="site",
    description="The site's key.",
    schema={"type": "string", "minLength": 1},
    required=True,
    example=examples.SITE,
)
_URL = Parameter(
    name="url",
    description="The page's address; its canonical form names the thread.",
    schema={"type": "string", "minLength": 1},
    required=True,
    example=examples.PAGE,
)
_AFTER = Parameter(
    name="after", description="Where to go on: `after` of the page before.", schema=_STRING
)
_IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    where="header",
    description="The `ETag` of what the client has.",
    schema=_STRING,
)
_READ = ("Access-Control-Allow-Origin", "Cache-Control")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="get",
        path="/thread",
        id="readThread",
        tag="Reading",
        summary="Read a page's thread",
        description="A page that nobody has commented on has an empty thread. Compressed by"
        " `Accept-Encoding` with brotli or gzip.",
        parameters=(
            _SITE,
            _URL,
            Parameter(
                name="thread",
                description="An explicit thread id, which then names the thread instead of `url`.",
                schema={"type": "string", "minLength": 1, "maxLength": 200},
            ),
            Parameter(
                name="sort",
                description="The order of top-level comments. Replies are oldest first.",
                schema={"type": "string", "enum": [*Sort], "default": Sort.OLDEST.value},
            ),
            _AFTER,
            Parameter(
                name="around",
                description="A comment's number: the page begins with the top-level comment above"
                " it, and holds the way down to it.",
                schema={"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
            ),
            _IF_NONE_MATCH,
        ),
        answers=(
            Answer(
                status=200,
                description="A page of the thread.",
                model=ThreadPage,
                headers=("ETag", "Vary", *_READ),
            ),
            Answer(
                status=304,
                description="The client has this version already.",
                headers=("ETag", "Vary", *_READ),
            ),
        ),
        problems=(400, 403, 404, 422),
    ),
    Operation(
        method="get",
        path="/comments/{comment_id}/replies",
        id="readReplies",
        tag="Reading",
        summary="Read more replies of a comment",
        parameters=(COMMENT_ID, _AFTER),
        answers=(Answer(status=200, description="Replies.", model=RepliesAnswer, headers=_READ),),
        problems=(400, 404),
    ),
    Operation(
        method="get",
        path="/counts",
        id="readCounts",
        tag="Reading",
        summary="Count the comments of many pages",
        description="Every published comment counts, replies included. A page without comments,"
        " and one that is not the site's, has 0.",
        parameters=(
            _SITE,
            Parameter(
                name="url",
                description="The pages' addresses.",
                schema={
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "maxItems": MAX_URLS,
                },
                required=True,
                example=[examples.PAGE, "https://example.org/b"],
            ),
            _IF_NONE_MATCH,
        ),
        answers=(
            Answer(
                status=200,
                description="The counts, by address as asked.",
                model=CountsAnswer,
                headers=("ETag", "Vary", *_READ),
            ),
            Answer(
                status=304,
                description="The client has these counts already.",
                headers=("ETag", "Vary", *_READ),
            ),
        ),
        problems=(400, 404),
    ),
    Operation(
        method="get",
        path="/form",
        id="readForm",
        tag="Writing",
        summary="Read the form, with what is fresh for each writer",
        parameters=(_SITE, _URL),
        answers=(Answer(status=200, description="The form.", model=Form, headers=_READ),),
        problems=(400, 403, 404, 422),
    ),
    Operation(
        method="post",
        path="/comments",
        id="postComment",
        tag="Writing",
        summary="Post a comment",
        description="It passes the site's moderation before anything is published. The same"
        " `Idempotency-Key` is the same comment and the same answer.",
        parameters=(
            Parameter(
                name="Idempotency-Key",
                where="header",
                description="Any text that is new for each comment, as a random UUID.",
                schema={"type": "string", "maxLength": MAX_KEY},
            ),
        ),
        body=NewCommentBody,
        answers=(
            Answer(status=201, description="Published.", model=PostedAnswer, headers=("Location",)),
            Answer(
                status=202,
                description="Held until a moderator has seen it.",
                model=PostedAnswer,
                headers=("Location",),
            ),
        ),
        problems=(400, 403, 404, 409, 413, 415, 422, 429),
    ),
    Operation(
        method="get",
        path="/comments/{comment_id}",
        id="readComment",
        tag="Reading",
        summary="Read one comment with its place",
        description="A held comment is there for its author only, by the edit token.",
        parameters=(COMMENT_ID,),
        answers=(
            Answer(status=200, description="The comment.", model=CommentAnswer, headers=_READ),
        ),
        problems=(404,),
        proof="optional",
    ),
    Operation(
        method="patch",
        path="/comments/{comment_id}",
        id="editComment",
        tag="Writing",
        summary="Change the text of one's own comment",
        description="Within the site's window. The new text passes the moderation; where that"
        " holds it, the earlier text stays public.",
        parameters=(COMMENT_ID,),
        body=EditBody,
        answers=(Answer(status=200, description="Changed, or held.", model=EditedAnswer),),
        problems=(400, 403, 404, 413, 415, 422, 429),
        proof="needed",
    ),
    Operation(
        method="delete",
        path="/comments/{comment_id}",
        id="deleteComment",
        tag="Writing",
        summary="Delete one's own comment",
        description="Within the site's window. Under replies a tombstone remains, without author"
        " and text.",
        parameters=(COMMENT_ID,),
        answers=(Answer(status=204, description="Deleted."),),
        problems=(403, 404),
        proof="needed",
    ),
    *REACTIONS,
    Operation(
        method="post",
        path="/preview",
        id="preview",
        tag="Writing",
        summary="See a text as it would be published",
        body=PreviewBody,
        answers=(Answer(status=200, description="The text.", model=PreviewAnswer),),
        problems=(400, 403, 404, 413, 415, 422),
    ),
    Operation(
        method="post",
        path="/subscriptions",
        id="subscribe",
        tag="Writing",
        summary="Ask for mail about new comments",
        description="A mail with a link to confirm goes out, once for each address and site. The"
        " answer is the same whether the address was known or not.",
        body=SubscriptionBody,
        answers=(Answer(status=202, description="Asked.", model=SubscriptionAnswer),),
        problems=(400, 403, 404, 413, 415, 422, 429),
    ),
    Operation(
        method="get",
        path="/openapi.json",
        id="readDocument",
        tag="This document",
        summary="Read this document",
        parameters=(_IF_NONE_MATCH,),
        answers=(
            Answer(
                status=200,
                description="The API in OpenAPI 3.1.",
                schema={"type": "object"},
                headers=("ETag", *_READ),
            ),
            Answer(status=304, description="The client has it already.", headers=("ETag",)),
        ),
    ),
    Operation(
        method="get",
        path="/docs",
        id="readDocs",
        tag="This document",
        summary="Browse this document",
        answers=(
            Answer(
                status=200, description="A page.", media_type=HTML, schema=_STRING, headers=_READ
            ),
        ),
    ),
)
