"""``python -m widget`` is ``comment-widget``."""

from widget.cli import main

main()
