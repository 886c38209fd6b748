"""A box leaves nothing behind, and a long thread stays quick."""

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.widget.conftest import Host, enter

MOUNTS = 200
#: Timers that are still to come, as the page itself knows them.
WATCH = """
window.waiting = new Set();
const { setTimeout: begin, clearTimeout: end } = window;
window.setTimeout = (act, ...rest) => {
  const id = begin(() => { waiting.delete(id); act(); }, ...rest);
  waiting.add(id);
  return id;
};
window.clearTimeout = (id) => { waiting.delete(id); end(id); };
"""
MOUNT = """async (times) => {
  const place = document.querySelector("main");
  for (let n = 0; n < times; n++) {
    const box = document.createElement("comment-thread");
    const ready = new Promise((resolve) =>
      box.addEventListener("comment-thread:ready", resolve, { once: true }));
    place.append(box);
    await ready;
    box.remove();
  }
}"""


def counters(session: CDPSession) -> dict[str, int]:
    """Return the nodes and listeners that are alive, after everything dead was collected."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found: dict[str, int] = session.send("Memory.getDOMCounters")
    return found


def boxes_alive(session: CDPSession) -> int:
    """Return how many elements of the widget are in memory, in the page or out of it."""
    prototype = session.send(
        "Runtime.evaluate", {"expression": "customElements.get('comment-thread').prototype"}
    )
    found = session.send(
        "Runtime.queryObjects", {"prototypeObjectId": prototype["result"]["objectId"]}
    )
    length = session.send(
        "Runtime.callFunctionOn",
        {
            "objectId": found["objects"]["objectId"],
            "functionDeclaration": "function () { return this.length }",
            "returnByValue": True,
        },
    )
    count: int = length["result"]["value"]
    return count


def test_two_hundred_mounts_and_removals_leave_nothing_behind(host: Host, tab: Page) -> None:
    tab.add_init_script(WATCH)
    url = host.page(body=host.script("open") + "<span data-comment-count='/none'></span>")
    host.post(url, "A comment.")
    tab.goto(url)
    expect(tab.locator("[data-comment-count]")).to_have_text("0")
    session = tab.context.new_cdp_session(tab)
    tab.evaluate(MOUNT, 20)
    before = counters(session)
    tab.evaluate(MOUNT, MOUNTS)
    after = counters(session)
    assert after["nodes"] - before["nodes"] < MOUNTS / 2
    assert after["jsEventListeners"] - before["jsEventListeners"] < MOUNTS / 2
    tab.wait_for_function("waiting.size === 0")
    assert boxes_alive(session) <= 1


@pytest.fixture
def long_thread(host: Host) -> str:
    """Return a page with a thousand comments."""
    url = host.page("long")
    host.import_comments("long", url, 1000)
    return url


def calls_of_a_keystroke(tab: Page, session: CDPSession) -> int:
    """Return how many calls of the widget's functions one typed letter takes."""
    session.send("Profiler.takePreciseCoverage")
    tab.keyboard.press("x")
    tab.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    told = session.send("Profiler.takePreciseCoverage")["result"]
    return sum(
        function["ranges"][0]["count"]
        for script in told
        if "/static/" in script["url"]
        for function in script["functions"]
    )


def test_a_keystroke_makes_none_of_a_thousand_comments_anew(
    host: Host, tab: Page, long_thread: str
) -> None:
    # What it takes in time is measured by benchmarks/typing.py: here, what is done at all.
    tab.goto(long_thread)
    expect(tab.locator("article")).to_have_count(50)
    enter(tab)
    session = tab.context.new_cdp_session(tab)
    session.send("Profiler.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
    tab.keyboard.type("warm")
    few = calls_of_a_keystroke(tab, session)
    assert few > 10
    more = tab.get_by_role("button", name="Show more comments")
    for loaded in range(50, 1000, 50):
        expect(tab.locator("article")).to_have_count(loaded)
        more.click()
    expect(tab.locator("article")).to_have_count(1000)
    tab.get_by_label("Your comment").focus()
    tab.evaluate(
        """window.touched = [];
        const list = document.querySelector("comment-thread").shadowRoot.querySelector("ol");
        new MutationObserver((changes) => touched.push(...changes.map((one) => one.type)))
          .observe(list, {
            subtree: true, childList: true, attributes: true, characterData: true
          })"""
    )
    # One look at each score, for the menu of orders; making a comment's view takes 25 calls.
    assert calls_of_a_keystroke(tab, session) - few < 1.5 * 950
    assert tab.evaluate("touched") == []
