"""Replay built-in plugins over past comments, as fast as they go.

    python -m benchmarks.replay [--comments 100000]

The comments are imported into a temporary folder; a part of them has links and forbidden words.
Each plugin is replayed by the command, in a process of its own: the time is that of the whole
command, the memory the most that it held.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.servers import command, environment

PLUGINS = (("words", "words.hold=casino"), ("links", ""), ("known_authors", ""))
GOAL_S = 120.0


def main() -> int:
    """Seed, replay each plugin, print a line for each; 1 past the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comments", type=int, default=100_000)
    count = parser.parse_args().comments
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _seed(home, count)
        took = [_replay(home, name, setting) for name, setting in PLUGINS]
    return int(max(took) > GOAL_S * count / 100_000)


def _seed(home: Path, count: int) -> None:
    command(home, "site", "add", "blog", "--host", "example.org")
    rows = [
        {
            "id": number,
            "name": f"Reader {number % 500}",
            "email": f"reader{number % 500}@example.org",
            "body": _body(number),
            "created": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T00:00:00Z",
        }
        for number in range(count)
    ]
    file = home / "comments.json"
    file.write_text(json.dumps({"title": "A page", "comments": rows}), "utf-8")
    url = "https://example.org/page"
    command(home, "import", "json", str(file), "--site", "blog", "--url", url)


def _body(number: int) -> str:
    extra = {0: " casino", 1: " https://a.example https://b.example https://c.example"}
    return f"Comment {number}, of a common length: " + "word " * 40 + extra.get(number % 20, "")


def _replay(home: Path, name: str, setting: str) -> float:
    line = [sys.executable, "-m", "widget", "moderation", "replay", "--site", "blog"]
    line += ["--plugin", name, "--json", *(["--set", setting] if setting else [])]
    answer, began = home / "answer.json", time.perf_counter()
    with answer.open("wb") as file:
        process = subprocess.Popen(line, env=environment(home), stdout=file)
        # This one's memory, and not the most that any command before it held.
        _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    if status:
        raise SystemExit("The replay failed.")
    found = json.loads(answer.read_bytes())
    most_mb = usage.ru_maxrss / 1024
    print(f"{name:16} {found['comments']:8} comments {took:7.1f} s  {most_mb:6.0f} MB at most")
    return took


if __name__ == "__main__":
    sys.exit(main())
