"""Print what the client weighs: bytes raw, after gzip -9 and after brotli -11.

    python benchmarks/sizes.py

Goal: 2 KB for the loader alone, 14 KB for all that a first view of an English thread loads.
"""

import gzip
import sys
from pathlib import Path

import brotli

STATIC = Path(__file__).resolve().parent.parent / "static"
#: What is measured: its files, and how many bytes of brotli it may have.
LOADS = {
    "embed.js alone": (("embed.js",), 2 * 1024),
    "a first page view (embed.js, box.js with styles and strings)": (
        ("embed.js", "box.js"),
        14 * 1024,
    ),
}


def main() -> int:
    """Print one line a load; return 1 where a goal is missed."""
    missed = False
    print(f"{'raw':>8} {'gzip':>8} {'brotli':>8} {'goal':>8}")
    for name, (files, goal) in LOADS.items():
        contents = [(STATIC / file).read_bytes() for file in files]
        raw = sum(map(len, contents))
        gzipped = sum(len(gzip.compress(content, 9, mtime=0)) for content in contents)
        packed = sum(len(brotli.compress(content, quality=11)) for content in contents)
        missed = missed or packed > goal
        print(f"{raw:8} {gzipped:8} {packed:8} {goal:8}  {name}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
