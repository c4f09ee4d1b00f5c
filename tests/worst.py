"""How long a question can take that is built to be slow: `python -m tests.worst SOURCE`.

SOURCE is a SQuAD file or a corpus; articles of `--passages` passages are made from it. Prints for
each question what is looked up in the index, and the milliseconds of an answer: the first time,
and the slowest of `--times` more.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval import open_index, update_index
from retrieval.answering import LONGEST, Index
from retrieval.language.tables import read_alternatives
from retrieval.spelling import Rarities
from retrieval.terms import Query, parse_question
from retrieval.text import words
from tests.benchmark.corpus import Generator, read_source, write_corpus

CHARACTERS = 755  # of a passage, on average
SEED = 20240712


def hostile_questions(text: str) -> dict[str, str]:
    """Questions that ask for as much work as they can, over a corpus of that text."""
    chance = random.Random(SEED)
    found = words(text)
    common = [word for word, _ in Counter(found).most_common(2000)]
    rare = [word for word, count in Counter(found).items() if count == 1]
    glossary = dict(read_alternatives("english.tsv"))
    english = sorted(glossary, key=lambda word: -len(glossary[word]))
    return {
        "ten thousand rare terms": " ".join(chance.choices(rare or found, k=10_000)),
        "the commonest terms": " ".join(common),
        "common terms, typed bare": " ".join(common).encode("ascii", "ignore").decode(),
        "one bigram, again and again": "bí thư " * 20_000,
        "unknown words to be spelt": " ".join(_garbled(chance, 12) for _ in range(1000)),
        "known words with a slip": " ".join(_slipped(chance, word) for word in common),
        "English with many meanings": "who is the " + " ".join(english),
        "raw Telex": "bis thuw ddangr uyr xax " * 1000,
        "abbreviations": "UBND HĐND TP BCH TW ĐH " * 1000,
        "chat spelling": "ko dc j z ntn bn mk hok " * 1000,
        "one endless word": "a" * 1_000_000,
        "one letter, endless marks": "a" + "\u0301" * 1_000_000,
        "numbers without end": "1." * 500_000,
        "nothing but marks of a question": "?" * 1_000_000,
    }


def _garbled(chance: random.Random, letters: int) -> str:
    return "".join(chance.choices("bcdghklmnaeiou", k=letters))


def _slipped(chance: random.Random, word: str) -> str:
    place = chance.randrange(len(word))
    return word[:place] + chance.choice("bcdghklmn") + word[place + 1 :]


@dataclass
class Work:
    """What reading a question looks up: rarities that count themselves."""

    rarities: Rarities
    lookups: int = 0

    def __call__(self, terms: Sequence[str]) -> Sequence[float]:
        """The rarities of terms."""
        self.lookups += len(terms)
        return self.rarities(terms)


def read_counted(index: Index, question: str) -> tuple[Query, int]:
    """The question as it is read, and how many terms were looked up for that."""
    work = Work(index.snapshot().engine.rarities)
    return parse_question(question[:LONGEST], work), work.lookups


def main() -> None:
    """Measure them all."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        corpus, folder = Path(work) / "articles", Path(work) / "index"
        source = read_source(options.source)
        write_corpus(Generator(source), corpus, options.passages * CHARACTERS)
        update_index([corpus], folder)
        with open_index(folder) as index:
            plain = {"an honest question": source.questions[0]}
            index.ask(plain["an honest question"])
            questions = plain | hostile_questions("\n".join(source.paragraphs))
            _print([_measure(index, *each, options.times) for each in questions.items()])


def _measure(index: Index, name: str, question: str, times: int) -> list[str]:
    took = []
    for _ in range(1 + times):
        began = time.perf_counter()
        index.ask(question)
        took.append(1000 * (time.perf_counter() - began))
    query, lookups = read_counted(index, question)
    synonyms = sum(len(term.synonyms) for term in query.terms)
    figures = [len(question), lookups, len(query.terms), synonyms]
    return [name, *(f"{n:,}" for n in figures), f"{took[0]:.0f}", f"{max(took[1:]):.0f}"]


def _print(rows: Iterable[list[str]]) -> None:
    head = ["question", "characters", "looked up", "terms", "synonyms", "first ms", "slowest ms"]
    for row in [head, *rows]:
        print(f"{row[0]:<34}" + "".join(f"{cell:>12}" for cell in row[1:]))  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.worst", description=__doc__)
    parser.add_argument("source", type=Path, help="a SQuAD file or a corpus")
    parser.add_argument("--passages", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--work", help="where the index is made")
    return parser.parse_args()


if __name__ == "__main__":
    main()
