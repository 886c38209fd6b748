"""The OpenAPI document: it agrees with the routes, and the server answers as it says."""

import re
from collections.abc import Iterator

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.site import Site, SiteSettings
from widget.store import schema as database_schema
from widget.store import sites

PREFIX = "/api/v1"
METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
#: What a call is given most of the time: random text would never get past the first check.
KNOWN = {
    "site": ["debates"],
    "url": ["https://example.org/a", "https://example.org/b?q=1"],
    "id": [1, 2, 3, 4],
}
EXAMPLES = 20
LONGEST_S = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application with the site and the comments of the document's examples."""
    home = tmp_path_factory.mktemp("home")
    app = create_app(Config(home=home))
    parts = parts_of(app)
    database_schema.upgrade(parts.database)
    site = Site(
        id=0,
        key="debates",
        title="Debates",
        hosts=("example.org",),
        settings=SiteSettings.model_validate({"policy": "publish"}),
    )
    with parts.database.write() as session:
        site = sites.add_site(session, site, parts.now())
    for plugin in ("rate_limit", "cookie_consent", "akismet"):
        if plugin in {known.name for known in parts.plugins.of(site)}:
            parts.plugins.save(site, plugin, {"mode": "off"}, actor="test", now=parts.now())
    client = app.test_client()
    for body in ("One.", "Two.", "Three."):
        sent = {"site": "debates", "url": "https://example.org/a", "body": body}
        assert client.post(f"{PREFIX}/comments", json=sent).status_code == 201
    yield app
    parts.database.engine.dispose()


def document_of(client: FlaskClient) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    answer = client.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def test_the_document_is_valid_openapi_3_1(client: FlaskClient) -> None:
    document = document_of(client)
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_has_every_route_and_no_other(app: Flask, client: FlaskClient) -> None:
    routes = {
        (re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule).removeprefix(PREFIX), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX)
        for method in (rule.methods or set()) & METHODS
    }
    described = {
        (path, method.upper())
        for path, methods in document_of(client)["paths"].items()
        for method in methods
    }
    assert described == routes


def test_each_example_of_the_document_fits_its_schema(client: FlaskClient) -> None:
    document = document_of(client)
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:document", resource)
    checked = 0
    for name, media in _contents(document):
        if "example" not in media:
            continue
        reference = {"$ref": "urn:document" + media["schema"]["$ref"]}
        errors = list(
            Draft202012Validator(reference, registry=registry).iter_errors(media["example"])
        )
        assert not errors, (name, errors)
        checked += 1
    assert checked >= 11


def _contents(document: dict[str, dict]) -> Iterator[tuple[str, dict]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            for holder in (call.get("requestBody", {}), *call["responses"].values()):
                for media in holder.get("content", {}).values():
                    yield f"{method} {path}", media


def test_every_error_is_described_as_a_problem_document(client: FlaskClient) -> None:
    for path, methods in document_of(client)["paths"].items():
        for method, call in methods.items():
            errors = {code: one for code, one in call["responses"].items() if int(code) >= 400}
            assert {"500", "503"} <= set(errors), (method, path)
            for answer in errors.values():
                assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_may_be_kept_and_asked_for_again(client: FlaskClient) -> None:
    first = client.get(f"{PREFIX}/openapi.json")
    again = client.get(f"{PREFIX}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert (again.status_code, again.data) == (304, b"")


def test_the_document_tells_nothing_of_the_machine(app: Flask, client: FlaskClient) -> None:
    text = client.get(f"{PREFIX}/openapi.json").text + client.get(f"{PREFIX}/docs").text
    for secret in (str(parts_of(app).config.home), "sqlite", "Werkzeug", "Flask", "pydantic"):
        assert secret not in text


def test_the_page_of_the_document_shows_every_call_and_runs_nothing(client: FlaskClient) -> None:
    answer = client.get(f"{PREFIX}/docs")
    assert answer.content_type == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    for call in ("readThread", "postComment", "editComment", "deleteComment", "preview"):
        assert f'id="{call}"' in answer.text
    assert not re.search(r"<script|\sstyle=|\son\w+=|(src|href)=.https?://(?!127)", answer.text)
    for target in re.findall(r'href="#([^"]+)"', answer.text):
        assert f'id="{target}"' in answer.text
    with client.get("/static/api-docs.css") as style:
        assert style.content_type.startswith("text/css")


def _config() -> schemathesis.Config:
    mostly = {"probability": 0.8}
    return schemathesis.Config.from_dict(
        {
            "seed": 1,
            "max-time": LONGEST_S,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "dictionaries": {name: {"values": values} for name, values in KNOWN.items()},
            "parameters": {
                "query.site": {"dictionary": "site", **mostly},
                "query.url": {"dictionary": "url", **mostly},
                "path.comment_id": {"dictionary": "id", **mostly},
                "body.site": {"dictionary": "site", **mostly},
                "body.url": {"dictionary": "url", **mostly},
            },
            # The client in between can't read compressed answers.
            "headers": {"Accept-Encoding": "identity"},
            "checks": {
                # Without a token the answer is 403, as with a wrong one: there is no login.
                "missing_required_header": {"enabled": False},
                # A schema can't say that a page is one of the site's, or that a text is visible.
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "304", "400", "403", "404", "409", "422"]
                },
            },
        }
    )


def test_the_server_answers_as_the_document_says(served: Flask) -> None:
    described = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", served, config=_config())
    asked, faults = 0, set()
    for event in from_schema(described).execute():
        if isinstance(event, NonFatalError | FatalError):
            faults.add(str(event))
        if isinstance(event, ScenarioFinished):
            asked += len(event.recorder.interactions)
            faults |= set(_failures(event))
    assert not faults, "\n\n".join(sorted(faults))
    assert asked > 1000


def _failures(event: ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                found = check.failure_info
                yield f"{event.recorder.label} {check.name}: {found.failure}\n{found.code_sample}"
