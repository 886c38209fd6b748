"""``comment-widget plugins new``."""

import keyword
from pathlib import Path

import click
from jinja2 import Environment, PackageLoader, StrictUndefined

from widget.config import load_config
from widget.domain.errors import FieldError, Invalid
from widget.plugin_host.discovery import find_plugins
from widget.plugin_host.registry import RESERVED, is_plugin_name

_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "{module}.py": "plugin.py",
    "tests/test_{name}.py": "test_plugin.py",
}


@click.command("new", epilog="Example: comment-widget plugins new phrases")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put it; comment-widget-NAME here by default.",
)
def new(name: str, folder: Path | None) -> None:
    """Make a package with a plugin that works: settings, a check, a field, a panel, tests."""
    _check_name(name)
    package = f"comment-widget-{name.replace('_', '-')}"
    target = folder or Path(package)
    if target.exists() and any(target.iterdir()):
        raise Invalid([FieldError("folder", f"{target} is there already, with files in it.")])
    values = {"name": name, "module": f"comment_widget_{name}", "package": package}
    for path, text in _written(values).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    click.echo(
        f"Made {target}. Then:\n\n"
        f"pip install -e {target}\n"
        f"comment-widget site set SITE --set {name}.phrases=casino\n"
        f"comment-widget moderation try 'To the casino!' --site SITE"
    )


def _check_name(name: str) -> None:
    if name in RESERVED:
        raise Invalid([FieldError("name", f"The server uses the name {name} itself.")])
    if not is_plugin_name(name) or keyword.iskeyword(name):
        message = "Use lower-case letters, digits and _, at most 40, a letter first."
        raise Invalid([FieldError("name", message)])
    if name in {candidate.name for candidate in find_plugins(load_config().home / "plugins")}:
        raise Invalid([FieldError("name", f"There is a plugin {name!r} already.")])


def _written(values: dict[str, str]) -> dict[str, str]:
    """Return the files of the package, by their path in it."""
    # The names that go in were checked: escaping leaves them as they are.
    templates = Environment(
        loader=PackageLoader("widget", "templates/plugin"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=True,
    )
    return {
        path.format(**values): templates.get_template(f"{template}.jinja").render(values)
        for path, template in _FILES.items()
    }
