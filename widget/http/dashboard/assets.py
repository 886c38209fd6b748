"""Addresses of the dashboard's own files, changed with their content."""

import hashlib
from collections.abc import Callable
from pathlib import Path


def version_of(folder: Path) -> Callable[[str], str]:
    """Return a function that tells the address of a file in ``static/dashboard``."""
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.iterdir())
        if path.is_file()
    }

    def address(name: str) -> str:
        return f"/static/dashboard/{name}?v={versions[name]}"

    return address
