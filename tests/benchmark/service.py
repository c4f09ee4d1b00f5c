"""What a bot does besides answering: only we do it, so it is measured beside nothing.

Each phase runs in a process of its own, like those of `tests.benchmark.phases`, and returns
figures that `tests.benchmark.promises` holds against what is promised.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmark.corpus import SEED, Generator, read_source, write_corpus

PAUSE = 0.05  # seconds between questions: a bot that is busy is not busy all the time
USUAL = 400  # questions from which the usual p95 is taken
NEWS = "Chợ phiên Zxqwv họp vào ngày mùng bảy."


def pick_up(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of work inside a process that answers, to see what another has added."""
    contestant.open(Path(job["folder"]))
    contestant.answer(job["questions"][0])
    Path(job["corpus"], "news.txt").write_text(NEWS, "utf-8")
    _updating(job).wait()
    started = time.process_time()
    contestant.catch_up()
    took = time.process_time() - started
    return {"pick_up": took * 1000, "found": contestant.answer(NEWS)}


def reload(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """The p95 of answers as usual, and while every article of the corpus has changed and is
    indexed again by another process."""
    contestant.open(Path(job["folder"]))
    questions = _endless(job["questions"])
    usual = [_answered(contestant, next(questions)) for _ in range(USUAL)][USUAL // 4 :]
    _rewrite(job)
    started = time.perf_counter()
    update, meanwhile = _updating(job), []
    while update.poll() is None:
        meanwhile.append(_answered(contestant, next(questions)))
    return {
        "usual_p95": _p95(usual),
        "reload_p95": _p95(meanwhile),
        "reload": time.perf_counter() - started,
    }


def endure(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Megabytes of a process with the bot's libraries, along the way of very many questions."""
    import bot.app  # noqa: F401  # what the bot has in memory before its first question

    contestant.open(Path(job["folder"]))
    questions = _endless(job["questions"])
    marks = {job["endure"] * share // 100 for share in (1, 10, 25, 50, 75, 100)}
    memory = {}
    for number in range(1, job["endure"] + 1):
        contestant.answer(next(questions))
        if number in marks:
            memory[number] = resident()
    return {"memory_after": memory}


def resident() -> float:
    """Megabytes of memory that this process has now."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    sizes = dict(line.split(":", 1) for line in lines)
    return int(sizes["VmRSS"].split()[0]) / 1000


def _endless(questions: Sequence[str]) -> Iterator[str]:
    """Questions of which hardly two are the same: the beginning of one and the end of another."""
    chance = random.Random(SEED)
    words = [question.split() for question in questions]
    while True:
        one, other = chance.sample(words, 2)
        yield " ".join(one[: len(one) // 2] + other[len(other) // 2 :])


def _answered(contestant: Any, question: str) -> float:
    time.sleep(PAUSE)
    started = time.perf_counter()
    contestant.answer(question)
    return (time.perf_counter() - started) * 1000


def _p95(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _rewrite(job: dict[str, Any]) -> None:
    """The corpus with other text in every article."""
    corpus = Path(job["corpus"])
    beside = corpus.with_name("rewritten")
    write_corpus(Generator(read_source(Path(job["source"])), SEED + 1), beside, job["characters"])
    shutil.rmtree(corpus)
    beside.rename(corpus)


def _updating(job: dict[str, Any]) -> subprocess.Popen[bytes]:
    """The index brought up to date as the bot does it, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.reloading", job["corpus"], job["folder"]],
        stdout=subprocess.DEVNULL,
        env=os.environ,
    )
