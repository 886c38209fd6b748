"""What plugins add to the reader's form."""

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """The kinds of field that the box can draw."""

    CHECKBOX = "checkbox"
    HIDDEN = "hidden"
    TEXT = "text"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class FormLink:
    """A link shown beside a field. ``href`` is an http(s) URL."""

    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of the reader's form; its answer comes back in ``Submission.answers[name]``.

    ``purpose="device_storage"`` marks the checkbox by which a reader agrees to things being
    kept on their device; ``version`` is what they agreed to, and a new version asks again.
    """

    name: str
    type: FieldType
    label: str
    required: bool = False
    help: str | None = None
    value: str | None = None
    purpose: str | None = None
    version: str | None = None
    link: FormLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormNotice:
    """A sentence of HTML under the form; sanitised like a comment before it is shown."""

    html: str
