"""The plain JSON format: ``{"title", "comments": [{"id", "parent", "name", "body", …}]}``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError

from widget.domain.errors import FieldError, Invalid
from widget.transfer.foreign import ForeignComment, ForeignThread

Name = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)
]


class _Comment(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: Name
    parent: Name | None = None
    name: str | None = None
    email: str | None = None
    website: str | None = None
    body: str
    created: AwareDatetime | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    title: str | None = None
    comments: list[_Comment]


def read_plain_json(path: Path) -> ForeignThread:
    """Return the thread that a file holds.

    Raises:
        Invalid: where it can't be read, names what is at fault, or answers what isn't there.
    """
    try:
        file = _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Invalid([FieldError("file", f"{path} can't be read: {error.strerror}.")]) from error
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)[:10]
        raise Invalid(
            [
                FieldError(".".join(str(part) for part in f["loc"]) or "file", f["msg"])
                for f in faults
            ]
        ) from error
    _check_parents(file.comments)
    return ForeignThread(title=file.title, comments=[_foreign(row) for row in file.comments])


def _check_parents(comments: list[_Comment]) -> None:
    known = [comment.id for comment in comments]
    if len(set(known)) != len(known):
        raise Invalid([FieldError("comments", "Two comments have the same id.")])
    missing = {comment.parent for comment in comments if comment.parent} - set(known)
    if missing:
        listed = ", ".join(sorted(missing)[:10])
        message = f"Comments answer others that are not in the file: {listed}."
        raise Invalid([FieldError("comments", message)])


def _foreign(row: _Comment) -> ForeignComment:
    created: datetime | None = row.created
    return ForeignComment(
        id=row.id,
        parent=row.parent,
        name=row.name or None,
        email=row.email or None,
        website=row.website or None,
        body=row.body,
        created=created,
    )
