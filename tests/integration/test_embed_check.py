"""An owner's page is read, and what keeps its comments away is said."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.live import LiveServer
from tests.web_site import WebSite, html, redirect
from widget import paths
from widget.domain.site import Site
from widget.embed_check.check import Report, check_embedding
from widget.embed_check.finding import Level
from widget.embed_check.server import this_server
from widget.outbound.fetch import Fetched
from widget.publication.parts import Parts

SERVER = "http://127.0.0.1:8080"
TAG = f'<script src="{SERVER}/embed.js" data-site="blog" async></script>'
BOX = "<comment-thread></comment-thread>"
LINK = f'<noscript><a href="{SERVER}/threads?site=blog">Comments</a></noscript>'
GOOD = f"<body>{TAG}{BOX}{LINK}"
URL = "https://example.org/article"
ENOUGH = f"script-src {SERVER}; connect-src {SERVER}"

Check = Callable[..., Report]


@pytest.fixture
def check(parts: Parts, site: Site) -> Check:
    """Return a function that checks a page of these words and headers."""

    def run(text: str, url: str = URL, status: int = 200, hops: int = 0, **more: str) -> Report:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        headers = httpx.Headers({"content-type": "text/html", **named})
        page = Fetched(url=url, status=status, headers=headers, text=text, hops=hops)
        return check_embedding(parts, url, fetch=lambda _: page)

    return run


def told(report: Report, level: Level) -> str:
    return "\n".join(
        " ".join([finding.title, finding.mend, finding.code])
        for finding in report.findings
        if finding.level is level
    )


def test_a_page_that_is_as_the_guide_says_has_no_fault(check: Check) -> None:
    report = check(GOOD, content_security_policy=ENOUGH)
    assert {finding.level for finding in report.findings} == {Level.FINE}
    assert report.errors == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<p>No tag.</p>", "There is no script tag"),
        (GOOD.replace(SERVER, "https://old.example"), "and not from this server"),
        (GOOD.replace(' data-site="blog"', ""), "The tag names no site. Let data-site be one of"),
        (GOOD.replace('"blog"', '"bolg"'), 'There is no site "bolg"'),
        (GOOD + "<link rel=canonical href=https://other.example/a>", "not one of the site's"),
        (GOOD.replace("<comment-thread", "<comment-thread data-url=https://["), "can't be read"),
        (GOOD.replace("async", "integrity=sha384-old crossorigin"), "not that of the script any"),
        (
            "<meta http-equiv=content-security-policy content=\"script-src 'self'\">" + GOOD,
            "(script-src)",
        ),
    ],
)
def test_each_fault_is_named_with_what_mends_it(check: Check, text: str, fault: str) -> None:
    report = check(text)
    assert fault in told(report, Level.ERROR)
    assert report.findings[0].level is Level.ERROR
    assert all(finding.mend for finding in report.findings if finding.level is Level.ERROR)


def test_the_pin_of_todays_script_is_right_and_needs_crossorigin(check: Check) -> None:
    pinned = this_server(SERVER, paths.STATIC).tag("blog", pinned=True)
    assert check(f"<body>{pinned}{LINK}").errors == 0
    bare = pinned.replace(' crossorigin="anonymous"', "")
    assert "no crossorigin" in told(check(f"<body>{bare}"), Level.ERROR)


@pytest.mark.parametrize(
    ("policy", "directive"),
    [
        ("default-src 'self'", "default-src"),
        (f"script-src {SERVER}; connect-src 'self'", "connect-src"),
        (f"{ENOUGH}, script-src 'nonce-abc'", "script-src"),
        (f"script-src {SERVER}/embed.js; connect-src *", "script-src"),
    ],
)
def test_a_policy_that_keeps_something_away_is_named_with_a_policy_that_does_not(
    check: Check, policy: str, directive: str
) -> None:
    report = check(GOOD, content_security_policy=policy)
    assert f"({directive})" in told(report, Level.ERROR)
    assert ENOUGH in told(report, Level.ERROR)


def test_a_theme_needs_its_own_directive(check: Check) -> None:
    page = GOOD.replace("<comment-thread", '<comment-thread data-css="paper"')
    policy = f"default-src 'none'; {ENOUGH}"
    assert "themes/paper.css" in told(check(page, content_security_policy=policy), Level.ERROR)
    policy += f"; style-src {SERVER}"
    assert check(page, content_security_policy=policy).errors == 0


def test_a_policy_that_is_only_reported_is_a_warning(check: Check) -> None:
    report = check(GOOD, content_security_policy_report_only="default-src 'self'")
    assert report.errors == 0
    assert "only reported" in told(report, Level.WARNING)


def test_a_sandboxed_page_and_one_in_front_of_a_script_without_tls_are_told(
    check: Check, parts: Parts
) -> None:
    report = check(GOOD, content_security_policy="sandbox allow-forms")
    assert "without scripts" in told(report, Level.ERROR)
    assert "no comments can be sent" in told(report, Level.ERROR)
    public = GOOD.replace(SERVER, "http://comments.example.org")
    assert "browsers don't load it" in told(check(public), Level.ERROR)


def test_a_page_of_another_host_and_one_without_tls_are_told_how_to_be_let_in(
    check: Check,
) -> None:
    report = check(GOOD, url="https://www.example.org/article")
    assert "site set blog --host example.org --host www.example.org" in told(report, Level.ERROR)
    report = check(GOOD, url="http://example.org/article")
    assert "--host http://example.org" in told(report, Level.ERROR)


def test_what_is_odd_and_harms_nobody_is_a_warning(check: Check) -> None:
    page = GOOD.replace("<comment-thread", "<comment-thread data-theme=pink data-lang=xx")
    page = page.replace(LINK, "") + TAG + "<link rel=canonical href=/other>"
    report = check(page)
    said = told(report, Level.WARNING)
    assert report.errors == 0
    for words in ("pink", "xx", "2 script tags", "without JavaScript", "rel=canonical"):
        assert words in said, words
    counts = f"<body>{TAG}{LINK}<span data-comment-count=/a></span>"
    assert "counts and no box" in told(check(counts), Level.WARNING)


def test_an_answer_that_is_no_page_is_told(check: Check) -> None:
    assert "answers 404" in told(check("", status=404), Level.ERROR)
    assert "application/pdf" in told(check("", content_type="application/pdf"), Level.ERROR)
    assert "leads on to" in told(check(GOOD, hops=1), Level.WARNING)


def test_the_pages_thread_is_told_with_its_count(
    check: Check, post: Callable[..., TestResponse]
) -> None:
    post("One.")
    report = check(GOOD)
    assert (report.count, report.asked and report.asked.url) == (1, URL)
    other = check(GOOD.replace("<comment-thread", "<comment-thread data-thread=other"))
    assert other.count == 0
    assert 'the id "other"' in told(other, Level.FINE)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "http://localhost/", "http://169.254.169.254/", "x://"]
)
def test_only_pages_of_the_servers_sites_are_read(client: FlaskClient, url: str) -> None:
    page = client.get("/embed/check", query_string={"url": url}).text
    assert "The page could not be read." in page


def test_a_public_server_reads_no_page_of_its_own_machine(
    web: WebSite, parts: Parts, add_site: Callable[..., Site]
) -> None:
    add_site("desk", ("localhost",))
    web.answers["/"] = html(GOOD)
    assert check_embedding(parts, web.url("/")).site is None
    assert web.asked
    web.asked.clear()
    config = parts.config.model_copy(update={"public_url": "https://comments.example.org"})
    report = check_embedding(replace(parts, config=config), web.url("/"))
    assert "not a host" in told(report, Level.ERROR)
    assert web.asked == []


def test_the_page_asks_for_an_address_and_shows_what_was_found_as_text(
    client: FlaskClient, web: WebSite, add_site: Callable[..., Site]
) -> None:
    add_site("desk", ("localhost",))
    form = client.get("/embed/check")
    assert "data-site" in form.text
    assert "default-src 'none'" in form.headers["Content-Security-Policy"]
    web.answers |= {
        "/a": redirect("/b"),
        "/b": html(GOOD.replace('"blog"', '"&lt;script&gt;alert(1)&lt;/script&gt;"')),
    }
    page = client.get("/embed/check", query_string={"url": web.url("/a")})
    assert page.status_code == 200
    assert "One thing keeps" in page.text
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_host_alone_is_taken_for_its_secure_page(client: FlaskClient, site: Site) -> None:
    page = client.get("/embed/check?url=elsewhere.example").text
    assert "elsewhere.example is not a host" in page


def test_the_eleventh_page_in_a_minute_is_refused_with_the_time_to_wait(
    client: FlaskClient, site: Site
) -> None:
    answers = [client.get("/embed/check?url=https://elsewhere.example/") for _ in range(11)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "elsewhere.example" in answers[-1].text


def test_the_command_prints_the_tag_and_checks_a_page(tmp_path: Path, web: WebSite) -> None:
    server = LiveServer(tmp_path)
    server.cli("site", "add", "blog", "--host", "localhost")
    tag = server.cli("embed", "--site", "blog", "--integrity")
    assert re.search(r'integrity="sha384-[^"]{64}" crossorigin="anonymous"', tag)
    (shown,) = re.findall(r'integrity="([^"]+)"', tag)
    facts = server.cli_json("embed", "--site", "blog")
    assert facts == {"src": f"{server.url}/embed.js", "integrity": shown, "site": "blog"}
    web.answers |= {"/good": html(f"<body>{tag}"), "/bad": html("<p>Nothing.")}
    assert "error" not in server.cli("embed", "--check", web.url("/good"))
    found = json.loads(server.cli("embed", "--check", web.url("/bad"), "--json", check=False))
    assert found["findings"][0]["level"] == "error"
    with pytest.raises(AssertionError, match="ended with 1"):
        server.cli("embed", "--check", web.url("/bad"))
    with pytest.raises(AssertionError, match="ended with 2"):
        server.cli("embed")
