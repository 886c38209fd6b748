"""What the checks know of this server: its address, its script's hash, its tag."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """What pages see of this server; ``integrity`` is that of its script today (W3C SRI)."""

    url: str
    integrity: str

    @property
    def script(self) -> str:
        """Return the address of the script."""
        return f"{self.url}/embed.js"

    def tag(self, site: str, *, pinned: bool = False) -> str:
        """Return the lines that put the box of a site on a page."""
        pin = f' integrity="{self.integrity}" crossorigin="anonymous"' if pinned else ""
        return (
            f'<script src="{self.script}" data-site="{site}"{pin} async></script>\n'
            "<comment-thread></comment-thread>"
        )


def this_server(url: str, static: Path) -> Server:
    """Return the server at an address that serves the built files of a folder."""
    digest = hashlib.sha384((static / "embed.js").read_bytes()).digest()
    return Server(url, f"sha384-{base64.b64encode(digest).decode('ascii')}")
