"""Let Lighthouse judge the demo article with 50 comments under it, as on a phone.

    CHROME_PATH=/usr/bin/chromium python -m benchmarks.lighthouse

Needs npm, which fetches Lighthouse, and a Chromium. Goal: 100 in each category, a cumulative
layout shift of 0, less than 50 ms of total blocking time with a processor four times slower.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.servers import command, serving

COMMENTS = 50
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
MEASURES = ("cumulative-layout-shift", "total-blocking-time", "largest-contentful-paint")


def main() -> int:
    """Print the scores; return 1 where one is not 100."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), "widget", "demo") as server:
        seed(Path(name), f"{server}/demo")
        report = judge(f"{server}/demo", Path(name) / "report.json")
    scores = {key: round(found["score"] * 100) for key, found in report["categories"].items()}
    for category, score in scores.items():
        print(f"{category:26} {score:4}")
    for measure in MEASURES:
        print(f"{measure:26} {report['audits'][measure]['displayValue']:>8}")
    return int(min(scores.values()) < 100)


def seed(home: Path, url: str) -> None:
    """Give the demo article its comments, a third of them replies."""
    comments = [
        {
            "id": f"seed-{n}",
            "parent": f"seed-{n - 1}" if n % 3 == 1 else None,
            "name": f"Reader {n}",
            "body": f"Comment {n}, with a **word** in bold and enough text for a line or two.",
            "created": f"2025-01-01T00:{n:02}:00Z",
        }
        for n in range(COMMENTS)
    ]
    file = home / "comments.json"
    file.write_text(json.dumps({"title": "Demo", "comments": comments}), "utf-8")
    command(home, "import", "json", str(file), "--site", "demo", "--url", url)


def judge(url: str, file: Path) -> dict[str, Any]:
    """Run Lighthouse on a page; return its report."""
    line = [
        "npx", "--yes", "lighthouse", url, "--quiet", f"--chrome-flags={FLAGS}",
        "--output=json", f"--output-path={file}",
    ]  # fmt: skip
    subprocess.run(line, check=True)
    report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return report


if __name__ == "__main__":
    sys.exit(main())
