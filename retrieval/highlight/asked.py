"""A question taken apart: the kind of answer, the slot it would fill, and the words around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.language.english import Gloss, is_english, translate
from retrieval.language.measures import NO_MEASURE, measure_asked
from retrieval.language.questions import (
    QUESTION_WORDS,
    AnswerType,
    answer_type,
    what_is_asked,
    without_fillers,
)
from retrieval.text import Token, exact, fold, nfc, tokens

MAX_TOKENS = 64
"""Tokens of a question beyond this many are not looked at."""

_TELLING_TYPES = (
    *(AnswerType.PERSON, AnswerType.ORGANISATION, AnswerType.TIME, AnswerType.PLACE),
    *(AnswerType.NUMBER, AnswerType.REASON, AnswerType.MANNER),
)
NAME = "name"  # what something is called
SUBJECT = "subject"  # what does something: the question word comes first
THING = "thing"  # anything else
KINDS = (*map(str, _TELLING_TYPES), NAME, SUBJECT, THING)
_LONGEST_NOUN = 3
_LONGEST_UNIT = 2


@dataclass(frozen=True, slots=True)
class Clue:
    """A word of the question that should stand near the answer, in any of its forms.

    `side` says on which side of the slot it stands: -1 before, 1 after, 0 when the order of the
    question's words says nothing.
    """

    forms: tuple[tuple[str, ...], ...]
    folded: bool
    side: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `kind` is one of KINDS, or that of yes-no questions, which no span answers. `said` are its
    words, `left` and `right` those on both sides of the slot, next to it first; `noun` is what is
    asked for ("huyện" of "huyện nào", "xã" of "bao nhiêu xã"), `plural` whether for several of it.
    All are without diacritics when `folded`. `measure` is what is asked for the amount of, as
    `measure_asked` tells it.
    """

    kind: str
    clues: tuple[Clue, ...]
    folded: bool
    said: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    noun: tuple[str, ...] = ()
    plural: bool = False
    english: bool = False
    measure: int = NO_MEASURE


@dataclass(frozen=True, slots=True)
class _Words:
    """The closed classes of words that a Vietnamese question is taken apart by."""

    asking: frozenset[str]  # carry nothing
    slots: tuple[tuple[str, ...], ...]  # stand where the answer would; the longest first
    after_noun: frozenset[tuple[str, ...]]  # "huyện nào"
    before_unit: frozenset[tuple[str, ...]]  # "bao nhiêu xã"
    no_noun: frozenset[str]  # end such a noun
    plural: frozenset[str]  # ask for more than one
    naming: frozenset[str]  # ask what something is called


def _words(spell: Callable[[str], str]) -> _Words:
    def phrases(text: str) -> list[tuple[str, ...]]:
        return [tuple(map(spell, phrase.split())) for phrase in text.split("|")]

    def words(text: str) -> frozenset[str]:
        return frozenset(map(spell, text.split()))

    slots = phrases(
        "khi nào|lúc nào|bao giờ|bao nhiêu|bao lâu|bao xa|như thế nào|thế nào|ra sao|tại sao|"
        "vì sao|làm sao|sao|ở đâu|từ đâu|đến đâu|tại đâu|đâu|ai|cái gì|điều gì|gì|nào|mấy|chi"
    )
    return _Words(
        asking=frozenset(map(spell, QUESTION_WORDS)),
        slots=tuple(sorted(slots, key=len, reverse=True)),
        after_noun=frozenset(phrases("gì|nào")),
        before_unit=frozenset(phrases("bao nhiêu|mấy")),
        no_noun=words(
            "là của có được bị do bởi trong ở tại từ đến cho với và hoặc như theo về vào ra đã "
            "sẽ đang để mà thì cùng tên những các một mọi phải không trên dưới sau trước khi vì "
            "đối thuộc nằm sinh sống làm gồm sử dụng dùng"
        ),
        plural=words("những các hai ba bốn"),
        naming=words("tên gọi danh ngữ") | {"name", "names", "named", "called", "term"},
    )


_EXACT, _FOLDED = _words(exact), _words(fold)


@lru_cache(maxsize=256)  # one for all quotes of an answer
def read_question(question: str) -> Asked:
    """Take a question apart.

    >>> asked = read_question("Xã Yên Phúc thuộc huyện nào?")
    >>> asked.kind, fold(asked.noun[0]), fold(asked.left[0])
    ('place', 'huyen', 'thuoc')
    """
    plain = without_fillers(what_is_asked(nfc(question)))
    found = list(tokens(plain))[:MAX_TOKENS]
    if is_english(plain):
        return _read_english(plain, found)
    folded = all(token.exact.isascii() for token in found)
    closed = _FOLDED if folded else _EXACT
    said = [token.folded if folded else token.exact for token in found]
    slot = _slot(said, closed)
    noun = _noun(said, slot, closed)
    first, past = min(slot.start, noun.start), max(slot.stop, noun.stop)
    return Asked(
        kind=_kind(answer_type(plain), said, closed, leads=first == 0),
        clues=tuple(
            Clue(((word,),), folded, -1 if place < slot.start else 1)
            for place, word in enumerate(said)
            if not first <= place < past and word not in closed.asking
        ),
        folded=folded,
        said=tuple(said),
        left=tuple(reversed(said[:first])),
        right=tuple(said[past:]),
        noun=tuple(said[noun.start : noun.stop]),
        plural=first > 0 and said[first - 1] in closed.plural,
        measure=measure_asked(said, folded),
    )


def _read_english(plain: str, found: Sequence[Token]) -> Asked:
    """English orders its words in its own way: they are looked for wherever they stand."""
    said = [token.span.of(plain).lower() for token in found]
    return Asked(
        kind=_kind(answer_type(plain), said, _EXACT, leads=False),
        clues=tuple(_english_clue(gloss, found) for gloss in translate(said)),
        folded=False,
        english=True,
        measure=measure_asked(said),
    )


def _english_clue(gloss: Gloss, found: Sequence[Token]) -> Clue:
    """What the glossary lacks, names and numbers, is looked for as it is, without diacritics."""
    if not gloss.translations:
        return Clue(((found[gloss.start].folded,),), folded=True, side=0)
    forms = tuple(
        tuple(token.exact for token in tokens(translation)) for translation in gloss.translations
    )
    return Clue(forms, folded=False, side=0)


def _slot(said: Sequence[str], closed: _Words) -> slice:
    """Where the question word stands; past the end when there is none."""
    for start in range(len(said)):
        for phrase in closed.slots:
            if tuple(said[start : start + len(phrase)]) == phrase:
                return slice(start, start + len(phrase))
    return slice(len(said), len(said))


def _noun(said: Sequence[str], slot: slice, closed: _Words) -> slice:
    """The noun that the question word goes with: before "nào" and "gì", after "bao nhiêu"."""
    phrase = tuple(said[slot])
    first = past = slot.start
    if phrase in closed.after_noun:
        while first > max(0, past - _LONGEST_NOUN) and said[first - 1] not in closed.no_noun:
            first -= 1
    if phrase in closed.before_unit:
        first = past = slot.stop
        while past < min(len(said), first + _LONGEST_UNIT) and said[past] not in closed.no_noun:
            past += 1
    return slice(first, past)


def _kind(asked: AnswerType | None, said: Sequence[str], closed: _Words, leads: bool) -> str:
    """The answer's type, or how the question is worded when that says more."""
    if asked is AnswerType.YES_NO or asked in _TELLING_TYPES:
        return str(asked)
    if not closed.naming.isdisjoint(said):
        return NAME
    return SUBJECT if leads else THING
