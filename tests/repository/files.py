"""The files of the repository: what git has, and what is about to be added to it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tracked(*folders: str) -> list[Path]:
    """Return the files of these folders, or all; what git ignores isn't among them."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.splitlines())) if (ROOT / name).is_file()]


def tracked_names(*folders: str) -> list[str]:
    """Return the same as paths inside the repository."""
    return [path.relative_to(ROOT).as_posix() for path in tracked(*folders)]
