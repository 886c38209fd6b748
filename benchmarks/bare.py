"""The least that a WSGI callable can do: hand out one answer, made beforehand."""

import base64
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from widget.cli.serve import run
from widget.config import load_config

#: The environment variable that names the file with the answer.
ANSWER = "COMMENT_WIDGET_BENCHMARK_ANSWER"


def application() -> Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]:
    """Return a callable that gives the recorded answer to everything."""
    answer = json.loads(Path(os.environ[ANSWER]).read_text())
    status = answer["status"]
    headers = [(name, value) for name, value in answer["headers"]]
    body = (base64.b64decode(answer["body"]),) if answer["body"] else ()

    def answer_all(
        _environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        start_response(status, headers)
        return body

    return answer_all


def main() -> None:
    """Serve it as ``comment-widget serve`` serves the product."""
    run(load_config(), target="benchmarks.bare:application")


if __name__ == "__main__":
    main()
