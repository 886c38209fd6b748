"""Each recipe, built by the tool that it is for, takes comments and keeps pages apart."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.recipes.conftest import TOOLS, Blog

EMPTY = "No comments yet."


def write(tab: Page, text: str) -> None:
    tab.get_by_label("Your comment").fill(text)
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("comment-thread article", has_text=text)).to_have_count(1)
    expect(tab.locator("comment-thread article", has_text="Sending…")).to_have_count(0)


def takes_comments(tab: Page, blog: Blog) -> None:
    """Write on one page; it is there after a reload, under the page's own address."""
    tab.goto(f"{blog.origin}/one/")
    expect(tab.get_by_text(EMPTY)).to_be_visible()
    expect(tab.locator("comment-thread")).to_have_count(1)
    write(tab, "On the first page.")
    tab.reload()
    expect(tab.get_by_text("On the first page.")).to_be_visible()
    assert len(blog.comments("/one/")) == 1
    assert blog.comments("/two/") == []


def follows_links(tab: Page, blog: Blog) -> None:
    """Go to another page without a reload: it has its own thread, and the way back leads back."""
    tab.evaluate("window.isSame = true")
    tab.get_by_role("link", name="Two", exact=True).first.click()
    expect(tab.get_by_role("heading", name="Two", level=1)).to_be_visible()
    expect(tab.get_by_text(EMPTY)).to_be_visible()
    write(tab, "On the second page.")
    assert tab.evaluate("window.isSame") is True, "The page was loaded anew."
    expect(tab.locator("comment-thread")).to_have_count(1)
    assert len(blog.comments("/two/")) == 1
    tab.get_by_role("link", name="One", exact=True).first.click()
    expect(tab.get_by_text("On the first page.")).to_be_visible()
    expect(tab.get_by_text("On the second page.")).to_have_count(0)
    tab.go_back()
    expect(tab.get_by_text("On the second page.")).to_be_visible()
    assert tab.evaluate("window.isSame") is True, "The page was loaded anew."


def test_hugo(tab: Page, blog: Blog) -> None:
    blog.take("hugo")
    blog.run("hugo", "--destination", blog.public, "--baseURL", f"{blog.origin}/")
    for name in ("one", "two"):
        shutil.copytree(blog.public / "posts" / name, blog.public / name)
    tab.goto(f"{blog.origin}/posts/one/")
    write(tab, "Written under Hugo.")
    assert len(blog.comments("/posts/one/")) == 1
    tab.goto(f"{blog.origin}/")
    expect(tab.locator("li", has_text="One")).to_contain_text("(1)")
    expect(tab.locator("li", has_text="Two")).to_contain_text("(0)")


def test_jekyll(tab: Page, blog: Blog) -> None:
    blog.take("jekyll")
    blog.run("jekyll", "build", "--destination", blog.public)
    takes_comments(tab, blog)


def test_astro(tab: Page, blog: Blog) -> None:
    blog.take("astro")
    blog.node("astro", "build", "--outDir", blog.public)
    takes_comments(tab, blog)
    follows_links(tab, blog)


def test_docusaurus(tab: Page, blog: Blog) -> None:
    blog.take("docusaurus")
    blog.node("docusaurus", "build", "--out-dir", blog.public)
    takes_comments(tab, blog)
    follows_links(tab, blog)


@pytest.mark.parametrize("example", ["react", "vue"])
def test_an_application_of(
    example: str, tab: Page, blog: Blog, bundle: Callable[[str], None]
) -> None:
    bundle(example)
    takes_comments(tab, blog)
    follows_links(tab, blog)


@pytest.mark.parametrize(
    ("example", "script"),
    [
        ("turbo", "@hotwired/turbo/dist/turbo.es2017-esm.js"),
        ("htmx", "htmx.org/dist/htmx.min.js"),
    ],
)
def test_pages_that_are_swapped_by(example: str, script: str, tab: Page, blog: Blog) -> None:
    shutil.copytree(blog.take(example), blog.public, dirs_exist_ok=True)
    shutil.copy(TOOLS / script, blog.public / f"{example}.js")
    takes_comments(tab, blog)
    follows_links(tab, blog)
