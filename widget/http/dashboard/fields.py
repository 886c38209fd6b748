"""A settings form from a pydantic model, and the values that come back from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr
from werkzeug.datastructures import MultiDict

#: A text that may be longer than this is drawn as several lines.
_LONG = 150
CLEAR = "clear"
_UNITS = {"s": "(seconds)", "ms": "(milliseconds)", "url": "URL", "id": "ID"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """One field of a settings form.

    ``kind`` is ``choice``, ``switch``, ``number``, ``secret``, ``lines``, ``long``, ``text``,
    ``url`` or ``json``. Of a secret only ``is_set`` is told.
    """

    name: str
    label: str
    help: str
    kind: str
    value: str = ""
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: str = "1"
    max_length: int | None = None
    is_set: bool = False
    error: str | None = None


def fields_of(
    settings: BaseModel,
    errors: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
) -> list[SettingField]:
    """Return the form of a model with its present values, or those just typed and refused."""
    model = type(settings)
    schema = model.model_json_schema()
    plain = settings.model_dump(mode="json")
    fields = []
    for name in model.model_fields:
        definition = _resolved(schema["properties"][name], schema)
        value = getattr(settings, name)
        kind = _kind(name, definition, value)
        shown = "" if kind == "secret" else _shown(kind, plain[name])
        if typed is not None and kind != "secret":
            shown = typed.get(name, "")
        fields.append(
            SettingField(
                name=name,
                label=_label(name),
                help=model.model_fields[name].description or "",
                kind=kind,
                value=shown,
                options=tuple(str(option) for option in definition.get("enum", ())),
                minimum=_bound(definition, "minimum", "exclusiveMinimum"),
                maximum=_bound(definition, "maximum", "exclusiveMaximum"),
                step="any" if definition.get("type") == "number" else "1",
                max_length=definition.get("maxLength"),
                is_set=isinstance(value, SecretStr) and bool(value.get_secret_value()),
                error=errors.get(name),
            )
        )
    return fields


def values_from(settings: BaseModel, form: MultiDict[str, str]) -> dict[str, object]:
    """Return what a form says.

    What isn't among it stays as it is: a secret left empty, a field that the form doesn't have.
    """
    values: dict[str, object] = {}
    for field in fields_of(settings, {}):
        text = form.get(field.name, "")
        if field.kind == "secret":
            if f"{CLEAR}.{field.name}" in form:
                values[field.name] = ""
            elif text:
                values[field.name] = text
        elif field.kind == "switch":
            values[field.name] = field.name in form
        elif field.name not in form:
            continue
        else:
            values[field.name] = _read(field.kind, text)
    return values


def _read(kind: str, text: str) -> object:
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return _read_json(text) if kind == "json" else text.replace("\r\n", "\n")


def _label(name: str) -> str:
    """Return a setting's name as words; a unit at its end is written out."""
    parts = [_UNITS.get(part, part) for part in name.split("_")]
    return " ".join([parts[0].capitalize() if parts[0].islower() else parts[0], *parts[1:]])


def _resolved(definition: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a property's definition with what it refers to laid into it."""
    merged = dict(definition)
    references = [definition, *definition.get("allOf", ())]
    for one in references:
        if "$ref" in one:
            merged |= schema["$defs"][one["$ref"].rsplit("/", 1)[-1]]
    return merged


def _kind(name: str, definition: Mapping[str, Any], value: object) -> str:
    if isinstance(value, SecretStr) or definition.get("writeOnly"):
        return "secret"
    if "enum" in definition:
        return "choice"
    kind = definition.get("type")
    if kind == "string" and name.rsplit("_", maxsplit=1)[-1] == "url":
        return "url"
    if kind == "string":
        return "long" if (definition.get("maxLength") or 0) > _LONG else "text"
    items = definition.get("items", {})
    if kind == "array" and items.get("type") == "string":
        return "lines"
    return {"boolean": "switch", "integer": "number", "number": "number"}.get(str(kind), "json")


def _shown(kind: str, value: object) -> str:
    if kind == "switch":
        return "on" if value else ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(str(line) for line in value)
    if kind == "json":
        return json.dumps(value)
    return "" if value is None else str(value)


def _bound(definition: Mapping[str, Any], *names: str) -> float | None:
    found = next((definition[name] for name in names if name in definition), None)
    return found if isinstance(found, int | float) else None


def _read_json(text: str) -> object:
    try:
        value: object = json.loads(text) if text.strip() else None
    except ValueError:
        # The model refuses it, with its own words at the field.
        return text
    return value
