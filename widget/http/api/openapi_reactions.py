"""The calls about a comment that is there already, in the table of calls."""

from widget.http.api.openapi_terms import COMMENT_ID, Answer, Operation
from widget.http.api.reaction_shapes import (
    FlagAnswer,
    FlagBody,
    ReviewAnswer,
    VoteAnswer,
    VoteBody,
)

REACTIONS: tuple[Operation, ...] = (
    Operation(
        method="post",
        path="/comments/{comment_id}/vote",
        id="vote",
        tag="Reacting",
        summary="Vote on a comment",
        description="One vote per reader: by address and browser, or by the edit token of"
        " another comment of the site, which tells that it is the same reader. A later vote"
        " replaces the earlier one, and 0 takes it back. Which votes are taken is `votes` of the"
        " form.",
        parameters=(COMMENT_ID,),
        body=VoteBody,
        answers=(Answer(status=200, description="The score with the vote.", model=VoteAnswer),),
        problems=(400, 403, 404, 413, 415, 422, 429),
        proof="optional",
    ),
    Operation(
        method="post",
        path="/comments/{comment_id}/flag",
        id="flag",
        tag="Reacting",
        summary="Report a comment to the moderators",
        description="One report per reader; a second one replaces its reason. The box sends"
        " `spam`, `abuse`, `illegal`, `off_topic` or `other`.",
        parameters=(COMMENT_ID,),
        body=FlagBody,
        answers=(Answer(status=200, description="Reported.", model=FlagAnswer),),
        problems=(400, 403, 404, 413, 415, 422, 429),
        proof="optional",
    ),
    Operation(
        method="post",
        path="/comments/{comment_id}/review",
        id="askReview",
        tag="Reacting",
        summary="Ask the moderators to look at one's own held comment",
        description="Once; to ask again changes nothing.",
        parameters=(COMMENT_ID,),
        answers=(Answer(status=200, description="Asked.", model=ReviewAnswer),),
        problems=(403, 404, 429),
        proof="needed",
    ),
)
