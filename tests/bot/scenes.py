"""Scenes: somebody before the bot in some kind of chat, over real articles.

scene.ask("Ai là Bí thư Đảng uỷ xã Yên Phúc?").marked("bold") -> ["Vi Văn Dụng"]
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk import Desk
from bot.texts import PLAIN, TEXTS
from retrieval import open_index, update_index
from retrieval.model import Answer
from tests.bot.process import eventually
from tests.bot.running import ADMIN, running_bot
from tests.telegram import BotApi, Chat, Message, User

QUESTION = "Ai là Bí thư Đảng uỷ xã Yên Phúc?"
SECRETARY = "Vi Văn Dụng"
OTHER_QUESTION = "Chợ phiên Bắc Sơn họp vào ngày nào?"
IN_VAIN = "Giá vàng SJC hôm nay bao nhiêu?"
LONG_QUESTION = "Ai dựng lớp học đầu tiên ở bản Khuổi Cáp?"
DATES = {"vi": "12/07/2024", "en": "12 July 2024"}

SHIPPED = Path(__file__).parents[2] / "data" / "articles"
WRITTEN = {
    "cho-phien": ("Chợ phiên Bắc Sơn", "Chợ phiên Bắc Sơn họp vào ngày mùng hai âm lịch."),
    "cau": ("Cây cầu Khánh Khê", "Cây cầu Khánh Khê bắc qua sông Kỳ Cùng dài 120 mét."),
    "truong": ("Ngôi trường cũ", "Trường Lương Văn Tri ở Văn Quan được thành lập năm 1961."),
}
# from an address, and in one long sentence
LINKED = """---
title: Lớp học trên núi
author: Nông Thị Mai
source: https://example.org/lop-hoc
---
Thầy giáo Hoàng Văn Páo dựng lớp học đầu tiên ở bản Khuổi Cáp, nơi bọn trẻ phải lội qua ba con \
suối, đi men theo sườn núi đá suốt hai tiếng đồng hồ mỗi buổi sáng, mang theo cơm nắm, muối vừng, \
một bó củi nhỏ để sưởi ấm trong những ngày sương muối, rồi chiều muộn lại trở về nhà phụ giúp cha \
mẹ chăn trâu, hái rau, băm bèo và trông em.
"""
SOLD = ("trâu", "bò", "dê", "ngựa", "gà", "vịt", "ngan", "lợn", "thỏ")  # at a market each
PLACES = ("private", "group", "supergroup", "topic")
UNHURRIED = 10**6  # questions a minute

_numbers = itertools.count(1000)


class Gated:
    """An index whose searches wait, or fail, while a test wants them to."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._open = threading.Event()
        self._open.set()
        self._trouble: Exception | None = None

    def ask(self, question: str, top: int = 3) -> Answer:
        assert self._open.wait(20)
        self._fail()
        answer: Answer = self._index.ask(question, top)
        return answer

    def article(self, article_id: str) -> Any:
        self._fail()
        return self._index.article(article_id)

    def sources(self, *which: Any) -> Any:
        self._fail()
        return self._index.sources(*which)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def _fail(self) -> None:
        if self._trouble:
            raise self._trouble

    @contextmanager
    def broken(self, trouble: Exception) -> Iterator[None]:
        self._trouble = trouble
        try:
            yield
        finally:
            self._trouble = None

    @contextmanager
    def shut(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()


@dataclass(frozen=True)
class House:
    """The bot at work, and the articles it works with."""

    api: BotApi
    desk: Desk
    index: Gated
    corpus: Path

    def at_rest(self) -> None:
        """Until no reload is at work any more."""
        eventually(lambda: not self.desk.reload.running)


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """A bot over the shipped article and some small ones, for as long as the block lasts."""
    corpus = folder / "articles"
    shutil.copytree(SHIPPED, corpus)
    for name, (title, text) in WRITTEN.items():
        (corpus / f"{name}.md").write_text(f"---\ntitle: {title}\n---\n{text}\n", "utf-8")
    (corpus / "lop-hoc.md").write_text(LINKED, "utf-8")
    (corpus / "phien.jsonl").write_text("\n".join(map(json.dumps, _markets())), "utf-8")
    update_index([corpus], folder / "index")
    index = Gated(open_index(folder / "index"))
    settings = {"admin_ids": str(ADMIN), "corpus": corpus, "index": folder / "index"}
    with BotApi() as api:
        api.private_chat(api.user(ADMIN, "Admin"))
        with running_bot(api, index, questions_per_minute=UNHURRIED, **settings) as desk:
            yield House(api, desk, index, corpus)


def _markets() -> Iterator[dict[str, str]]:
    for day, beast in enumerate(SOLD, 1):
        text = f"Ngày {day} tháng 5, người ta bán nhiều {beast}."
        title, published = f"Phiên chợ số {day}", f"2024-05-{day:02}"
        yield {"id": f"phien-{day}", "title": title, "text": text, "published": published}


@dataclass(frozen=True)
class Scene:
    """`person` and the others of `chat`, in one of its topics where it has some."""

    house: House
    place: str
    language: str
    chat: Chat
    topic: int | None
    person: User
    head: User  # who decides for the chat
    admin: User  # of the bot

    @property
    def api(self) -> BotApi:
        return self.house.api

    @property
    def alone(self) -> bool:
        return self.place == "private"

    def text(self, key: str) -> str:
        """What the bot says, as it is shown."""
        return re.sub("<[^>]+>", "", TEXTS[self.language][key])

    def say(self, text: str, by: User | None = None, **more: Any) -> Message:
        return self.api.send(self.chat, by or self.person, text, topic=self.topic, **more)

    def hear(self, asked: Message) -> Message:
        """The next message of the bot: in reply to that one, and in its topic."""
        answer = self.api.next_message(self.chat, 60)
        assert answer.reply_to is asked
        assert answer.thread_id == self.topic
        return answer

    def command(self, text: str, by: User | None = None) -> Message:
        return self.hear(self.say(text, by))

    def question(self, text: str) -> Message:
        """A question as that kind of chat needs it."""
        return self.say(text if self.alone else f"@hoibao_bot {text}")

    def ask(self, text: str) -> Message:
        return self.hear(self.question(text))

    def press(self, message: Message, button: str, by: User | None = None) -> str:
        """Presses a button, by the key of its words or by the words; what pops up then."""
        words = TEXTS[self.language].get(button, button)
        press = self.api.press(by or self.person, message, words)
        told: str = self.api.answer_to(press)["text"]
        return told

    def turn(self, message: Message, button: str, by: User | None = None) -> Message:
        """The message, once a press has changed it."""
        self.press(message, button, by)
        return self.api.next_edit(message)

    def reload(self) -> None:
        """The bot's admin has the articles read again."""
        office = before_admin(self)
        board = office.command("/reload", self.admin)
        office.wait_for(board, "reload_done")
        self.house.at_rest()

    def wait_for(self, message: Message, key: str) -> None:
        """Until a message says that, up to its first placeholder."""
        words = self.text(key).partition("{")[0]
        self.api.wait_for(lambda: words in message.text, 60, f"{key} in {message.text!r}")


def enter(house: House, place: str, language: str) -> Scene:
    """A new person in a new chat of that kind, who speaks that language."""
    api = house.api
    person = api.user(next(_numbers), "Reader", language_code=language)
    admin = api.state.users[ADMIN]
    admin.language_code = language
    if place == "private":
        return Scene(house, place, language, api.private_chat(person), None, person, person, admin)
    head = api.user(next(_numbers), "Head", language_code=language)
    topics = ["Chung", "Hỏi đáp"] if place == "topic" else []
    supergroup = place != "group"
    members = [person, admin]
    chat = api.group("Tổ dân phố", members, admins=[head], topics=topics, supergroup=supergroup)
    topic = list(chat.topics)[-1] if topics else None
    return Scene(house, place, language, chat, topic, person, head, admin)


def before_admin(scene: Scene) -> Scene:
    """The scene as the bot's admin sees it: a private chat is the admin's own then."""
    if not scene.alone:
        return scene
    api = scene.api
    office = api.private_chat(scene.admin)
    for _ in api.messages(office)[api.seen(office) :]:
        api.next_message(office)
    admin = scene.admin
    return Scene(scene.house, scene.place, scene.language, office, None, admin, admin, admin)


def languages_of(text: str) -> set[str]:
    """The languages in which the bot says something that begins like that."""
    return {language for language in TEXTS if _beginnings(language).match(text)}


def _beginnings(language: str) -> re.Pattern[str]:
    lines = [
        re.sub("<[^>]+>", "", text).splitlines()[0]
        for key, text in TEXTS[language].items()
        if not key.startswith(PLAIN) and not text.startswith("{")
    ]
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(line)) for line in lines))
