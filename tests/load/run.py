"""Many people at once: the bot in a process of its own, the strict server before it.

run = run_load(source, folder, Plan(users=200, seconds=120, passages=5_000))
run.times -> (0.012, 0.015, …)   # seconds from update to answer
"""

from __future__ import annotations

import heapq
import json
import random
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bot import render
from bot.texts import TEXTS
from retrieval.text import strip_diacritics
from tests.benchmark.corpus import Generator, Source, write_corpus
from tests.bot.ports import free_port
from tests.bot.process import Bot, started
from tests.bot.running import ADMIN
from tests.telegram import BotApi, Chat, Message, User

CHARACTERS = 755  # of a passage, on average
ADDED = "Chợ phiên Zxqwv họp vào ngày mùng bảy."
ADDED_QUESTION = "Chợ phiên Zxqwv họp vào ngày nào?"
PATIENCE = 120.0  # seconds that the last answers and the reload get
PROCESSOR = "process_cpu_seconds_total"
TICK = 0.05  # seconds between looks at who may ask
TYPING = 1.5  # seconds that nobody types a question in less


@dataclass(frozen=True)
class Plan:
    """How many ask how often, for how long, and how much there is to search."""

    users: int = 200
    seconds: float = 120.0
    passages: int = 5_000
    pause: float = 10.0  # seconds between a user's questions, on average
    seed: int = 20240712


@dataclass
class Person:
    """Somebody who asks, and waits for the answer before asking again."""

    user: User
    chat: Chat
    questions: list[tuple[float, Message]] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        return len(self.chat.said) < len(self.questions)


@dataclass(frozen=True)
class Run:
    """What came of it."""

    asked: int
    answers: tuple[tuple[float, float], ...]  # when asked, and seconds until the answer
    lost: int
    apologies: int
    refusals: tuple[str, ...]
    reload: tuple[float, float]  # from when to when
    found_added: bool
    search_ms: float  # on average, as the bot counts it
    busy: float  # seconds of the bot's processor time, from the first question to the last answer
    memory: int  # bytes
    outputs: tuple[str, ...]  # all that the bot wrote and served, except to Telegram
    questions: tuple[str, ...]
    token: str = field(repr=False, default="")

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds from update to answer."""
        return tuple(took for _, took in self.answers)

    @property
    def times_in_reload(self) -> tuple[float, ...]:
        """The same, of the questions asked while the reload went on."""
        begin, end = self.reload
        return tuple(took for asked, took in self.answers if begin <= asked <= end)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be."""
        log = self.outputs[0]
        return [
            *([f"{self.lost} answers lost"] if self.lost else []),
            *([f"{self.apologies} apologies"] if self.apologies else []),
            *(f"refused: {refusal}" for refusal in self.refusals),
            *(line for line in log.splitlines() if " ERROR " in line or " CRITICAL " in line),
            *([] if self.found_added else ["the reload's article was not found"]),
            *(f"an output tells {what}" for what in self.told),
        ]

    @property
    def told(self) -> list[str]:
        """What the outputs tell that they must not, in whatever form."""
        secret = self.token.partition(":")[2]
        secrets = {"the token": [secret], "a question": self.questions}
        return [
            what
            for what, texts in secrets.items()
            if any(form in output for output in self.outputs for form in written(texts))
        ]


def written(texts: Iterable[str]) -> set[str]:
    """The texts as logs, JSON, addresses and Python write them, with and without diacritics.

    >>> sorted(written(["bí?"]))
    ['b%C3%AD%3F', 'b\\\\u00ed?', 'b\\\\xed?', 'bi?', 'bí?']
    """
    ways = (str, strip_diacritics, _escaped, quote, ascii)
    return {way(text).strip("'\"") for text in texts for way in ways}


def _escaped(text: str) -> str:
    return json.dumps(text)


def percentile(times: Sequence[float], share: float) -> float:
    """The time within which that share of all were answered; 0 when there are none.

    >>> percentile([0.1, 0.2, 0.3], 0.5)
    0.2
    """
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def run_load(source: Source, folder: Path, plan: Plan) -> Run:
    """Let people ask, reload in the middle, and wait for the last answer."""
    corpus, port = folder / "articles", free_port()
    write_corpus(Generator(source), corpus, plan.passages * CHARACTERS)
    with BotApi() as api, _bot(api, corpus, folder, port) as bot:
        admin = api.private_chat(api.user(ADMIN, "Admin"))
        people = [_person(api, number) for number in range(2, plan.users + 2)]
        api.wait_until_ready(PATIENCE)
        before = _sample(_fetch(port, "metrics"), PROCESSOR)
        reload = _ask_all(api, people, admin, corpus, source.questions, plan)
        metrics = _fetch(port, "metrics")
        found = _asked(api, admin, ADDED_QUESTION)
        outputs = (metrics, _fetch(port, "health"), repr(api), repr(bot))
        return Run(
            asked=sum(len(person.questions) for person in people),
            answers=tuple(sorted(_timed(api, people))),
            lost=sum(person.waits for person in people),
            apologies=sum(_is_apology(said) for person in people for said in person.chat.said),
            refusals=tuple(f"{call.method}: {call.description}" for call in api.refusals),
            reload=reload,
            found_added=ADDED in found.text,
            search_ms=1000 * _mean(metrics, "hoibao_search_seconds"),
            busy=_sample(metrics, PROCESSOR) - before,
            memory=int(_sample(metrics, "process_resident_memory_bytes")),
            outputs=(bot.log, *outputs),
            questions=tuple({m.text for person in people for _, m in person.questions}),
            token=api.token,
        )


@contextmanager
def _bot(api: BotApi, corpus: Path, folder: Path, port: int) -> Iterator[Bot]:
    with started(api, corpus, folder, HOIBAO_HEALTH_PORT=str(port)) as bot:
        yield bot


def _person(api: BotApi, number: int) -> Person:
    user = api.user(number, f"Người {number}", language_code="vi")
    return Person(user, api.private_chat(user))


def _ask_all(
    api: BotApi,
    people: Sequence[Person],
    admin: Chat,
    corpus: Path,
    questions: Sequence[str],
    plan: Plan,
) -> tuple[float, float]:
    """From the first question to the last answer; when the reload began and ended."""
    chance = random.Random(plan.seed)
    begin = time.monotonic()
    end, middle = begin + plan.seconds, begin + plan.seconds / 2
    turns = [(begin + _pause(chance, plan), at) for at in range(len(people))]
    heapq.heapify(turns)
    board: Message | None = None
    while (now := time.monotonic()) < end:
        if board is None and now > middle:
            _write_article(corpus)
            board, started_at = _asked(api, admin, "/reload"), now
        if turns[0][0] > now:
            time.sleep(min(turns[0][0] - now, TICK))
            continue
        person = people[turns[0][1]]
        if not person.waits:
            asking = time.monotonic()
            question = api.send(person.chat, person.user, chance.choice(questions))
            person.questions.append((asking, question))
        heapq.heapreplace(turns, (now + _pause(chance, plan), turns[0][1]))
    assert board is not None
    done = board
    api.wait_for(lambda: not done.keyboard, PATIENCE, "the end of the reload")
    _settle(api, people)
    return started_at, _edited_last(api, done)


def _pause(chance: random.Random, plan: Plan) -> float:
    """Seconds until somebody asks the next question."""
    return TYPING + chance.expovariate(1 / (plan.pause - TYPING))


def _write_article(corpus: Path) -> None:
    record = {"id": "added", "title": "Chợ phiên", "text": ADDED}
    (corpus / "added.jsonl").write_text(json.dumps(record), encoding="utf-8")


def _settle(api: BotApi, people: Sequence[Person]) -> None:
    """Wait until nobody waits, or for as long as anybody would."""
    limit = time.monotonic() + PATIENCE
    while any(person.waits for person in people) and time.monotonic() < limit:
        time.sleep(TICK)


def _asked(api: BotApi, chat: Chat, text: str) -> Message:
    assert chat.partner is not None
    api.send(chat, chat.partner, text)
    return api.next_message(chat, PATIENCE)


def _edited_last(api: BotApi, message: Message) -> float:
    edits = (c for c in api.calls("editMessageText") if int(c.params["message_id"]) == message.id)
    return max((call.at for call in edits), default=0.0)


def _timed(api: BotApi, people: Sequence[Person]) -> Iterator[tuple[float, float]]:
    """When each answered question was asked, and how long its answer took."""
    sent: dict[int, list[float]] = {}
    for call in api.calls("sendMessage"):
        if call.status == 200:
            sent.setdefault(int(call.params["chat_id"]), []).append(call.at)
    for person in people:
        for (asked, question), said, at in zip(
            person.questions, person.chat.said, sent.get(person.chat.id, []), strict=False
        ):
            assert said.reply_to is question
            yield asked, at - asked


def _is_apology(message: Message) -> bool:
    return message.text in {render.html("failed", language) for language in TEXTS}


def _fetch(port: int, page: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10) as response:
        body: str = response.read().decode()
        return body


def _sample(metrics: str, name: str) -> float:
    return next(
        float(line.split()[1]) for line in metrics.splitlines() if line.startswith(f"{name} ")
    )


def _mean(metrics: str, name: str) -> float:
    return _sample(metrics, f"{name}_sum") / max(1.0, _sample(metrics, f"{name}_count"))


def report(run: Run, plan: Plan) -> str:
    """The figures for a person."""
    rows = [
        (f"{plan.passages:,} passages, {plan.users} users", f"{run.asked} questions"),
        ("from update to answer, median", f"{1000 * percentile(run.times, 0.5):.0f} ms"),
        ("p95", f"{1000 * percentile(run.times, 0.95):.0f} ms"),
        ("slowest", f"{1000 * max(run.times, default=0.0):.0f} ms"),
        ("search alone, mean", f"{run.search_ms:.1f} ms"),
        ("processor time of the bot", f"{1000 * run.busy / max(1, run.asked):.0f} ms a question"),
        ("reload", f"{run.reload[1] - run.reload[0]:.1f} s"),
        ("median while reloading", f"{1000 * percentile(run.times_in_reload, 0.5):.0f} ms"),
        ("p95 while reloading", f"{1000 * percentile(run.times_in_reload, 0.95):.0f} ms"),
        ("memory of the bot", f"{run.memory / 2**20:.0f} MiB"),
        ("mean questions a second", f"{run.asked / plan.seconds:.1f}"),
    ]
    faults = [("FAULT", fault) for fault in run.faults]
    return "\n".join(f"{name:<32}{value}" for name, value in [*rows, *faults])
