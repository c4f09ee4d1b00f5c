"""Chapters → the page in docs/, and the little chats of which pictures are taken."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from PIL import Image

from tests.walkthrough.conversations import Chapter, Step

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "huong-dan.md"
PICTURES = DOCS / "huong-dan"
TEMPLATE = Path(__file__).with_name("chat.html")
WIDTH: Final = 440  # CSS pixels

HEAD = """\
# Trò chuyện với Hỏi Báo

Những cuộc trò chuyện dưới đây là thật: bot trả lời từ bài báo đi kèm, và một phép thử so trang này
với những gì bot nói. `python -m tests.walkthrough` viết lại trang, `python -m tests.walkthrough
--pictures` chụp lại hình (cần Chromium).
"""


def page(chapters: Sequence[Chapter]) -> str:
    """All chapters as Markdown."""
    return "\n".join([HEAD, *map(_section, chapters)])


def _section(chapter: Chapter) -> str:
    picture = (
        f'<img src="{PICTURES.name}/{chapter.name}.png" width="{WIDTH}" alt="{chapter.title}">'
    )
    steps = "\n".join(map(_line, chapter.steps))
    return (
        f"## {chapter.title}\n\n{chapter.about}\n\n{picture}\n\n"
        f"<details><summary>Bằng chữ</summary>\n\n{steps}\n</details>\n"
    )


def _line(step: Step) -> str:
    if not step.speaker:
        return f"<div><i>{step.html}</i></div><br>"
    keyboard = "".join(
        "<br>" + " ".join(f"<kbd>{escape(label)}</kbd>" for label in row) for row in step.keyboard
    )
    # not a paragraph: that cannot hold a quote
    return f"<div><b>{step.speaker}</b><br>{step.html}{keyboard}</div><br>"


def chat(chapter: Chapter) -> str:
    """One chapter as a page that looks like a chat."""
    body = "".join(map(_bubble, chapter.steps))
    return TEMPLATE.read_text(encoding="utf-8").replace("{{steps}}", body)


def _bubble(step: Step) -> str:
    if not step.speaker:
        return f'<div class="act"><span>{step.html}</span></div>'
    side = "mine" if step.mine else "theirs"
    name = "" if step.mine else f'<div class="name">{step.speaker}</div>'
    rows = "".join(
        '<div class="row">' + "".join(f"<span>{escape(each)}</span>" for each in row) + "</div>"
        for row in step.keyboard
    )
    keyboard = f'<div class="keyboard">{rows}</div>' if rows else ""
    return f'<div class="{side}"><div class="bubble">{name}{step.html}</div>{keyboard}</div>'


def take_picture(chapter: Chapter, browser: str = "chromium") -> None:
    """The chat as a PNG, twice as fine as it is wide."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chat.html"
        file.write_text(chat(chapter), encoding="utf-8")
        plain = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        measured = _run([*plain, f"--window-size={WIDTH},200", "--dump-dom", file.as_uri()])
        height = measured.split('data-height="')[1].split('"')[0]
        picture = PICTURES / f"{chapter.name}.png"
        _run(
            [
                *plain,
                f"--window-size={WIDTH},{height}",
                "--force-device-scale-factor=2",
                f"--screenshot={picture}",
                file.as_uri(),
            ]
        )
        # a chat has few colours: this takes a third of the space, and nobody sees it
        Image.open(picture).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )


def _run(command: Sequence[str]) -> str:
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=True, timeout=60
    ).stdout
