"""Write the walk-through again: `python -m tests.walkthrough [--pictures]`."""

import argparse
import logging
import tempfile
from pathlib import Path

from tests.walkthrough.conversations import play
from tests.walkthrough.page import PAGE, page, take_picture


def main() -> None:
    """Play everything, write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.walkthrough", description=__doc__)
    parser.add_argument("--pictures", action="store_true", help="take the pictures too")
    parser.add_argument("--browser", default="chromium", help="Chromium or Chrome")
    options = parser.parse_args()
    # trouble is part of the play
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        chapters = play(Path(folder))
    PAGE.write_text(page(chapters), encoding="utf-8")
    for chapter in chapters if options.pictures else []:
        take_picture(chapter, options.browser)


if __name__ == "__main__":
    main()
