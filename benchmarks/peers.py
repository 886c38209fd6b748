"""Print what the clients of other comment systems weigh, beside this one, after brotli -11.

    python -m benchmarks.peers

Takes each from its package (npm, pip), into a temporary folder: what their own documentation
tells to embed, scripts and styles, without what they load later (fonts, emoji, pictures).
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import brotli

from benchmarks.sizes import LOADS, STATIC

#: Package, how it is fetched, and the files that a page embeds.
PEERS = {
    "Isso": ("isso", "pip", ("isso/js/embed.min.js", "isso/css/isso.css")),
    "Artalk": ("artalk", "npm", ("dist/Artalk.js", "dist/Artalk.css")),
    "Waline": ("@waline/client", "npm", ("dist/waline.js", "dist/waline.css")),
}


def main() -> int:
    """Print a line a client."""
    print(f"{'raw':>9} {'brotli':>9}")
    with tempfile.TemporaryDirectory() as name:
        for peer, (package, tool, files) in PEERS.items():
            folder = Path(name) / peer
            folder.mkdir()
            archive = fetch(package, tool, folder)
            line(f"{peer} ({archive.name})", contents(archive, files))
    for what, (files, _) in LOADS.items():
        line(f"Comment Widget: {what}", [(STATIC / file).read_bytes() for file in files])
    return 0


def fetch(package: str, tool: str, folder: Path) -> Path:
    """Return a package's archive, as its registry has it."""
    command = {
        "npm": ["npm", "pack", "--silent", package],
        "pip": [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
            ":all:", "--no-build-isolation", package,
        ],
    }[tool]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.iterdir())


def contents(archive: Path, files: tuple[str, ...]) -> list[bytes]:
    """Return files of an archive, whose names there have its own folder in front."""
    with tarfile.open(archive) as tar:
        found = {member.name.partition("/")[2]: member for member in tar if member.isfile()}
        readers = [tar.extractfile(found[file]) for file in files]
        return [reader.read() for reader in readers if reader]


def line(name: str, files: list[bytes]) -> None:
    """Print the sizes of some files together; each is compressed by itself, as it is sent."""
    raw = sum(map(len, files))
    packed = sum(len(brotli.compress(file, quality=11)) for file in files)
    print(f"{raw:9,} {packed:9,}  {name}")


if __name__ == "__main__":
    sys.exit(main())
