"""The OpenAPI document of the API, and a page to browse it."""

from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request

from widget.http.snapshots import CACHE_CONTROL
from widget.publication.parts import Parts

#: The page is text and a stylesheet: it runs nothing and loads nothing else.
POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_NAME = "#/components/schemas/"


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the routes of the document, which is made once, when it is first asked for."""

    @cache
    def document() -> dict[str, Any]:
        from widget.http.api.openapi import make_document  # noqa: PLC0415  # 1 MB of examples

        return make_document(parts.config.url)

    def html_of(text: str) -> str:
        return parts.sanitise(parts.markdown(text))

    @api.get("/openapi.json")
    def read_document() -> Response:
        response = Response(orjson.dumps(document()), content_type="application/json")
        response.headers["Cache-Control"] = CACHE_CONTROL
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]

    @api.get("/docs")
    def browse_document() -> Response:
        page = render_template(
            "api_docs.html",
            document=document(),
            html_of=html_of,
            pretty=pretty,
            type_of=type_of,
            slug=slug,
        )
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = CACHE_CONTROL
        response.headers["Content-Security-Policy"] = POLICY
        return response


def pretty(value: object) -> str:
    """Return a value as indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def slug(text: str) -> str:
    """Return a text as the name of a place in the page."""
    return text.lower().replace(" ", "-")


def type_of(schema: dict[str, Any]) -> dict[str, str]:
    """Return a schema's type in words; ``name`` is the schema that they lead to, if any."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_NAME)
        return {"words": name, "name": name}
    if "anyOf" in schema:
        kinds = [type_of(one) for one in schema["anyOf"]]
        name = next((kind["name"] for kind in kinds if kind["name"]), "")
        return {"words": " or ".join(kind["words"] for kind in kinds), "name": name}
    if schema.get("type") == "array":
        kind = type_of(schema.get("items", {}))
        return {"words": f"list of {kind['words']}", "name": kind["name"]}
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        kind = type_of(schema["additionalProperties"])
        return {"words": f"object of {kind['words']}", "name": kind["name"]}
    return {"words": str(schema.get("type", "any")) + _limits(schema), "name": ""}


def _limits(schema: dict[str, Any]) -> str:
    """Return what else holds of a plain value: its form, its bounds, the values it takes."""
    found = [str(schema["format"])] if "format" in schema else []
    if "enum" in schema:
        found.append("one of " + ", ".join(str(value) for value in schema["enum"]))
    if "maxLength" in schema:
        found.append(f"at most {schema['maxLength']} characters")
    if "minimum" in schema:
        found.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        found.append(f"to {schema['maximum']}")
    return f" ({', '.join(found)})" if found else ""
