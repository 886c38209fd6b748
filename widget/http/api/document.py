"""The OpenAPI document of the API and a page to browse it."""

from flask import Blueprint

from widget.publication.parts import Parts


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the routes of the document."""
    del api, parts
