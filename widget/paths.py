"""Where the folders beside the package are, in a wheel or in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """Return the folder ``name``: inside the package in a wheel, beside it in a checkout.

    Raises:
        FileNotFoundError: where it is neither here nor there.
    """
    for folder in (PACKAGE / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name}/ is neither inside nor beside {PACKAGE}")


STATIC = bundled("static")
MIGRATIONS = bundled("migrations")
PLUGINS = bundled("plugins")
LOCALES = PACKAGE / "locales"
MAIL_TEMPLATES = PACKAGE / "templates" / "mail"
