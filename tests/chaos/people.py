"""The people of a run: readers who ask and wait, an admin who adds and takes back articles.

Each lives on a thread of its own until `stop` is set.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import render
from bot.texts import TEXTS
from tests.telegram import BotApi, Chat, Message, User

PATIENCE = 120.0  # seconds that an answer may take, whatever is wrong meanwhile
UNANSWERABLE = ("Giá vàng hôm nay bao nhiêu?", "Ai vô địch giải bóng đá năm nay?", "🙂" * 50)
NAMES = ("An", "Bình", "Cao", "Đông", "Gia", "Hà", "Khe", "Lũng", "Mai", "Nà", "Phú", "Tân")
PLACES = tuple(f"{one} {other}" for one in NAMES for other in ("Khê", "Sơn", "Thượng"))
REASONS = {
    key: {render.html(key, code) for code in TEXTS}
    for key in ("failed", "cut_off", "maybe_lost", "slow_down")
}
ABSTAINED = "Mình đã tìm mà chưa thấy", "Mình chưa thấy trong câu hỏi"


def write_article(corpus: Path, place: str, day: int) -> None:
    """An article about the market of a place; whole, or as it was before."""
    text = f"---\ntitle: Chợ {place}\n---\nChợ phiên {place} họp vào ngày mùng {day} hằng tháng.\n"
    beside = corpus / f".{place}.part"
    beside.write_text(text, encoding="utf-8")
    beside.replace(corpus / f"{place}.md")


@dataclass(frozen=True)
class Outcome:
    """What came of a question: `quoted`, `abstained`, a key of `REASONS`, or else a fault.

    That is `strange` for any other text, `late` when an answer came after all, and `lost`.
    """

    kind: str
    began: float
    took: float
    text: str = ""  # that is strange


@dataclass
class Reader:
    """Asks, waits, now and then turns the page, and asks on."""

    api: BotApi
    user: User
    chat: Chat
    pause: float
    chance: random.Random
    outcomes: list[Outcome] = field(default_factory=list)
    unanswered: dict[int, Message] = field(default_factory=dict)  # by the number of the outcome

    def live(self, stop: threading.Event) -> None:
        """Until then."""
        while not stop.wait(self.chance.expovariate(1 / self.pause)):
            began = time.monotonic()
            question, answer = self._asked()
            kind = kind_of(answer) if answer else "lost"
            if answer is None:
                self.unanswered[len(self.outcomes)] = question
            text = answer.text if answer and kind == "strange" else ""
            self.outcomes.append(Outcome(kind, began, time.monotonic() - began, text))
            if answer and answer.keyboard and self.chance.random() < 0.3:
                button = self.chance.choice([each for row in answer.keyboard for each in row])
                self.api.press_data(self.user, answer, button.data or "page:0:0:")

    def look_again(self) -> None:
        """Whether what seemed lost was only late."""
        for number, question in self.unanswered.items():
            if any(each.reply_to is question for each in self.chat.said):
                self.outcomes[number] = replace(self.outcomes[number], kind="late")

    def _asked(self) -> tuple[Message, Message | None]:
        place = self.chance.choice(PLACES)
        asked = self.chance.choice([f"Chợ phiên {place} họp vào ngày nào?"] * 4 + [*UNANSWERABLE])
        before = len(self.chat.said)
        question = self.api.send(self.chat, self.user, asked)

        def answer() -> Message | None:
            said = self.chat.said[before:]
            return next((each for each in said if each.reply_to is question), None)

        with suppress(AssertionError):
            return question, self.api.wait_for(answer, PATIENCE)
        return question, None


def kind_of(answer: Message) -> str:
    """What kind of answer a message is."""
    if answer.marked("blockquote"):
        return "quoted"
    if answer.text.startswith(ABSTAINED):
        return "abstained"
    return next((key for key, texts in REASONS.items() if answer.text in texts), "strange")


@dataclass
class Editor:
    """Changes files of the corpus, and as an admin sends files to the bot and takes them back."""

    api: BotApi
    user: User
    chat: Chat
    corpus: Path
    pause: float
    chance: random.Random
    sent: int = 0
    added: int = 0

    def live(self, stop: threading.Event) -> None:
        """Until then."""
        acts = [self._write, self._delete, self._send, self._undo, self._reload]
        while not stop.wait(self.chance.expovariate(1 / self.pause)):
            # what the bot does not answer in time is taken up another day
            with suppress(AssertionError, OSError):
                self.chance.choice(acts)()

    def _write(self) -> None:
        write_article(self.corpus, self.chance.choice(PLACES), self.chance.randint(1, 10))

    def _delete(self) -> None:
        (self.corpus / f"{self.chance.choice(PLACES)}.md").unlink(missing_ok=True)

    def _send(self) -> None:
        self.sent += 1
        text = f"Hội làng số {self.sent}\n\nHội làng số {self.sent} mở vào mùa xuân hằng năm.\n"
        before = len(self.chat.said)
        self.api.send_document(self.chat, self.user, text.encode(), "hoi.txt")
        shown = self.api.wait_for(
            lambda: next((each for each in self.chat.said[before:] if each.keyboard), None), 20
        )
        self.api.press(self.user, shown, "Thêm vào kho")
        self.api.wait_for(lambda: shown.text.startswith("Đã thêm"), 20)
        self.added += 1

    def _undo(self) -> None:
        self.api.send(self.chat, self.user, "/undo")

    def _reload(self) -> None:
        self.api.send(self.chat, self.user, "/reload")
