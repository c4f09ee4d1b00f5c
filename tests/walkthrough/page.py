"""Chapters → the page in docs/, and the little chats of which pictures are taken."""

from __future__ import annotations

import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from PIL import Image

from tests.walkthrough.stage import BOT, Chapter, Step

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "huong-dan.md"
PICTURES = DOCS / "huong-dan"
TEMPLATE = Path(__file__).with_name("chat.html")
WIDTH: Final = 440  # CSS pixels

HEAD = """\
# Trò chuyện với Hỏi Báo

Những cuộc trò chuyện dưới đây là thật: bot trả lời từ bài báo đi kèm và vài bài ngắn viết riêng cho
trang này, và một phép thử so trang này với những gì bot nói. `python -m tests.walkthrough` viết lại
trang, `python -m tests.walkthrough --pictures` chụp lại hình (cần Chromium).
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
        html = f"💬 {step.html}" if step.toast else f"<i>{step.html}</i>"
        return f"<div>{html}</div><br>"
    keyboard = "".join(
        "<br>" + " ".join(f"<kbd>{escape(label)}</kbd>" for label in row) for row in step.keyboard
    )
    reply = f" ↩ <i>{step.reply[0]}: {step.reply[1]}</i>" if step.reply else ""
    media = f"<i>[{escape(step.media)}]</i><br>" if step.media else ""
    # not a paragraph: that cannot hold a quote
    return f"<div><b>{step.speaker}</b>{reply}<br>{media}{step.html}{keyboard}</div><br>"


def chat(chapter: Chapter) -> str:
    """One chapter as a page that looks like a chat."""
    title, kind = chapter.place
    head = (
        f'<header><span class="face">{title[0]}</span>'
        f"<div><b>{escape(title)}</b><br>{escape(kind)}</div></header>"
    )
    body = head + "".join(map(_bubble, chapter.steps))
    return TEMPLATE.read_text(encoding="utf-8").replace("{{steps}}", body)


def _bubble(step: Step) -> str:
    if not step.speaker:
        return f'<div class="{"toast" if step.toast else "act"}"><span>{step.html}</span></div>'
    side = "mine" if step.mine else "theirs"
    name = "" if step.mine else f'<div class="name {_colour(step)}">{step.speaker}</div>'
    reply = (
        f'<div class="reply"><b>{step.reply[0]}</b><br>{step.reply[1]}</div>' if step.reply else ""
    )
    rows = "".join(
        '<div class="row">' + "".join(f"<span>{escape(each)}</span>" for each in row) + "</div>"
        for row in step.keyboard
    )
    keyboard = f'<div class="keyboard">{rows}</div>' if rows else ""
    content = f"{name}{reply}{_media(step)}{step.html}"
    return f'<div class="{side}"><div class="bubble">{content}</div>{keyboard}</div>'


def _colour(step: Step) -> str:
    return "bot" if step.speaker == BOT else "person"


def _media(step: Step) -> str:
    if step.picture:
        data = b64encode(step.picture).decode()
        return f'<img class="picture" src="data:image/png;base64,{data}">'
    kind, _, name = step.media.partition(" ")
    return MEDIA[kind].format(escape(name)) if kind else ""


# how what people send besides text looks, by the first word of it
MEDIA: Final = {
    "ảnh": '<div class="photo">🌉</div>',
    "tin": '<div class="voice"><span>▶</span><i></i>0:03</div>',
    "chuyển": '<div class="forward">↪ chuyển {}</div>',
    "tệp": '<div class="file"><span>📄</span>{}</div>',
}


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
