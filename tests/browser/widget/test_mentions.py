"""`@name` completes to people of the thread and links to what they wrote."""

import re

from playwright.sync_api import Page, expect

from tests.browser.widget.conftest import Host, enter


def test_a_mention_is_picked_by_keys_and_leads_to_the_comment(host: Host, tab: Page) -> None:
    url = host.page()
    first = host.post(url, "To be mentioned.", name="Émilie [du] Châtelet")
    host.post(url, "Somebody else's.", name="Ada Lovelace")
    tab.goto(url)
    enter(tab)
    field = tab.get_by_label("Your comment")
    tab.keyboard.type("I agree with @emi")
    people = tab.get_by_role("listbox", name="People in this thread")
    expect(people.get_by_role("option")).to_have_text(["Émilie [du] Châtelet"])
    assert field.get_attribute("aria-activedescendant") == people.get_by_role(
        "option"
    ).get_attribute("id")
    tab.keyboard.press("Enter")
    expect(people).to_have_count(0)
    expect(field).to_have_value(f"I agree with [@Émilie \\[du\\] Châtelet](#comment-{first}) ")
    tab.keyboard.type("here.")
    tab.keyboard.press("Control+Enter")
    link = tab.get_by_role("link", name="@Émilie [du] Châtelet")
    link.click()
    expect(tab.locator(f"#comment-{first}")).to_be_focused()


def test_the_arrows_choose_escape_leaves_and_a_click_takes(host: Host, tab: Page) -> None:
    url = host.page()
    for name in ("Grace Hopper", "Grace Kelly"):
        host.post(url, "A comment.", name=name)
    tab.goto(url)
    enter(tab)
    tab.keyboard.type("@grace")
    options = tab.get_by_role("listbox", name="People in this thread").get_by_role("option")
    expect(options).to_have_count(2)
    tab.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Escape")
    expect(options).to_have_count(0)
    tab.keyboard.type(" k")
    options.click()
    expect(tab.get_by_label("Your comment")).to_have_value(re.compile(r"^\[@Grace Kelly\]"))
