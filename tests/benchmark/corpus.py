"""Text of any size with a realistic vocabulary, made from a SQuAD file or a corpus.

Articles are walks along the pairs of words of the real text, so that words and pairs are as
common as there; now and then a walk jumps, for pairs that were never seen, and a number or a
made-up name stands in a word's place, since the vocabulary of real text never stops growing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.articles import find_files, load_file
from retrieval.errors import ArticleError

SYLLABLES = 550  # of an article, on average: about 2,500 characters
JUMP, NEW_WORD = 0.1, 0.007  # of all words
PARAGRAPH = "\n\n"
SEED = 20240712
_WALKS = 5_000  # articles that are made at once


@dataclass(frozen=True)
class Source:
    """Real paragraphs, and questions about them."""

    paragraphs: Sequence[str]
    questions: Sequence[str]


def read_source(path: Path) -> Source:
    """A SQuAD file, or the texts of a corpus with ten syllables of each as questions."""
    if path.suffix == ".json" and "data" in (squad := json.loads(path.read_text("utf-8"))):
        paragraphs = [one for entry in squad["data"] for one in entry["paragraphs"]]
        questions = [qa["question"] for one in paragraphs for qa in one["qas"]]
        return Source([one["context"] for one in paragraphs], questions)
    texts = [text for file, name in find_files([path]) for text in _texts(file, name)]
    lines = [line for text in texts for line in text.splitlines() if len(line.split()) > 10]
    starts = np.random.default_rng(SEED).integers(0, [len(line.split()) - 9 for line in lines])
    spans = zip(lines, starts, strict=True)
    return Source(lines, [" ".join(line.split()[at : at + 10]) for line, at in spans])


def _texts(file: Path, name: str) -> list[str]:
    try:
        return [article.text for article in load_file(file, name).articles]
    except ArticleError:
        return []


class Generator:
    """Endless articles from a source, the same ones every time for one seed."""

    def __init__(self, source: Source, seed: int = SEED) -> None:
        stream = [word for text in source.paragraphs for word in [*text.split(), PARAGRAPH]]
        self._words, walk = np.unique(np.array(stream, dtype=object), return_inverse=True)
        order = np.argsort(walk[:-1], kind="stable")
        self._successors = walk[1:][order]
        self._starts = np.searchsorted(walk[:-1][order], np.arange(len(self._words) + 1))
        self._walk = walk
        self._random = np.random.default_rng(seed)

    def articles(self) -> Iterator[str]:
        """Articles of about `SYLLABLES`, in paragraphs."""
        while True:
            lengths = self._random.lognormal(np.log(SYLLABLES) - 0.125, 0.5, _WALKS).astype(int)
            steps = self._steps(int(lengths.max()))
            for walk, length in zip(steps, lengths, strict=True):
                yield (
                    " ".join(self._spell(walk[: max(20, length)])).strip().replace(" \n\n ", "\n\n")
                )

    def _steps(self, length: int) -> np.ndarray:
        current = self._random.choice(self._walk, _WALKS)
        steps = np.empty((length, _WALKS), dtype=np.int32)
        for at in range(length):
            steps[at] = current
            start, end = self._starts[current], self._starts[current + 1]
            along = start + (self._random.random(_WALKS) * (end - start)).astype(np.int64)
            jumps = (self._random.random(_WALKS) < JUMP) | (start == end)
            current = np.where(
                jumps,
                self._random.choice(self._walk, _WALKS),
                self._successors[np.minimum(along, len(self._successors) - 1)],
            )
        return steps.T

    def _spell(self, walk: np.ndarray) -> list[str]:
        words = self._words[walk]
        for at in np.flatnonzero(self._random.random(len(walk)) < NEW_WORD):
            words[at] = self._new_word()
        return list(words)

    def _new_word(self) -> str:
        if self._random.random() < 0.5:
            return str(int(self._random.lognormal(7, 3)))
        letters = "aeiou", "bcdghklmnprstvx"
        size = int(self._random.integers(3, 9))
        return "".join(self._random.choice(list(letters[at % 2])) for at in range(size)).title()


def write_corpus(generator: Generator, folder: Path, characters: int) -> int:
    """Articles of so many characters in all, as JSON Lines; how many they are."""
    folder.mkdir(parents=True)
    articles = generator.articles()
    done = number = 0
    while done < characters:
        with (folder / f"{number:08}.jsonl").open("w", encoding="utf-8") as file:
            for text in articles:
                record = {"id": f"{number:08}", "title": text[:60], "text": text}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                number += 1
                done += len(text)
                if done >= characters or number % 10_000 == 0:
                    break
    return number
