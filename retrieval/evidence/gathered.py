"""The sentences of the best passages, taken apart into tokens: what the signals are read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from retrieval.database import StoredArticle
from retrieval.engines.base import Hit
from retrieval.evidence.tokens import Flags, Ints, Tokens, take_apart
from retrieval.index import Snapshot, split_passage_id
from retrieval.model import Sentence


class Gathered(NamedTuple):
    """The hits' sentences, and their tokens as parallel arrays.

    `of` gives each token's sentence, `hit` each sentence's hit; both never go down. `firsts` has
    the place of each sentence's first token, and the number of tokens at the end. `starts` are
    offsets in the token's article; `exact` and `folded` the numbers of its forms. `opens` says
    which tokens begin a sentence, `capital` which have a capital although they do not; the other
    flags are those of `Tokens`, but nothing with a capital is `function` or `numeral`. `title`
    gives each sentence's title, `titles` the titles' tokens: which title, and the folded form.
    """

    sentences: list[tuple[StoredArticle, int, Sentence]]
    hit: Ints
    title: Ints
    of: Ints
    firsts: Ints
    starts: Ints
    exact: Ints
    folded: Ints
    opens: Flags
    capital: Flags
    digit: Flags
    date: Flags
    function: Flags
    numeral: Flags
    percent: Flags
    quoted: Flags
    titles: tuple[Ints, Ints]

    @property
    def sizes(self) -> Ints:
        """How many tokens each sentence has."""
        return self.firsts[1:] - self.firsts[:-1]


def gather(snapshot: Snapshot, hits: Sequence[Hit]) -> Gathered:
    """The sentences of the hits' passages, hit by hit, in the order of the text."""
    sentences: list[tuple[StoredArticle, int, Sentence]] = []
    hit: list[int] = []
    pieces: list[str] = []  # of one text that is taken apart at once: passages, then titles
    bases: list[int] = []  # by passage: where its article would begin in that text
    edges: list[tuple[int, int]] = []  # by sentence, and by title: its span there
    titles: dict[int, str] = {}
    length = 0
    places = [split_passage_id(hit.id) for hit in hits]
    articles = snapshot.stored(*(row for row, _ in places))
    for place, ((row, number), stored) in enumerate(zip(places, articles, strict=True)):
        passage = stored.passages[number]
        span = passage.span
        base = length - span.start
        for sentence in passage.sentences:
            sentences.append((stored, number, sentence))
            edges.append((base + sentence.span.start, base + sentence.span.end))
        hit += [place] * len(passage.sentences)
        bases.append(base)
        titles[row] = stored.article.title
        pieces.append(span.of(stored.article.text))
        length += len(pieces[-1]) + 1
    for words in titles.values():
        edges.append((length, length + len(words)))
        length += len(words) + 1
    rows = [*titles]
    title = np.array([rows.index(stored.row) for stored, _, _ in sentences], np.int64)
    of, found = _within(edges, take_apart("\n".join([*pieces, *titles.values()])))
    firsts = of.searchsorted(np.arange(len(sentences) + 1))
    count = int(firsts[-1])  # the titles' tokens come after
    first_of_title, title_words = of[count:] - len(sentences), found.folded[count:]
    of, found = of[:count], found.chosen(slice(count))
    opens = np.zeros(count, bool)
    opens[firsts[firsts < count]] = True
    hit_of = np.array(hit, np.int64)
    return Gathered(
        sentences,
        hit_of,
        title,
        of,
        firsts,
        found.starts - np.array(bases, np.int64)[hit_of[of]],
        found.exact,
        found.folded,
        opens,
        capital=found.capital & ~opens,
        digit=found.digit,
        date=found.date,
        function=found.function & ~found.capital,
        numeral=found.numeral & ~found.capital,
        percent=found.percent,
        quoted=found.quoted,
        titles=(first_of_title, title_words),
    )


def _within(edges: list[tuple[int, int]], found: Tokens) -> tuple[Ints, Tokens]:
    """The tokens in some spans, which ascend and do not overlap, and the span that each is in."""
    begin, end = np.array(edges, np.int64).reshape(-1, 2).T
    of = begin.searchsorted(found.starts, side="right") - 1
    inside = found.starts < end[of]  # a repeated lede is left out between two sentences
    if inside.all():  # as nearly always
        return of, found
    return of[inside], found.chosen(inside)
