"""A box leaves nothing behind, and a long thread stays quick."""

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.widget.conftest import Host, enter

MOUNTS = 200
#: Timers that are still to come, and long tasks, as the page itself knows them.
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


def test_a_thousand_loaded_comments_take_a_keystroke_without_a_long_task(
    host: Host, tab: Page, long_thread: str
) -> None:
    tab.goto(long_thread)
    more = tab.get_by_role("button", name="Show more comments")
    for loaded in range(50, 1000, 50):
        expect(tab.locator("article")).to_have_count(loaded)
        more.click()
    expect(tab.locator("article")).to_have_count(1000)
    enter(tab)
    tab.evaluate(
        """window.long = [];
        new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration)))
          .observe({ type: "longtask" })"""
    )
    tab.keyboard.type("A text that is typed under a long thread.")
    tab.mouse.wheel(0, 20_000)
    tab.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    assert tab.evaluate("long") == []
