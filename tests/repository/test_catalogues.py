"""Every sentence for readers is in every catalogue, and the client's words are built of them."""

import subprocess
import sys
from pathlib import Path

from tests.repository.files import ROOT


def test_the_catalogues_are_complete_and_built() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/catalogues.py", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_sentence_that_is_not_translated_is_found(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import catalogues  # noqa: PLC0415 — a script, not a package
    finally:
        sys.path.pop(0)
    catalogue = catalogues.read(ROOT / "widget/locales/sv/LC_MESSAGES/widget.po")
    message = catalogue.get("Reply", "box reply")
    message.string = ""
    assert "not translated" in catalogues._problem(catalogue, "Reply", message)
    message.string = "Svara {n}"
    assert "other places" in catalogues._problem(catalogue, "Reply", message)
