"""Conversations with the bot, as they really go: the bot itself, before the strict server.

chapters = play(folder)
chapters[0].steps[1].html -> "<blockquote>Đồng chí Bí thư …"
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from retrieval import open_index, update_index
from tests.bot.running import ADMIN, running_bot
from tests.telegram import BotApi, Chat, Entity, InlineQuery, Message, User

ARTICLES = Path(__file__).parents[2] / "data" / "articles"
BOT = "Hỏi Báo"
QUESTION = "Ai là Bí thư Đảng uỷ xã Yên Phúc?"

TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "code": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
}
# what no two runs have in common
VARYING = ((re.compile(r"trong [\d,]+ giây"), "trong 0,4 giây"),)


@dataclass(frozen=True)
class Step:
    """Something said, or something done (`speaker` is empty then)."""

    speaker: str
    html: str
    keyboard: tuple[tuple[str, ...], ...] = ()
    mine: bool = False


@dataclass
class Chapter:
    """One conversation: what it shows, and its steps; `name` is that of its picture."""

    name: str
    title: str
    about: str
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


class Stage:
    """Plays one chapter, and writes down what is seen."""

    def __init__(self, api: BotApi, corpus: Path, chapter: Chapter, user: User, chat: Chat) -> None:
        self.api, self.corpus, self.chapter = api, corpus, chapter
        self.user, self.chat = user, chat

    def say(self, text: str, user: User | None = None, reply_to: Message | None = None) -> Message:
        """Somebody writes a message."""
        user = user or self.user
        self._step(user.first_name, escape(text), mine=user is self.user)
        return self.api.send(self.chat, user, text, reply_to=reply_to)

    def hear(self) -> Message:
        """The bot writes one."""
        message = self.api.next_message(self.chat, 60)
        self.show(message)
        return message

    def ask(self, text: str) -> Message:
        """A message, and the bot's answer."""
        self.say(text)
        return self.hear()

    def press(self, message: Message, button: str) -> None:
        """A button is pressed; the message changes."""
        self._step("", f"bấm <b>{escape(button)}</b>")
        self.api.press(self.user, message, button)
        self.show(self.api.next_edit(message))

    def edit(self, question: Message, text: str, answer: Message) -> None:
        """A question is edited; its answer changes."""
        self._step("", f"sửa câu hỏi thành: “{escape(text)}”")
        self.api.edit(question, text)
        self.show(self.api.next_edit(answer))

    def show(self, message: Message) -> None:
        """The message as it is now."""
        keyboard = tuple(tuple(button.text for button in row) for row in message.keyboard)
        html = html_of(message.text, message.entities)
        for varying, fixed in VARYING:
            html = varying.sub(fixed, html)
        self._step(BOT, html, keyboard)

    def type_inline(self, text: str) -> InlineQuery:
        """A question to the bot in a chat where it is not; its results."""
        self._step(self.user.first_name, escape(f"@hoibao_bot {text}"), mine=True)
        query = self.api.inline(self.user, text)
        self.api.answer_to(query)
        items = (
            f"<li><b>{escape(result.title)}</b><br>{escape(result.description)}</li>"
            for result in query.results
        )
        self._step("", f"<ul>{''.join(items)}</ul>")
        return query

    def choose(self, query: InlineQuery, result: int) -> None:
        """One of the results is sent, in the name of the person."""
        message = self.api.choose(query, result, self.chat)
        self._step("", "chọn một đoạn")
        html = html_of(message.text, message.entities)
        self._step(self.user.first_name, html, mine=True)

    def _step(
        self,
        speaker: str,
        html: str,
        keyboard: tuple[tuple[str, ...], ...] = (),
        mine: bool = False,
    ) -> None:
        self.chapter.steps.append(Step(speaker, html, keyboard, mine))


# --- the chapters


def begin(stage: Stage) -> None:
    stage.ask("/start")


def ask(stage: Stage) -> None:
    answer = stage.ask(QUESTION)
    stage.press(answer, "▶")


def see_context(stage: Stage) -> None:
    stage.press(stage.ask(QUESTION), "Xem ngữ cảnh")


def type_otherwise(stage: Stage) -> None:
    stage.ask("bi thu dang uy xa yen phuc la ai")
    stage.ask("bis thuw ddangr uyr xax yeen phucs laf ai")


def ask_in_vain(stage: Stage) -> None:
    stage.ask("Giá vàng hôm nay bao nhiêu?")


def correct(stage: Stage) -> None:
    question = stage.say("Giá vàng hôm nay bao nhiêu?")
    answer = stage.hear()
    stage.edit(question, QUESTION, answer)


def look_around(stage: Stage) -> None:
    stage.ask("/sources")
    stage.ask("/help")


def choose_language(stage: Stage) -> None:
    stage.press(stage.ask("/language"), "English")
    stage.press(stage.ask("/language"), "Tiếng Việt")


def mind_privacy(stage: Stage) -> None:
    stage.ask("/privacy")


def ask_in_a_group(stage: Stage) -> None:
    binh = stage.api.user(8, "Bình", language_code="vi")
    question = stage.say(QUESTION, binh)
    stage.say("@hoibao_bot", reply_to=question)
    stage.hear()
    stage.ask("/ask Nghề làm bánh cao khô có ở đâu?")


def quote_anywhere(stage: Stage) -> None:
    query = stage.type_inline("bí thư xã yên phúc")
    stage.choose(query, 0)


def reload(stage: Stage) -> None:
    corpus = stage.corpus
    (corpus / "cho-phien.md").write_text("Chợ phiên Bắc Sơn họp ngày mùng hai.", encoding="utf-8")
    stage.say("/reload")
    board = stage.api.next_message(stage.chat, 60)
    first = board.versions[0]
    keyboard = tuple(tuple(b.text for b in row) for row in board.keyboard)
    stage.chapter.steps.append(Step(BOT, html_of(first.text, first.entities), keyboard))
    stage.api.wait_for(lambda: not board.keyboard, 60)
    stage.chapter.steps.append(Step("", "một lúc sau"))
    stage.show(board)


Play = Callable[[Stage], None]

PRIVATE: Final[tuple[tuple[Play, str, str, str], ...]] = (
    (begin, "bat-dau", "Bắt đầu", "Mở cuộc trò chuyện với bot và bấm Bắt đầu."),
    (
        ask,
        "hoi",
        "Hỏi một câu",
        "Gửi câu hỏi như một tin nhắn. Bot trích nguyên văn, in đậm phần trả lời, rồi ghi tên bài, "
        "tác giả và ngày đăng. ◀ ▶ lật sang đoạn trích khác ngay trong tin nhắn ấy.",
    ),
    (
        see_context,
        "ngu-canh",
        "Xem ngữ cảnh",
        "Nút này cho thấy những câu chung quanh, rồi cả đoạn văn; từ đó quay về đoạn trích.",
    ),
    (
        type_otherwise,
        "go-khong-dau",
        "Gõ không dấu, gõ lỡ chế độ",
        "Không dấu cũng được. Bàn phím để nhầm chế độ, bot vẫn đọc ra, và nói đã hiểu thế nào.",
    ),
    (
        ask_in_vain,
        "khong-co",
        "Khi kho bài không có câu trả lời",
        "Bot nói thật, không tự viết thêm.",
    ),
    (correct, "sua", "Sửa câu hỏi", "Sửa tin nhắn đã gửi thì câu trả lời được sửa theo."),
    (look_around, "kho-bai", "Xem kho bài và cách hỏi", "/sources và /help."),
    (choose_language, "ngon-ngu", "Chọn ngôn ngữ", "/language; lời trích thì không bao giờ dịch."),
    (mind_privacy, "rieng-tu", "Quyền riêng tư", "/privacy nói đúng những gì bot giữ lại."),
)
GROUP = (
    ask_in_a_group,
    "trong-nhom",
    "Trong nhóm",
    "Nhắc tên bot để trả lời câu hỏi của người khác, hoặc dùng /ask. Không ai gọi thì bot im lặng.",
)
INLINE = (
    quote_anywhere,
    "moi-noi",
    "Trích ở bất cứ đâu",
    "Trong một cuộc trò chuyện khác, gõ tên bot rồi câu hỏi, và chọn đoạn muốn gửi.",
)
ADMINS = (
    reload,
    "nap-lai",
    "Dành cho người quản trị: nạp lại kho bài",
    "Trong khi nạp, bot vẫn trả lời mọi người.",
)


def play(folder: Path) -> list[Chapter]:
    """Every chapter, played with the articles that are shipped."""
    corpus = folder / "articles"
    shutil.copytree(ARTICLES, corpus)
    settings = {"admin_ids": str(ADMIN), "corpus": corpus, "index": folder / "index"}
    update_index([corpus], folder / "index")
    with BotApi() as api, open_index(folder / "index") as index:
        api.private_chat(api.user(ADMIN, "Quản trị", language_code="vi"))
        with running_bot(api, index, **settings):
            played = _play_all(api, corpus)
        assert not api.refusals
    return played


def _play_all(api: BotApi, corpus: Path) -> list[Chapter]:
    an, admin = api.user(7, "An", language_code="vi"), api.state.users[ADMIN]
    alone, office = api.private_chat(an), api.private_chat(admin)
    group = api.group("Tổ dân phố", [an])
    return [
        *(_play(api, corpus, chapter, an, alone) for chapter in PRIVATE),
        _play(api, corpus, GROUP, an, group),
        _play(api, corpus, INLINE, an, group),
        _play(api, corpus, ADMINS, admin, office),
    ]


def _play(
    api: BotApi, corpus: Path, known: tuple[Play, str, str, str], user: User, chat: Chat
) -> Chapter:
    steps, name, title, about = known
    chapter = Chapter(name, title, about)
    steps(Stage(api, corpus, chapter, user, chat))
    return chapter
