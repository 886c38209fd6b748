"""What the recipes show is what their tests build."""

import re

from tests.repository.files import ROOT

RECIPES = ROOT / "docs/recipes.md"
_SHOWN = re.compile(
    r"\]\(\.\./(examples/[^)]+)\):\n\n```[\w-]+\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


def test_each_snippet_of_the_recipes_is_the_file_that_it_names() -> None:
    text = RECIPES.read_text("utf-8")
    shown = dict(_SHOWN.findall(text))
    assert len(shown) == text.count("```") // 2
    for name, snippet in shown.items():
        assert snippet.strip() == (ROOT / name).read_text("utf-8").strip(), name


def test_every_example_has_its_recipe() -> None:
    text = RECIPES.read_text("utf-8")
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/*")}
    for name in folders - {"node_modules", "build", "plugins"}:
        assert f"../examples/{name}/" in text, name


def test_docusaurus_has_the_component_of_react() -> None:
    own = ROOT / "examples/docusaurus/src/components/Comments.jsx"
    assert own.read_text("utf-8") == (ROOT / "examples/react/src/Comments.jsx").read_text("utf-8")
