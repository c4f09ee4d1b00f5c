"""What is seen of a conversation with the bot, written down while it goes on.

stage.press(stage.ask("Ai là Chủ tịch xã Bản Lùng?"), "Xem ngữ cảnh")
stage.chapter.steps[1].html -> "<blockquote>Sáng 2/9, …"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

from bot.desk import Desk
from tests.telegram import BotApi, Chat, Entity, InlineQuery, Message, User

BOT: Final = "Hỏi Báo"
PREVIEW: Final = 60  # characters of the message that another answers
PATIENCE: Final = 60.0  # seconds

TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "code": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
}
# what no two runs have in common
VARYING: Final = (
    (re.compile(r"trong [\d,]+ giây"), "trong 0,4 giây"),
    (re.compile(r"Cập nhật lúc: .*?<br>"), "Cập nhật lúc: 15/10/2024 08:30 UTC<br>"),
    (re.compile(r"Thế hệ chỉ mục: \d+"), "Thế hệ chỉ mục: 7"),
    (re.compile(r"Dung lượng: .*"), "Dung lượng: 0,2 MB"),
)


@dataclass(frozen=True)
class Step:
    """Something said; or done, or popped up for a moment (`speaker` is empty then)."""

    speaker: str
    html: str
    keyboard: tuple[tuple[str, ...], ...] = ()
    mine: bool = False
    reply: tuple[str, str] | None = None  # whom it answers, and what
    media: str = ""  # what comes with it, in words
    picture: bytes = field(default=b"", repr=False)
    toast: bool = False


@dataclass
class Chapter:
    """One conversation: what it shows, and its steps; `name` is that of its picture."""

    name: str
    title: str
    about: str
    place: tuple[str, str]  # the chat's title, and what kind of chat it is
    steps: list[Step] = field(default_factory=list)


def html_of(text: str, entities: Sequence[Entity]) -> str:
    """Text and entities, as they are shown, in HTML.

    >>> html_of("xã Yên Phúc", [Entity("bold", 3, 8)])
    'xã <b>Yên Phúc</b>'
    """
    shown = [entity for entity in entities if entity.type in TAGS]
    opening = sorted(shown, key=lambda e: (e.offset, -e.length))
    pieces, open_, at = [], list[Entity](), 0
    for character in f"{text}\0":
        while open_ and open_[-1].end <= at:
            pieces.append(f"</{TAGS[open_.pop().type]}>")
        while opening and opening[0].offset <= at:
            open_.append(opening.pop(0))
            pieces.append(_tag(open_[-1]))
        pieces.append(escape(character, quote=False))
        at += 1 + (character > "\uffff")
    html = "".join(pieces).removesuffix("\0")
    # a quote begins and ends a line by itself
    return re.sub(r"\n?(</?blockquote>)\n?", r"\1", html).replace("\n", "<br>")


def _tag(entity: Entity) -> str:
    link = f' href="{escape(entity.url)}"' if entity.url else ""
    return f"<{TAGS[entity.type]}{link}>"


@dataclass
class Stage:
    """A chat and who plays in it: `user` is the one whose screen is shown."""

    api: BotApi
    desk: Desk
    corpus: Path
    chapter: Chapter
    user: User
    chat: Chat
    topic: int | None = None

    # --- people

    def say(self, text: str, user: User | None = None, reply_to: Message | None = None) -> Message:
        """Somebody writes a message."""
        self._said(escape(text), user or self.user, reply_to)
        return self.api.send(
            self.chat, user or self.user, text, reply_to=reply_to, topic=self.topic
        )

    def send(
        self, what: str, how: Callable[..., Message], *content: Any, words: str = ""
    ) -> Message:
        """Somebody sends something else: send("ảnh", api.send_photo, png, words="Ai đây?")."""
        self._said(escape(words), self.user, media=what)
        more = {"caption": words} if words else {}
        return how(self.chat, self.user, *content, **more)

    def forward(self, text: str) -> Message:
        """Somebody sends what somebody else wrote."""
        self._said(escape(text), self.user, media="chuyển tiếp từ Ai đó")
        return self.api.forward(self.chat, self.user, text)

    def edit(self, question: Message, text: str, answer: Message) -> None:
        """A question is edited; its answer changes."""
        self.happens(f"sửa câu hỏi thành: “{escape(text)}”")
        self.api.edit(question, text)
        self.show(self.api.next_edit(answer, PATIENCE))

    def press(self, message: Message, button: str, by: User | None = None) -> str:
        """A button is pressed; what pops up then, which is shown."""
        who = "" if by is None else f"{by.first_name} "
        self.happens(f"{who}bấm <b>{escape(button)}</b>")
        told: str = self.api.answer_to(self.api.press(by or self.user, message, button))["text"]
        if told:
            self.chapter.steps.append(Step("", escape(told), toast=True))
        return told

    def turn(self, message: Message, button: str, by: User | None = None) -> None:
        """A button is pressed; the message changes."""
        self.press(message, button, by)
        self.show(self.api.next_edit(message, PATIENCE))

    def type_inline(self, text: str) -> InlineQuery:
        """A question to the bot in a chat where it need not be; its results."""
        self._said(escape(f"@hoibao_bot {text}"), self.user)
        query = self.api.inline(self.user, text)
        button = self.api.answer_to(query)["button"]
        items = (
            f"<li><b>{escape(result.title)}</b><br>{escape(result.description)}</li>"
            for result in query.results
        )
        lead = f'<li class="lead"><b>{escape(button["text"])}</b></li>' if button else ""
        self.happens(f"<ul>{lead}{''.join(items)}</ul>")
        return query

    def choose(self, query: InlineQuery, result: int) -> None:
        """One of the results is sent, in the name of the person."""
        message = self.api.choose(query, result, self.chat)
        self.happens("chọn một đoạn")
        self._said(html_of(message.text, message.entities), self.user)

    # --- the bot

    def hear(self) -> Message:
        """The bot writes a message."""
        message = self.api.next_message(self.chat, PATIENCE)
        self.show(message)
        return message

    def ask(self, text: str, user: User | None = None) -> Message:
        """A message, and the bot's answer."""
        self.say(text, user)
        return self.hear()

    def wait(self, message: Message, words: str) -> None:
        """A while later: the message says that."""
        self.api.wait_for(lambda: words in message.text, PATIENCE, words)
        self.happens("một lúc sau")
        self.show(message)

    def show(self, message: Message, version: int = -1) -> None:
        """The message as it is now, or was."""
        content = message.versions[version]
        rows = (content.reply_markup or {}).get("inline_keyboard", [])
        html = html_of(content.text, content.entities)
        for varying, fixed in VARYING:
            html = varying.sub(fixed, html)
        self.chapter.steps.append(
            Step(
                BOT,
                html,
                tuple(tuple(button["text"] for button in row) for row in rows),
                reply=self._preview(message.reply_to),
                media="biểu đồ" if content.media else "",
                picture=self.api.file_of(message) if content.media else b"",
            )
        )

    # --- the rest

    def happens(self, html: str) -> None:
        """Something that is no message."""
        self.chapter.steps.append(Step("", html))

    def _said(
        self, html: str, user: User, reply_to: Message | None = None, media: str = ""
    ) -> None:
        mine = user is self.user
        reply = self._preview(reply_to)
        self.chapter.steps.append(Step(user.first_name, html, (), mine, reply, media))

    def _preview(self, answered: Message | None) -> tuple[str, str] | None:
        """In private it is plain what an answer is to."""
        if answered is None or self.chat.type == "private":
            return None
        text = " ".join(answered.text.split())
        shown = text if len(text) <= PREVIEW else text[:PREVIEW].rstrip() + "…"
        return answered.sender.first_name, escape(shown)
