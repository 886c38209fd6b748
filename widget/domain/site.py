"""A site and its settings."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from widget.domain.hosts import check_http_url


class Policy(StrEnum):
    """What happens to a comment of which no plugin said anything."""

    PUBLISH = "publish"
    FIRST_TIME = "first_time"
    HOLD = "hold"


class Combine(StrEnum):
    """How the verdicts of several plugins become one."""

    STRICTEST = "strictest"
    FIRST = "first"


class Presence(StrEnum):
    """Whether a form field is shown, and whether it must be filled in."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Votes(StrEnum):
    """Which votes readers can give."""

    OFF = "off"
    UP = "up"
    BOTH = "both"


class SiteSettings(BaseModel):
    """The settings of one site; the dashboard draws its form from this model.

    Every default is right for one small site.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = Field(
        Policy.FIRST_TIME, description="Publish at once, hold first-time authors, or hold all."
    )
    combine: Combine = Field(
        Combine.STRICTEST,
        description="All plugins are asked and the strictest verdict wins, or the first objection "
        "ends the asking.",
    )
    author_name: Presence = Field(Presence.OPTIONAL, description="The name field.")
    author_email: Presence = Field(Presence.OPTIONAL, description="The email field.")
    author_website: Presence = Field(Presence.OPTIONAL, description="The website field.")
    max_length: int = Field(10_000, ge=100, le=65_000, description="Longest comment, characters.")
    max_depth: int = Field(6, ge=1, le=20, description="Depth to which replies are indented.")
    page_size: int = Field(25, ge=1, le=50, description="Top-level comments on a page.")
    replies_shown: int = Field(10, ge=0, le=50, description="First replies under each of them.")
    edit_window_s: int = Field(
        900, ge=0, le=86_400, description="How long authors may edit or delete, seconds."
    )
    votes: Votes = Field(Votes.BOTH, description="Which votes readers can give.")
    flags: bool = Field(True, description="Whether readers can report comments.")
    hold_after_flags: int = Field(
        0,
        ge=0,
        le=100,
        description="A comment that so many readers report is held; 0 holds none.",
    )
    numbers: bool = Field(False, description="Whether comments show their numbers.")
    subscriptions: bool = Field(
        True, description="Whether readers can be told of new comments by mail."
    )
    mail_grace_s: int = Field(
        60,
        ge=0,
        le=3600,
        description="How long mails of a publication wait, so that an undo recalls them, seconds.",
    )
    address_days: int = Field(
        30, ge=0, le=3650, description="Days for which IP addresses are kept whole."
    )
    language: str = Field("en", max_length=35, description="The site's language (BCP 47).")
    privacy_policy_url: Annotated[str, AfterValidator(check_http_url)] = Field(
        "", description="The site's privacy policy."
    )
    privacy_policy_version: str = Field(
        "1", max_length=40, description="Change it, and readers are asked for consent again."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One owner's set of pages. ``version`` goes up with every change of its settings."""

    id: int
    key: str
    title: str
    hosts: tuple[str, ...]
    settings: SiteSettings
    version: int = 1
