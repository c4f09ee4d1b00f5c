"""What speaks for the answer's beginning at each token, as numbers: few, and each with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.engines.base import K1, Hit
from retrieval.evidence.coverage import has_word, telling_shares
from retrieval.evidence.gathered import Gathered
from retrieval.evidence.matching import occurrences
from retrieval.evidence.streams import both_forms, pattern_of_term, pattern_of_words
from retrieval.evidence.tokens import Flags, Ints, code
from retrieval.language.little_words import word_set
from retrieval.language.questions import AnswerType
from retrieval.terms import Query
from retrieval.text import nfc, syllables

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[np.float64 | np.bool_]
Columns = Mapping[str, Column]

IDF_FLOOR = 1.0
"""Added to every idf: within a passage that is already on the subject, common words tell too."""

SENTENCE_SIGNALS = (
    "own",  # the sentence's own BM25, without length normalisation
    "cover",  # share of the question's weight that the sentence has
    "cover_with_next",  # what the next sentence adds to that share
    "cover_with_previous",
    "passage",  # the passage's BM25
    "passage_share",  # the same, as a share of the best passage's
    "new_words",  # log of how many of its words are not the question's
    "offers_name",
    "offers_number",
    "offers_time",
    "offers_cause",
    "offers_term",
    "phrases",  # share of the question's phrases that the sentence has, or others for them
    "phrases_with_next",  # what the next sentence adds to that share
    "phrases_with_previous",
    "phrases_in_passage",
    "telling_phrases",  # the first again, a phrase counting the more the fewer sentences have it
    "asked_for",  # the sentence has the noun of "huyện nào"
    "title",  # share of the article's title that is in the question
)
TOKEN_SIGNALS = (
    "known",  # the token is one of the question's
    "function",
    "capital",
    "digit",
    "numeral",
    "near",  # how near the question's phrases stand
    "near_before",
    "near_after",
    "after_known",  # what is new follows what is known
    "late",  # how far in its sentence, from 0 to 1
    "first",
    "name_asked",  # a capital where a person is asked for
    "number_asked",
    "time_asked",
    "counted",  # a number before what is counted: "120 hộ" where "bao nhiêu hộ" is asked
    "named",  # a capital after the noun that is asked for: "huyện Văn Quan" for "huyện nào"
    "quoted",  # it follows an opening quotation mark or bracket
    "defined",  # it follows "là"
    "acting",  # after "bởi" or "do", where somebody is asked for
    "placed",  # after "ở", "tại" and the like, where a place is asked for
    "causing",  # begins with "vì", "để" and the like, where a reason is asked for
    "dated",  # "năm" or "tháng" before a number, where a time is asked for
    "in_slot",  # follows what stands before the question word
    "leading",  # how near before what stands after the question word
    "name_for_number",  # a capital where a number is asked for
    "name_for_time",
)

PASSAGE_SIGNALS = (
    "telling",  # share of what the question's phrases tell that it has
    "wholes",  # share that its article has of the words that are no syllables, names mostly
    "names",  # share that it has of those of syllables
    "told_with",  # log of how many words it has that tell what is asked: "sốt, ho" of symptoms
)

# What a sentence must offer to answer each kind of question.
_OFFERS: Mapping[AnswerType, str] = {
    AnswerType.PERSON: "offers_name",
    AnswerType.NUMBER: "offers_number",
    AnswerType.TIME: "offers_time",
    AnswerType.REASON: "offers_cause",
    AnswerType.THING: "offers_term",
    AnswerType.DEFINITION: "offers_term",
}

_NEARNESS = {"near": np.float32(8), "near_before": np.float32(5), "near_after": np.float32(5)}
"""Tokens after which a phrase counts half."""

_AROUND = 1 << 14  # characters of a long article on each side of where a passage begins
_FAR = 1 << 30  # tokens
_APART = 1 << 17  # tokens that count as between two sentences; up to 8,192 of those fit 32 bits

_Numbers = tuple[int, ...]


def _numbers(words: str) -> _Numbers:
    return tuple(map(code, sorted(word_set(words))))


_CAUSES = _numbers("vì do bởi nhờ nên khiến dẫn nhằm để")
_BEFORE_DATES = _numbers("tháng ngày năm kỷ niên")  # "thế kỷ 19", "thập niên 1990"


class _Mark(NamedTuple):
    """What marks an answer of some kinds, or of any when there are none: the words before it, or
    those that it begins with; and whether a number has to follow."""

    kinds: frozenset[AnswerType]
    before: _Numbers
    own: _Numbers = _numbers("")
    followed_by_number: bool = False


_BY_SOMEBODY = frozenset({AnswerType.PERSON, AnswerType.ORGANISATION})
_WHY = _numbers("vì do bởi để nhằm nhờ")
_MARKS: Mapping[str, _Mark] = {
    "defined": _Mark(frozenset(), _numbers("là")),
    "acting": _Mark(_BY_SOMEBODY, _numbers("bởi do")),
    "placed": _Mark(frozenset({AnswerType.PLACE}), _numbers("ở tại trong từ đến vào")),
    "causing": _Mark(frozenset({AnswerType.REASON}), _WHY, _WHY),
    "dated": _Mark(
        frozenset({AnswerType.TIME}),
        _numbers(""),
        _numbers("năm ngày tháng kỷ thập mùa"),
        followed_by_number=True,
    ),
}
_PERCENT = (tuple(syllables("phần trăm")), ("phan", "tram"))  # "%" says the same


class _Found(NamedTuple):
    """Where the question's terms and phrases stand.

    `tf` counts each term in each sentence: (sentences, terms). `matches` has the strongest form
    of each phrase in each sentence: (sentences, phrases). `phrase`, `first` and `past` are each
    occurrence of a phrase, by token.
    """

    tf: Floats
    matches: Floats
    phrase: Ints
    first: Ints
    past: Ints


class Signals:
    """The signals of a question's candidates."""

    def __init__(
        self, query: Query, idfs: Sequence[float], hits: Sequence[Hit], found: Gathered
    ) -> None:
        self._query, self._hits, self._found = query, hits, found
        self._idfs = idfs
        self._gains = np.array(query.within) * (np.array(idfs) + IDF_FLOOR)
        self._told = _find(query, found)
        firsts = found.hit.searchsorted(np.arange(len(hits)))
        matches = self._told.matches
        self._within = np.maximum.reduceat(matches, firsts, axis=0)  # the same of each passage
        self._inner = ~found.opens  # which tokens have another before them in their sentence
        content = self._gains * np.array(query.content)
        self._weight = content / max(content.sum(), 1e-9)  # each term's share of the question's
        self._spoken, telling = _spoken(query, found)  # which tokens are words of the question
        self._known = _among(telling, self._told)  # which tell something, or stand for one
        self.cover: Floats = (self._told.tf > 0) @ self._weight
        """The share, from 0 to 1, of the question's weight that each sentence has."""

    def _offering(self, what: str) -> Flags:
        """Which tokens are what is asked for; names, numbers and times that are not asked with."""
        found = self._found
        if what == "offers_cause":
            return self._are(_CAUSES)
        if what == "offers_term":
            return found.quoted
        new = ~self._spoken
        if what == "offers_name":
            return found.capital & new
        if what == "offers_number":
            return found.digit & new
        return (found.date | found.digit & self._follow(_BEFORE_DATES)) & new

    def sentences(self) -> Columns:
        """The signals of each sentence, by name; those that are left out are zero."""
        scores = np.array([hit.score for hit in self._hits])[self._found.hit]
        tf = self._told.tf
        columns: dict[str, Column] = {
            "own": (self._gains * tf * (K1 + 1) / (tf + K1)).sum(axis=1),
            "cover": self.cover,
            "passage": scores,
            "passage_share": scores / scores.max(),
            "new_words": np.log1p(self._new_words()),
            "title": self._title(),
        }
        next_adds, previous_adds = self._added((tf > 0).astype(float), self._weight)
        columns |= {"cover_with_next": next_adds, "cover_with_previous": previous_adds}
        asked = self._query.answer_type
        if asked is not None and asked in _OFFERS:
            of = self._found.of[self._offering(_OFFERS[asked])]
            columns[_OFFERS[asked]] = np.bincount(of, minlength=len(scores)) > 0
        if self._query.phrases:
            columns |= self._phrases()
        return columns

    def passages(self) -> Columns:
        """The same of each passage."""
        columns: dict[str, Column] = {}
        if self._query.phrases:
            columns["telling"] = self._within @ telling_shares(self._query, self._idfs)
        if self._query.wholes or self._query.named:
            columns |= self._in_articles()
        if self._query.told_with:
            columns["told_with"] = np.log1p(self._told_with())
        return columns

    def _in_articles(self) -> Iterator[tuple[str, Floats]]:
        """The share of the names that each passage's article has near it, of both kinds."""
        wholes, named = self._query.wholes, self._query.named
        of = self._found.hit[self._found.of]
        there = np.zeros((len(self._hits), len(wholes) + len(named)), bool)
        for column, word in enumerate(wholes):
            there[of[self._found.folded == code(word)], column] = True
        for column, (phrase, _) in enumerate(named, len(wholes)):
            there[:, column] = self._within[:, phrase] == 1.0
        sought = [*((word,) for word in wholes), *(spellings for _, spellings in named)]
        for hit in np.flatnonzero(~there.all(axis=1)).tolist():
            text = self._around(hit)
            there[hit] |= [has_word(text, ways) for ways in sought]
        if wholes:
            yield "wholes", there[:, : len(wholes)].mean(axis=1)
        if named:
            yield "names", there[:, len(wholes) :].mean(axis=1)

    def _around(self, hit: int) -> str:
        """The article of a hit, of a long one what stands near it, in small letters."""
        stored, _, sentence = self._found.sentences[int(self._found.hit.searchsorted(hit))]
        around = slice(max(0, sentence.span.start - _AROUND), sentence.span.start + _AROUND)
        return nfc(f"{stored.article.title}\n{stored.article.text[around]}").lower()

    def _told_with(self) -> Floats:
        """How many of the words that tell what is asked each passage has."""
        sought = [pattern_of_words(words, False) for words in self._query.told_with]
        which, where = occurrences(self._found.exact, self._found.of, sought)
        there = np.zeros((len(self._hits), len(sought)), bool)
        there[self._found.hit[self._found.of[where]], which] = True
        return np.asarray(there.sum(axis=1), float)

    def tokens(self) -> Columns:
        """The same of each token."""
        found, inner, known = self._found, self._inner, self._known
        new = ~known
        capital, digit, numeral = found.capital & new, found.digit & new, found.numeral & new
        begin = found.firsts[found.of]
        asked = self._query.answer_type
        columns: dict[str, Column] = {
            "known": known,
            "function": found.function & new,
            "capital": capital,
            "digit": digit,
            "numeral": numeral,
            "after_known": _after(known) & inner & new & ~found.function,
            "late": (np.arange(len(new)) - begin) / found.sizes[found.of],
            "first": found.opens,
            "quoted": found.quoted,
        }
        for name, mark in _MARKS.items():
            if not mark.kinds or asked in mark.kinds:
                columns[name] = self._marked(mark)
        if asked is AnswerType.PERSON:
            columns["name_asked"] = capital
        elif asked is AnswerType.NUMBER:
            columns |= {"number_asked": digit | numeral, "name_for_number": capital}
        elif asked is AnswerType.TIME:
            columns |= {"time_asked": digit | numeral, "name_for_time": capital}
        if self._query.phrases:
            columns |= self._nearness()
            columns |= {"counted": self._counted, "named": self._named}
            columns |= {"in_slot": self._in_slot, "leading": self._leading}
        return columns

    @property
    def _counted(self) -> Flags:
        """Which tokens are numbers before the noun that is asked for, or with its percent sign."""
        counts = np.zeros(len(self._found.of), bool)
        counts[self._told.first[self._told.phrase == self._query.asked]] = True
        number = self._found.digit | self._found.numeral
        return np.asarray(number & (counts | _before(counts & self._inner)))

    def _marked(self, mark: _Mark) -> Flags:
        """Which tokens are marked as an answer by a little word before them, or their own."""
        marked = self._follow(mark.before) | self._are(mark.own)
        if mark.followed_by_number:
            marked &= _before(self._found.digit & self._inner)
        return marked

    def _are(self, forms: _Numbers) -> Flags:
        """Which tokens have one of a few exact forms."""
        found = np.zeros(len(self._found.exact), bool)
        for form in forms:
            found |= self._found.exact == form
        return found

    def _follow(self, forms: _Numbers) -> Flags:
        """Which tokens follow one of those forms within their sentence."""
        return _after(self._are(forms)) & self._inner

    @property
    def _in_slot(self) -> Flags:
        """Which tokens follow what stands before the question word, but for a function word."""
        past = self._told.past[self._told.phrase == self._query.before]
        follows = np.zeros(len(self._found.of) + 1, bool)
        follows[past] = True
        near, little = follows[:-1], self._found.function
        return np.asarray((near & ~little | _after(near & little)) & self._inner)

    @property
    def _leading(self) -> Floats:
        """How near each token stands before what stands after the question word."""
        first = self._told.first[self._told.phrase == self._query.after]
        at = np.arange(len(self._found.of))
        following = np.full(len(at), _FAR)
        following[first] = first
        following = np.minimum.accumulate(following[::-1])[::-1]
        ends = self._found.firsts[1:][self._found.of]
        near = np.where(following < ends, following - at, _FAR)
        return np.asarray(np.where(near > 0, 1 / (1 + near / 3), 0.0))

    @property
    def _named(self) -> Flags:
        """Which tokens have a capital and follow the noun that is asked for."""
        past = self._told.past[self._told.phrase == self._query.asked]
        follows = np.zeros(len(self._found.of) + 1, bool)
        follows[past] = True
        return np.asarray(follows[:-1] & self._found.capital & ~self._known)

    def _phrases(self) -> dict[str, Floats]:
        matches = self._told.matches
        count, phrases = matches.shape
        even = np.full(phrases, 1 / phrases)
        next_adds, previous_adds = self._added(matches, even)
        rarity = np.log((count + 1) / (matches.sum(axis=0) + 0.5))
        passages = self._within @ even
        asked = self._query.asked
        return {
            "phrases": matches @ even,
            "phrases_with_next": next_adds,
            "phrases_with_previous": previous_adds,
            "phrases_in_passage": passages[self._found.hit],
            "telling_phrases": matches @ rarity / max(float(rarity.sum()), 1e-9),
            "asked_for": matches[:, asked] if asked is not None else np.zeros(count),
        }

    def _added(self, has: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """What the next sentence and the one before add to each sentence's share."""
        same = self._found.hit[1:] == self._found.hit[:-1]
        share = has @ weight
        both = np.maximum(has[1:], has[:-1]) @ weight
        next_adds, previous_adds = np.zeros((2, len(share)))
        np.subtract(both, share[:-1], out=next_adds[:-1], where=same)
        np.subtract(both, share[1:], out=previous_adds[1:], where=same)
        return next_adds, previous_adds

    def _nearness(self) -> dict[str, Floats]:
        """How near to each token the phrases stand, within its sentence."""
        count, phrases = len(self._found.of), len(self._query.phrases)
        phrase, first, last = self._told.phrase, self._told.first, self._told.past - 1
        place = np.arange(count) + self._found.of * _APART  # another sentence's are far away
        place = place.astype(np.int32)  # small numbers: there are phrases * count
        before, after = np.full((2, phrases, count), _FAR, np.int32)
        before *= -1
        before[phrase, last] = place[last]
        after[phrase, first] = place[first]
        before = np.maximum.accumulate(before, axis=1)
        after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
        left, right = (place - before).astype(np.float32), (after - place).astype(np.float32)
        distances = {"near": np.minimum(left, right), "near_before": left, "near_after": right}
        return {
            name: np.add.reduce(half / (half + distances[name])) / phrases
            for name, half in _NEARNESS.items()
        }

    def _new_words(self) -> Floats:
        new = ~self._spoken
        return np.bincount(self._found.of[new], minlength=len(self._found.sentences)).astype(float)

    def _title(self) -> Floats:
        """The share of the words of each sentence's title that the question has."""
        which, words = self._found.titles
        asked = {code(word) for word, told in self._query.words if told}
        shared: dict[int, dict[int, bool]] = {}
        for title, word in zip(which.tolist(), words.tolist(), strict=True):
            shared.setdefault(title, {})[word] = word in asked
        shares = {title: sum(words.values()) / len(words) for title, words in shared.items()}
        return np.array([shares.get(title, 0.0) for title in self._found.title.tolist()])


def _spoken(query: Query, found: Gathered) -> tuple[Flags, Flags]:
    """Which tokens are words of the question, and which of those that tell something."""
    telling: dict[int, bool] = {}
    for word, tells in query.words:
        number = code(word)
        telling[number] = tells or telling.get(number, False)
    if not telling:
        nothing = np.zeros(len(found.of), bool)
        return nothing, nothing
    ascending = sorted(telling)
    numbers = np.array(ascending, np.int64)
    tell = np.array([telling[number] for number in ascending], bool)
    places = numbers.searchsorted(found.folded)
    spoken = numbers.take(places, mode="clip") == found.folded
    return spoken, spoken & tell.take(places, mode="clip")


def _among(flags: Flags, told: _Found) -> Flags:
    """Those tokens, and all that belong to a phrase."""
    found = flags.copy()
    for step in range(int((told.past - told.first).max(initial=0))):
        within = told.first + step < told.past
        found[told.first[within] + step] = True
    return found


def _after(flags: Flags) -> Flags:
    """Which tokens come after one of some, even in the next sentence."""
    found = np.zeros(len(flags), bool)
    found[1:] = flags[:-1]
    return found


def _before(flags: Flags) -> Flags:
    """Which tokens come before one of some, even in the sentence before."""
    found = np.zeros(len(flags), bool)
    found[:-1] = flags[1:]
    return found


def _find(query: Query, found: Gathered) -> _Found:
    sentences, tokens = len(found.sentences), len(found.of)
    stream = both_forms(found.exact, found.folded)
    of = np.concatenate([found.of, found.of + sentences])
    patterns, columns, strengths = [], [], [0.0]
    for column, term in enumerate(query.terms):
        for synonym in term.synonyms:
            patterns.append(pattern_of_term(synonym))
            columns.append(column)
    terms = len(patterns)
    for column, phrase in enumerate(query.phrases):
        for form in phrase:
            patterns.append(pattern_of_words(form.words, form.folded))
            columns.append(column)
            strengths.append(form.strength)
    which, where = occurrences(stream, of, patterns)
    column_of = np.array(columns, np.int64)[which]
    where %= max(tokens, 1)
    rows = found.of[where]
    is_term = which < terms
    shape = sentences, len(query.terms)
    cells = rows[is_term] * shape[1] + column_of[is_term]
    tf = np.bincount(cells, minlength=sentences * shape[1]).reshape(shape).astype(float)
    is_form = ~is_term
    which, first, phrases = which[is_form], where[is_form], column_of[is_form]
    matches = np.zeros((sentences, len(query.phrases)))
    np.maximum.at(matches, (rows[is_form], phrases), np.array(strengths)[which - (terms - 1)])
    past = first + np.array([len(sought.bits) for sought in patterns], np.int64)[which]
    (signs,) = found.percent.nonzero()
    for column, phrase in enumerate(query.phrases) if len(signs) else ():
        if any(form.words[-2:] in _PERCENT for form in phrase[:2]):
            matches[found.of[signs], column] = 1.0
            phrases = np.append(phrases, np.full(len(signs), column))
            first, past = np.append(first, signs), np.append(past, signs + 1)
    return _Found(tf, matches, phrases, first, past)
