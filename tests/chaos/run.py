"""A run: people ask a real `hoibao bot` while faults come and go; then everything is looked into.

run = run_chaos(folder, Plan(minutes=1, seed=1))
run.faults -> []          # everything that must not be
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.shelf import HIDDEN, LAST
from retrieval import is_stale, open_index, update_index
from tests.bot.process import command_of
from tests.bot.running import ADMIN
from tests.chaos.faults import FAULTS, World
from tests.chaos.gate import Gate
from tests.chaos.keeper import Keeper, Sample
from tests.chaos.people import PATIENCE, PLACES, Editor, Outcome, Reader, write_article
from tests.telegram import BotApi

FAULTY = ("lost", "late", "strange")  # ends of a question
TICK = 0.1  # seconds
LOOK = 2.0  # seconds between looks at the process
AT_ONCE = 2  # faults
REST = 30.0  # seconds of quiet before the last looks
GROWTH = 1.1  # of memory, that is still called flat
SLACK = 16 << 20  # bytes of memory, likewise
FLOODER = 99
ERROR = re.compile(r"[A-Za-z_.]*(?:Error|Exception|Damaged|Problem|Failed)\b.*")
CHAINED = re.compile(r"During handling of the above exception|The above exception was the direct")
# errors that a fault from the table brings about; any other in the log is one of ours
EXPECTED = re.compile(
    r"\b(MemoryError|_ArrayMemoryError|OperationalError|DatabaseError|OSError|BrokenPipeError"
    r"|PermissionError|FileNotFoundError|ConnectionResetError|BlockingIOError"
    r"|ImportError|CancelledError|Exception"  # when a library cannot be loaded, or a thread ends
    r"|JSONDecodeError|TelegramError"  # a page of a proxy, in the place of an answer
    r"|IndexDamaged|IndexProblem|IndexMissing|UpdateFailed|CorpusError"
    r"|(?:httpx|httpcore|telegram\.error)\.\w+|NetworkError|TimedOut|RetryAfter|BadRequest"
    r"|(?:Connect|Read|Write|Pool|RemoteProtocol|LocalProtocol)\w*|RuntimeError)\b"
)


@dataclass(frozen=True)
class Plan:
    """How long, how many, how often; deadly faults come in the first half only."""

    minutes: float = 30.0
    seed: int = 1
    readers: int = 20
    pause: float = 6.0  # seconds between a reader's questions, on average
    calm: float = 5.0  # seconds between faults, on average
    longest: float = 15.0  # seconds that a fault lasts
    faults: tuple[str, ...] = tuple(FAULTS)


@dataclass
class Run:
    """What came of it."""

    outcomes: list[Outcome]
    happened: list[tuple[float, str]]  # which faults began when, by the monotonic clock
    starts: int
    ends: list[int]
    added: int
    samples: list[Sample]  # of the process that ran last
    errors: Counter[str]  # in the log, by kind
    faults: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> Counter[str]:
        """How many questions ended how."""
        return Counter(outcome.kind for outcome in self.outcomes)


def run_chaos(folder: Path, plan: Plan) -> Run:
    """Let everything happen, and look into it."""
    with world_in(folder, plan.seed) as world:
        readers, editor = _people(world.api, folder / "articles", plan)
        world.api.wait_until_ready(60)
        samples, happened = _live(world, readers, editor, plan)
        for reader in readers:
            reader.look_again()
        last = world.keeper.look()
        status = world.keeper.terminate()
        run = Run(
            [outcome for reader in readers for outcome in reader.outcomes],
            happened,
            world.keeper.starts,
            world.keeper.ends,
            editor.added,
            [sample for sample in samples if last and sample.pid == last.pid],
            errors_in(_read(world.keeper.log)),
        )
        run.faults += [] if status == 0 else [f"it ended with status {status}"]
        run.faults += _found(run, world, folder)
    return run


@contextmanager
def world_in(folder: Path, seed: int = 1) -> Iterator[World]:
    """A bot over a corpus in that folder, before a server that is reached through a gate."""
    corpus = folder / "articles"
    corpus.mkdir()
    for number, place in enumerate(PLACES):
        write_article(corpus, place, number % 10 + 1)
    with ExitStack() as stack:
        api = stack.enter_context(BotApi())
        gate = stack.enter_context(Gate(int(api.origin.rpartition(":")[2])))
        keeper = stack.enter_context(Keeper(folder, _environment(api, gate, folder)))
        flooder = api.private_chat(api.user(FLOODER, "Lũ"))
        chance = random.Random(seed)
        index, state = folder / "index", folder / "bot.sqlite"
        yield World(api, gate, keeper, index, state, flooder, chance)


def _environment(api: BotApi, gate: Gate, folder: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOIBAO_")},
        "HOIBAO_TELEGRAM_TOKEN": api.token,
        "HOIBAO_TELEGRAM_BASE_URL": f"http://127.0.0.1:{gate.port}/bot",
        "HOIBAO_ADMIN_IDS": str(ADMIN),
        "HOIBAO_CORPUS": str(folder / "articles"),
        "HOIBAO_INDEX": str(folder / "index"),
        "HOIBAO_STATE": str(folder / "bot.sqlite"),
        "HOIBAO_WATCH": "true",
        "HOIBAO_QUESTIONS_PER_MINUTE": "40",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def _people(api: BotApi, corpus: Path, plan: Plan) -> tuple[list[Reader], Editor]:
    admin = api.user(ADMIN, "Admin")
    editor = Editor(api, admin, api.private_chat(admin), corpus, 5.0, random.Random(plan.seed))
    readers = []
    for number in range(100, 100 + plan.readers):
        user = api.user(number, f"Người {number}")
        chance = random.Random(plan.seed * 1000 + number)
        readers.append(Reader(api, user, api.private_chat(user), plan.pause, chance))
    return readers, editor


def _live(
    world: World, readers: Sequence[Reader], editor: Editor, plan: Plan
) -> tuple[list[Sample], list[tuple[float, str]]]:
    """Until the time is over and everybody has an answer; looks at the bot, and what happened."""
    stop = threading.Event()
    everybody: list[Reader | Editor] = [*readers, editor]
    threads = [threading.Thread(target=each.live, args=(stop,), daemon=True) for each in everybody]
    for thread in threads:
        thread.start()
    samples: list[Sample] = []
    happened: list[tuple[float, str]] = []
    begin = time.monotonic()
    with ExitStack() as trouble:
        trouble.callback(stop.set)
        for name, now in _troubles(world, plan, begin, trouble):
            happened += [(now, name)] if name else []
            if not samples or now - samples[-1].at > LOOK:
                samples += filter(None, [world.keeper.look()])
    limit = time.monotonic() + PATIENCE + REST
    while any(thread.is_alive() for thread in threads) and time.monotonic() < limit:
        world.keeper.tend()
        time.sleep(TICK)
    world.api.wait_until_fetched(60)
    time.sleep(REST)
    samples += filter(None, [world.keeper.look()])
    return samples, happened


def _troubles(
    world: World, plan: Plan, begin: float, trouble: ExitStack
) -> Iterator[tuple[str, float]]:
    """Begins and ends faults; gives the name of each that begins, and "" at every other tick."""
    end, due = begin + 60 * plan.minutes, begin + plan.calm
    going: list[tuple[float, str, AbstractContextManager[None]]] = []
    trouble.callback(lambda: [context.__exit__(None, None, None) for _, _, context in going])
    while (now := time.monotonic()) < end:
        world.keeper.tend()
        for over in [one for one in going if one[0] <= now]:
            going.remove(over)
            over[2].__exit__(None, None, None)
        name = ""
        if now >= due and len(going) < AT_ONCE:
            is_late = now > begin + 30 * plan.minutes
            names = [each for each in plan.faults if not (is_late and FAULTS[each].deadly)]
            name = world.chance.choice(names) if names else ""
            due = now + world.chance.expovariate(1 / plan.calm)
            if name and name not in {known for _, known, _ in going}:
                context = FAULTS[name].begin(world)
                context.__enter__()
                going.append((now + world.chance.uniform(1, plan.longest), name, context))
        yield name, now
        time.sleep(TICK)


def errors_in(log: str) -> Counter[str]:
    """The kinds of error that tracebacks in a log end with.

    What was being handled when another error came is counted too, as it may be the true one; but
    not when memory gave out then: a library may handle errors as a matter of course.
    """
    kinds: Counter[str] = Counter()
    handled: list[str] = []  # the errors of a chain before its last
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if not (found := ERROR.fullmatch(line)):
            continue
        kind = found[0].split(":")[0]
        if any(CHAINED.match(next_) for next_ in lines[number + 1 : number + 3]):
            handled.append(kind)
            continue
        kinds.update([kind] if kind == "MemoryError" else [*handled, kind])
        handled.clear()
    return kinds


def _found(run: Run, world: World, folder: Path) -> list[str]:
    """Everything that must not be."""
    return [
        *(f"{run.kinds[kind]} questions {kind}" for kind in FAULTY if run.kinds[kind]),
        *([f"{world.keeper.overdue} times it did not end in time"] if world.keeper.overdue else []),
        *_left_running(folder),
        *_leaks(run.samples),
        *(f"in the log: {kind}" for kind in run.errors if not EXPECTED.search(kind)),
        *_state_faults(world.state),
        *_index_faults(folder / "articles", world.index),
        *_shelf_faults(folder / "articles"),
        *_told(world, folder),
    ]


def _left_running(folder: Path) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        if str(folder).encode() in command_of(int(process.name)):
            yield f"process {process.name} was left running"


def _leaks(samples: Sequence[Sample]) -> Iterator[str]:
    """What the process that lived through the second half has more of at its end."""
    early = samples[: len(samples) // 3]
    if not early:
        yield "the last process was not seen for long enough"
        return
    last = samples[-1]
    late = sorted(sample.memory for sample in samples[-max(1, len(samples) // 5) :])
    most = max(sample.memory for sample in early)
    if late[len(late) // 2] > GROWTH * most + SLACK:
        yield f"memory grew from {most >> 20} to {late[len(late) // 2] >> 20} MiB"
    for what in ("files", "threads"):
        before = max(getattr(sample, what) for sample in early)
        if getattr(last, what) > before:
            yield f"{what}: {before} before, {getattr(last, what)} at the end"


def _state_faults(state: Path) -> Iterator[str]:
    with closing(sqlite3.connect(state)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            yield f"the state is damaged: {found}"
        (left,) = connection.execute("SELECT COUNT(*) FROM receipts").fetchone()
        if left:
            yield f"{left} receipts are left"


def _index_faults(corpus: Path, index: Path) -> Iterator[str]:
    if is_stale([corpus], index):
        yield "the index is not up to date"
    report = update_index([corpus], index)
    if report.note or report.failed:
        yield f"the index had to be mended: {report.note} {report.failed}"
    names = {path.stem for path in corpus.glob("*.md")}
    with open_index(index) as opened:
        for place in PLACES:
            answer = opened.ask(f"Chợ phiên {place} họp vào ngày nào?")
            quoted = any(place in quote.text for quote in answer.quotes)
            if (place in names) != quoted:
                yield f"{place} is {'not ' * (not quoted)}quoted"
    strange = {path.name for path in index.iterdir() if path.is_file()}
    strange -= {"CURRENT", "writer.lock", "writer.txt"}
    if strange or sum(path.is_dir() for path in index.iterdir()) != 1:
        yield f"the index has garbage: {sorted(strange)}"


def _shelf_faults(corpus: Path) -> Iterator[str]:
    known = {LAST, *(f"removed-{n}" for n in re.findall(r"\d+", _read(corpus / HIDDEN / LAST)))}
    for path in [*corpus.glob(f"{HIDDEN}/*"), *corpus.glob(".*.part")]:
        if path.name not in known:
            yield f"{path.name} was left in the corpus"


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""


def _told(world: World, folder: Path) -> Iterator[str]:
    log = _read(folder / "bot.log")
    if world.api.token in log:
        yield "the log tells the token"
    if "họp vào ngày nào" in log:
        yield "the log tells a question"
    yield from (
        f"refused: {call.method}: {call.description}"
        for call in world.api.refusals
        if not any(words in call.description for words in ("not modified", "too old"))
    )


def report(run: Run, plan: Plan) -> str:
    """The figures for a person."""
    took = sorted(outcome.took for outcome in run.outcomes)
    first, last = run.samples[len(run.samples) // 3 :][:1], run.samples[-1:]
    rows = [
        (f"{plan.minutes:g} minutes, seed {plan.seed}", f"{len(run.outcomes)} questions"),
        *((kind, str(number)) for kind, number in run.kinds.most_common()),
        ("median, p95, slowest answer", _times(took)),
        ("faults", _counted(name for _, name in run.happened)),
        ("starts of the bot", f"{run.starts}, ends with {dict(Counter(run.ends))}"),
        ("files added from the chat", str(run.added)),
        ("the last process lived", _lived(run.samples)),
        *(
            (f"its {when}", _size(sample))
            for when, some in (("third", first), ("end", last))
            for sample in some
        ),
        ("errors in the log", _counted(run.errors.elements())),
        *_lost(run),
    ]
    faults = [("FAULT", fault) for fault in run.faults]
    return "\n".join(f"{name:<32}{value}" for name, value in [*rows, *faults])


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in Counter(names).most_common())


def _lost(run: Run) -> Iterator[tuple[str, str]]:
    """What had begun or began meanwhile, when a question had no good end."""
    for one in run.outcomes:
        if one.kind in FAULTY:
            around = [
                f"{name} {at - one.began:+.0f} s"
                for at, name in run.happened
                if -20 < at - one.began < one.took
            ]
            yield one.kind, ", ".join([*around, *([repr(one.text)] if one.text else [])])


def _times(took: Sequence[float]) -> str:
    if not took:
        return "none"
    p95 = took[min(len(took) - 1, int(0.95 * len(took)))]
    return f"{took[len(took) // 2]:.2f} s, {p95:.2f} s, {took[-1]:.2f} s"


def _lived(samples: Sequence[Sample]) -> str:
    return f"{(samples[-1].at - samples[0].at) / 60:.1f} minutes" if samples else "not at all"


def _size(sample: Sample) -> str:
    return (
        f"{sample.memory >> 20} MiB, {sample.files} files, {sample.sockets} sockets, "
        f"{sample.threads} threads"
    )
