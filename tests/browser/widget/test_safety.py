"""The box on a strict page, with hostile comments, in an application that comes and goes."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, Route, expect

from tests.browser.widget.conftest import Host

PAYLOADS = [
    "<script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    "<svg/onload=window.hurt=1>",
    "[x](javascript:window.hurt=1)",
    "[x](JaVaScRiPt&colon;window.hurt=1)",
    "[x](data:text/html,<script>window.hurt=1</script>)",
    '<a href="&#106;avascript:window.hurt=1">x</a>',
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    '"><style onload=window.hurt=1></style>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hurt=1>",
    "`<img src=x onerror=window.hurt=1>`",
    '<a title="</a><img src=x onerror=window.hurt=1>">x',
]
#: What a server that was broken into, or a cache in between, might answer instead.
HTML = [
    "<script>window.hurt=1</script><img src=x onerror=window.hurt=1>",
    '<p onclick=window.hurt=1>x</p><p onclick="window.hurt=1">x</p>',
    '<a href="javascript:window.hurt=1">x</a><a href=" javascript:window.hurt=1">x</a>',
    '<a href="java&#115;cript:window.hurt=1" target="_top">x</a>',
    '<style>@import "//evil"</style><form action="//evil"><input name=q></form>',
    "<p><blockquote><svg><style><img src=x onerror=window.hurt=1>",
    "<" * 2000 + "<p>" * 2000 + "end",
    '<a href="https://example.org/" style="position:fixed" id="x" class="y">x</a>',
]
ALLOWED = set(
    ["a", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"]
)


def csp(server: str, trusted: str = "require-trusted-types-for 'script'") -> str:
    """Return the strictest policy under which the widget must work."""
    own = f"script-src {server}; connect-src {server}; style-src {server}"
    return f"default-src 'none'; {own}; {trusted}"


@pytest.mark.parametrize(
    "trusted",
    [
        "require-trusted-types-for 'script'",
        "require-trusted-types-for 'script'; trusted-types 'none'",
    ],
)
def test_a_strict_policy_with_trusted_types_is_never_violated(
    host: Host, tab: Page, trusted: str
) -> None:
    url = host.page(csp=csp(host.server.url, trusted))
    host.post(url, "A **comment** with [a link](https://example.org/).")
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "favicon" not in message.text:
            said.append(message.text)

    tab.on("console", hear)
    tab.goto(url)
    expect(tab.locator("article strong")).to_have_text("comment")
    expect(tab.locator("comment-thread .avatar")).to_have_css("border-radius", "50%")
    tab.get_by_label("Your comment").fill("Under a **strict** policy.")
    tab.get_by_role("button", name="Preview").click()
    expect(tab.locator(".preview strong")).to_have_text("strict")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("article", has_text="Under a strict policy.")).to_be_visible()
    assert said == []


def test_hostile_comments_are_inert(host: Host, tab: Page) -> None:
    url = host.page()
    for payload in PAYLOADS:
        host.post(url, payload)
    tab.goto(url)
    expect(tab.locator("article")).to_have_count(len(PAYLOADS))
    for link in tab.locator("article .body a").all():
        link.evaluate("(a) => { a.target = ''; a.click() }")
    assert tab.evaluate("window.hurt") is None
    assert tags(tab) <= ALLOWED


def test_hostile_html_from_the_server_is_inert_too(host: Host, tab: Page) -> None:
    url = host.page()
    for _ in HTML:
        host.post(url, "To be replaced.")

    def poison(route: Route) -> None:
        answer = route.fetch()
        page = answer.json()
        for comment, html in zip(page["comments"], HTML, strict=True):
            comment["html"] = html
            comment["author"]["name"] = "<img src=x onerror=window.hurt=1>"
            comment["author"]["website"] = "javascript:window.hurt=1"
        page["form"]["notices"] = [{"plugin": "x", "html": html} for html in HTML]
        route.fulfill(response=answer, json=page)

    tab.route("**/api/v1/thread?**", poison)
    tab.goto(url)
    expect(tab.locator("article")).to_have_count(len(HTML))
    for link in tab.locator("comment-thread .body a, comment-thread .author a").all():
        assert re.match("https://|$", link.get_attribute("href") or "")
        assert link.get_attribute("style") is link.get_attribute("id") is None
    assert tab.evaluate("window.hurt") is None
    assert tags(tab) <= ALLOWED


def tags(tab: Page) -> set[str]:
    """Return the names of all elements inside comment bodies and notices."""
    return set(
        tab.locator("comment-thread .body *, comment-thread .notices div *").evaluate_all(
            "(nodes) => [...new Set(nodes.map((node) => node.localName))]"
        )
    )


def test_an_attribute_shows_another_thread(host: Host, tab: Page) -> None:
    one, two = host.page(), host.page()
    host.post(one, "On the first page.")
    host.post(two, "On the second page.")
    tab.goto(one)
    expect(tab.get_by_text("On the first page.")).to_be_visible()
    tab.locator("comment-thread").evaluate("(element, url) => element.dataset.url = url", two)
    expect(tab.get_by_text("On the second page.")).to_be_visible()
    expect(tab.get_by_text("On the first page.")).to_have_count(0)


def test_a_removed_box_asks_for_nothing_more_and_comes_back(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "Here again.")
    tab.clock.install()
    tab.goto(url)
    expect(tab.get_by_text("Here again.")).to_be_visible()
    tab.evaluate("window.box = document.querySelector('comment-thread'); box.remove()")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.clock.run_for(200_000)
    assert asked == []
    assert tab.evaluate("box.shadowRoot.childNodes.length") == 0
    tab.evaluate("document.querySelector('main').append(box)")
    expect(tab.get_by_text("Here again.")).to_be_visible()


def test_several_boxes_share_a_page(host: Host, tab: Page) -> None:
    urls = [host.page() for _ in range(3)]
    for number, url in enumerate(urls):
        host.post(url, f"Thread {number}")
    boxes = "".join(f'<comment-thread data-url="{url}"></comment-thread>' for url in urls)
    tab.goto(host.page(body=boxes + host.script("open")))
    for number in range(3):
        expect(tab.locator("comment-thread").nth(number)).to_contain_text(f"Thread {number}")


def test_the_script_may_run_again(host: Host, tab: Page) -> None:
    url = host.page(body=host.script("open") * 2 + "<comment-thread></comment-thread>")
    host.post(url, "Once.")
    tab.goto(url)
    expect(tab.get_by_text("Once.")).to_have_count(1)


def test_a_box_that_can_not_be_loaded_says_so(host: Host, tab: Page) -> None:
    tab.route("**/static/box.js**", lambda route: route.abort())
    tab.goto(host.page())
    expect(tab.get_by_text("can’t be loaded right now")).to_be_visible()


def test_coming_and_going_leaves_nothing_behind(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "A comment.")
    tab.goto(url)
    expect(tab.get_by_text("A comment.")).to_be_visible()
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Performance.enable")
    again = """async (times) => {
      for (; times; times--) {
        document.querySelector("comment-thread").remove();
        const box = document.createElement("comment-thread");
        const ready = new Promise((is) => box.addEventListener("comment-thread:ready", is));
        document.querySelector("main").append(box);
        await ready;
      }
    }"""

    def alive() -> dict[str, float]:
        for _ in range(3):
            devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        counted = {one["name"]: one["value"] for one in metrics}
        return {name: counted[name] for name in ("Nodes", "JSEventListeners")}

    tab.evaluate(again, 5)
    before = alive()
    tab.evaluate(again, 40)
    after = alive()
    assert all(after[name] <= before[name] * 1.2 for name in before), (before, after)
