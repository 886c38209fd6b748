"""The OpenAPI 3.1 document: the table of calls, with schemas made from the models themselves."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core.core_schema import DataclassField, ModelField, TypedDictField

from widget.http.api.openapi_examples import example_of
from widget.http.api.openapi_operations import OPERATIONS
from widget.http.api.openapi_terms import ALWAYS, Answer, Operation, Parameter, Schema
from widget.http.problems import MEDIA_TYPE, Problem

VERSION = "1"
PREFIX = "/api/v1"
_REF = "#/components/schemas/{model}"
_HEADERS: dict[str, tuple[str, Schema]] = {
    "ETag": ("What to send as `If-None-Match` the next time.", {"type": "string"}),
    "Vary": ("By what the answer differs.", {"type": "string"}),
    "Cache-Control": ("How long it may be kept.", {"type": "string"}),
    "Access-Control-Allow-Origin": (
        "Who may read the answer: anybody.",
        {"type": "string", "const": "*"},
    ),
    "Location": ("Where the comment is read.", {"type": "string"}),
    "Retry-After": (
        "Seconds to wait before trying again.",
        {"type": "integer", "minimum": 0},
    ),
}
_RETRY = frozenset({429, 503})
_PROBLEMS = {
    400: "The request can't be read.",
    403: "Understood, and refused: `detail` says why.",
    404: "There is no such thing, or not for this asker.",
    409: "The idempotency key was used for another comment.",
    413: "Larger than the server accepts.",
    415: "Send JSON, as `application/json` in UTF-8.",
    422: "Fields are not acceptable; `errors` names each of them.",
    429: "Too many: come back after `Retry-After` seconds.",
    500: "A fault of the server; `detail` has an id to look it up by.",
    503: "The server is busy; nothing was written.",
}


class _Schemas(GenerateJsonSchema):
    """JSON Schema 2020-12, without the titles that only repeat a field's name."""

    def field_is_required(
        self, field: ModelField | DataclassField | TypedDictField, total: bool
    ) -> bool:
        """Call every field of an answer required: an answer holds all of its fields."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401  # pydantic's own
        """Leave out titles of fields."""
        del schema
        return False


def make_document(server_url: str) -> dict[str, Any]:
    """Return the OpenAPI document of the API of the server at that address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Comment Widget",
            "version": VERSION,
            "description": "The public API. JSON in UTF-8, times in RFC 3339 UTC, errors as"
            " problem documents (RFC 9457). No cookies and no credentials: reading is open to"
            " any page, writing to the pages of the site that is written to.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": f"{server_url}{PREFIX}"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "editToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The `token` that came with the answer to one's own comment.",
                }
            },
        },
    }


def _paths() -> dict[str, dict[str, object]]:
    paths: dict[str, dict[str, object]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, object]:
    described: dict[str, object] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.description:
        described["description"] = operation.description
    if operation.parameters:
        described["parameters"] = [_parameter(one) for one in operation.parameters]
    if operation.body is not None:
        content = _content("application/json", operation.body)
        described["requestBody"] = {"required": True, "content": content}
    described["responses"] = _responses(operation)
    described["security"] = {
        "none": [],
        "optional": [{}, {"editToken": []}],
        "needed": [{"editToken": []}],
    }[operation.proof]
    return described


def _parameter(parameter: Parameter) -> dict[str, object]:
    described: dict[str, object] = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "required": parameter.required,
        "schema": parameter.schema,
    }
    if parameter.example is not None:
        described["example"] = parameter.example
    return described


def _responses(operation: Operation) -> dict[str, object]:
    statuses = (*operation.problems, *ALWAYS)
    return {
        **{str(answer.status): _answer(answer) for answer in operation.answers},
        **{str(status): _problem(status) for status in statuses},
    }


def _answer(answer: Answer) -> dict[str, object]:
    described: dict[str, object] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {name: _header(name) for name in answer.headers}
    if answer.model is not None:
        described["content"] = _content(answer.media_type, answer.model)
    elif answer.schema is not None:
        described["content"] = {answer.media_type: {"schema": answer.schema}}
    return described


def _problem(status: int) -> dict[str, object]:
    schema = {"$ref": _REF.format(model=Problem.__name__)}
    described: dict[str, object] = {
        "description": _PROBLEMS.get(status, HTTPStatus(status).description),
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    if status in _RETRY:
        described["headers"] = {"Retry-After": _header("Retry-After")}
    return described


def _header(name: str) -> dict[str, object]:
    description, schema = _HEADERS[name]
    return {"description": description, "required": True, "schema": schema}


def _content(media_type: str, model: type) -> dict[str, object]:
    schema = {"$ref": _REF.format(model=model.__name__)}
    return {media_type: {"schema": schema, "example": example_of(model)}}


def _schemas() -> dict[str, Any]:
    """Return the schema of every body and answer, and of all that they hold, by name."""
    models: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    models += [(model.__name__, "validation", TypeAdapter(model)) for model in _bodies()]
    models += [(model.__name__, "serialization", TypeAdapter(model)) for model in _answers()]
    _, found = TypeAdapter.json_schemas(models, ref_template=_REF, schema_generator=_Schemas)
    definitions: dict[str, Any] = found["$defs"]
    return {name: _readable(schema) for name, schema in sorted(definitions.items())}


def _bodies() -> Iterable[type]:
    # A problem is here because one of its fields may be missing, as in a request.
    bodies: list[type] = [one.body for one in OPERATIONS if one.body is not None]
    return dict.fromkeys([*bodies, Problem])


def _answers() -> Iterable[type]:
    models = [answer.model for one in OPERATIONS for answer in one.answers]
    return dict.fromkeys(model for model in models if model is not None)


def _readable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose description is CommonMark, as OpenAPI has it."""
    if "description" in schema:
        words = " ".join(schema["description"].split())
        return schema | {"description": words.replace("``", "`")}
    return schema
