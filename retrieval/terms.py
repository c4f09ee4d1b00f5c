"""Text → terms: what documents are indexed by, and what a question asks the index for.

Each text gives four kinds of term, told apart by a prefix and a space: exact syllables
("xã"), exact pairs of neighbours ("xã yên"), and both without diacritics ("~xa", "~xa yen").
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from retrieval.engines.base import QueryTerm
from retrieval.keystrokes import decode_keystrokes
from retrieval.language.abbreviations import expansions
from retrieval.language.aspects import telling_words
from retrieval.language.chat import alternatives
from retrieval.language.common import general_share
from retrieval.language.english import Gloss, is_english, translate
from retrieval.language.questions import (
    QUESTION_WORDS,
    AnswerType,
    answer_type,
    asking_sentences,
    asking_words,
    vietnamese_type,
    what_is_asked,
    without_fillers,
)
from retrieval.language.syllables import is_folded_syllable, spellings
from retrieval.language.thesaurus import synonyms, word_length
from retrieval.model import Span
from retrieval.spelling import FOLDED, Rarities, closest_words, spell
from retrieval.text import Token, exact, nfc, syllables, tokens

EXACT_WEIGHT = 1.0
FOLDED_WEIGHT = 0.5
BIGRAM_FACTOR = 0.5
QUESTION_WORD_FACTOR = 0.3
WHOLE_WORD_FACTOR = 2.0
"""What a word that is no Vietnamese syllable, as "paracetamol" is none, weighs where passages are
searched for: as much as two syllables, which most Vietnamese words have."""
NAME_PART = 0.5
_LONGEST_FORM = 5  # syllables of a name or a translation that are looked for
_SHORTEST_NAME = 3  # letters of a word that is no syllable and no unit
_MUCH_RARER = 1.5  # in idf: a word without diacritics is a fifth of those with and without
_MOST_SPELLINGS = 16  # of a name that are looked for
MAX_TOKENS = 96
"""No more tokens of a question are searched for, the most telling: work per question is bounded."""
READ_TOKENS = 256
"""Those are chosen from so many."""
STORY_FACTOR = 0.5
"""What a word of that story weighs beside one of the sentence with the question mark."""

_QUESTION_WORDS = frozenset(exact(word) for word in QUESTION_WORDS)
# "huyện nào", "bao nhiêu xã": what is asked for, by the question word after or before it.
_AFTER_NOUN = (["nao"], ["gi"])
_SLOTS = frozenset("ai gi nao dau bao may sao".split())  # stand where the answer would
_BEFORE_NOUN = (["nhieu"], ["may"])


class Form(NamedTuple):
    """Words that a phrase of a question may stand in a text as, all folded or all exact.

    `strength` runs from 0 to 1, for what was asked itself.
    """

    words: tuple[str, ...]
    strength: float
    folded: bool

    def terms(self) -> list[str]:
        """The pairs of its words, or its only word, as documents have them.

        >>> Form(("hop", "tac", "xa"), 1.0, folded=True).terms()
        ['~hop tac', '~tac xa']
        """
        mark = FOLDED if self.folded else ""
        return [mark + one for one in _bigrams(self.words) or self.words]


Phrase = tuple[Form, ...]
"""What a question says in one or more syllables, first as it was asked."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index is asked: its terms, and how it was read.

    `content` says of each term whether it is more than a question word, `within` what it weighs
    where the sentences of the passages found are compared; `words` are the question's words,
    folded, in order, each with whether it is more than a question word. `phrases` are the words
    of one or more syllables that it is made of, each with those that can stand for it; `names`
    are the places of names and numbers among them, `asked` that of the one which the question word
    goes with ("huyện" of "huyện nào"), `before` and `after` those of the ones on both sides of the
    question word. `wholes` are the words that are no Vietnamese syllables and that nothing can
    stand for, in small letters; `named` has how each name that is made of syllables may be
    written, by its place.
    `told_with` are words that passages which tell what is asked are full of, in exact forms.
    `translated` is set when it was in English; `understood` when it was read otherwise than it
    was typed.
    """

    terms: tuple[QueryTerm, ...]
    content: tuple[bool, ...]
    within: tuple[float, ...]
    words: tuple[tuple[str, bool], ...]
    phrases: tuple[Phrase, ...] = ()
    names: tuple[int, ...] = ()
    wholes: tuple[str, ...] = ()
    named: tuple[tuple[int, tuple[str, ...]], ...] = ()
    asked: int | None = None
    before: int | None = None
    after: int | None = None
    answer_type: AnswerType | None = None
    told_with: tuple[tuple[str, ...], ...] = ()
    understood: str | None = None
    translated: bool = False


def document_terms(text: str) -> list[str]:
    """All terms of a text, repeated as often as they stand in it.

    >>> document_terms("Xã Yên")
    ['xã', 'yên', 'xã yên', '~xa', '~yen', '~xa yen']
    """
    found = list(tokens(text))
    exacts = [token.exact for token in found]
    folded = [token.folded for token in found]
    return [
        *exacts,
        *_bigrams(exacts),
        *(FOLDED + word for word in folded),
        *(FOLDED + pair for pair in _bigrams(folded)),
    ]


def parse_question(question: str, rarities: Rarities) -> Query:
    """What to search for: weighted terms of the question, read as it was meant.

    `rarities` are terms' idfs in the corpus, below zero for one that it lacks: the closest terms
    that it has stand in for those, and the rarest pair of syllables for a longer translation.
    """
    typed = nfc(question)
    decoded = decode_keystrokes(typed)
    text = decoded or typed
    if is_english(text):
        return _english(typed, rarities)  # "is" and "of" are no keystrokes for "í" and "ò"
    marks, text = text.count("?"), without_fillers(text) or text
    whole = text + "?" * (marks > text.count("?"))  # thanks after it are cut off with the mark
    asking = asking_sentences(whole)
    found = _spelt_out(_most_telling(text, asking, rarities), text)
    meant = closest_words(found, rarities)
    words = _read(found, whole, asking, meant, rarities)
    terms = _unique_terms(_vietnamese_terms(words, rarities))
    phrases = _phrases(words)
    before, after = _sides(words, phrases)
    return Query(
        terms=tuple(sought.term for sought in terms),
        content=tuple(sought.telling for sought in terms),
        within=tuple(sought.within for sought in terms),
        words=tuple((word.folded, word.telling) for word in words),
        phrases=tuple(phrases),
        names=tuple(place for place, said in enumerate(phrases.values()) if said.name),
        wholes=_unique(_wholes(words, phrases)),
        named=tuple(_named(words, phrases)),
        asked=next((place for place, said in enumerate(phrases.values()) if said.asked), None),
        before=before,
        after=after,
        answer_type=answer_type(what_is_asked(whole)) if asking else vietnamese_type(text),
        told_with=telling_words([word.typed or word.folded for word in words if not word.is_story]),
        understood=spell(found, meant, text) if meant else decoded,
    )


class _Word(NamedTuple):
    """A word as it is searched for.

    `exact` is None when its diacritics are not to be trusted: there were none, or the corpus
    has it only with others; `typed` is what it was typed as, if with diacritics. `name` says
    that it has a capital without beginning the question; `longhand` has what an abbreviation
    stands for, as terms; `factor` is what it weighs.
    """

    exact: str | None
    folded: str
    telling: bool
    typed: str | None = None
    name: bool = False
    longhand: tuple[str, ...] = ()
    factor: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether it is no Vietnamese syllable, nor one with a slip: that has its diacritics.

        Nor an abbreviation that stands for something known.
        """
        return not self.longhand and _is_whole(self.typed or self.folded)

    @property
    def is_part_of_name(self) -> bool:
        """Whether it is a syllable of a name as it was typed, and no abbreviation."""
        as_typed = self.name and self.typed is not None and not self.longhand
        return as_typed and is_folded_syllable(self.folded)

    @property
    def is_story(self) -> bool:
        """Whether it only tells what comes before what is asked."""
        return self.factor == STORY_FACTOR


def _is_whole(word: str) -> bool:
    """Whether a word in small letters is no syllable, nor a unit ("mg") or another letter or two.

    >>> _is_whole("paracetamol"), _is_whole("tuan"), _is_whole("b12")
    (True, False, True)
    """
    letters = word.isascii() and any(map(str.isalpha, word))
    names = len(word) >= _SHORTEST_NAME or not word.isalpha()
    return letters and names and not is_folded_syllable(word)


def _most_telling(text: str, asking: Sequence[Span], rarities: Rarities) -> list[Token]:
    """The tokens of a question; of one that tells a whole story, those of the sentences that ask,
    and the words that the corpus has least often, which may stand anywhere."""
    found = list(itertools.islice(tokens(text), READ_TOKENS))
    if len(found) <= MAX_TOKENS:
        return found
    asked = itertools.chain.from_iterable(tokens(text, span) for span in asking)
    asked_at = {token.span: token for token in itertools.islice(asked, MAX_TOKENS)}
    rest = [token for token in found if token.span not in asked_at]
    told = rarities([FOLDED + token.folded for token in rest])
    order = sorted(range(len(rest)), key=lambda place: -told[place])
    chosen = [rest[place] for place in order[: MAX_TOKENS - len(asked_at)]]
    return sorted([*asked_at.values(), *chosen])


def _spelt_out(found: Sequence[Token], text: str) -> list[Token]:
    """The tokens with chat spelling written out: "ko" → "không"."""
    written = []
    for token in found:
        word = token.span.of(text)
        longer = () if word.isupper() or is_folded_syllable(token.folded) else alternatives(word)
        parts = [part._replace(span=token.span) for part in tokens(longer[0])] if longer else []
        written += parts or [token]
    return written


def _read(
    found: Sequence[Token],
    text: str,
    asking: Sequence[Span],
    meant: Mapping[int, tuple[str, ...]],
    rarities: Rarities,
) -> list[_Word]:
    bare = _bare(found, rarities)
    shouted = text.isupper()  # every word then looks like an abbreviation
    titled = all(not token.span.of(text)[0].islower() for token in found)
    exacts = [token.exact for place, token in enumerate(found) if place not in bare]
    question_words = asking_words([token.folded for token in found]) if bare else set()
    known = {one for one, rarity in zip(exacts, rarities(exacts), strict=True) if rarity >= 0}
    words = []
    for place, token in enumerate(found):
        word = token.span.of(text)
        is_story = asking and not any(span.overlaps(token.span) for span in asking)
        factor = STORY_FACTOR if is_story else 1.0
        name = place > 0 and not titled and word[0].isupper()
        if place in meant:
            words += [
                _Word(None, syllable, telling=True, name=name, factor=factor)
                for syllable in meant[place]
            ]
            continue
        asks = place in question_words if place in bare else token.exact in _QUESTION_WORDS
        exact_form = token.exact if place not in bare and token.exact in known else None
        meanings = expansions(word.lower() if shouted else word)
        longhand = _unique(_phrase(meaning, rarities) for meaning in meanings)
        typed = None if place in bare else token.exact
        words.append(_Word(exact_form, token.folded, not asks, typed, name, longhand, factor))
    return words


def _bare(found: Sequence[Token], rarities: Rarities) -> set[int]:
    """The places of words that were typed without their diacritics: only folded terms mean them.

    All are in a question without any; else those that the corpus has far more often with some.
    """
    plain = [place for place, token in enumerate(found) if token.exact.isascii()]
    if len(plain) == len(found):
        return set(plain)
    terms = [found[place].exact for place in plain]
    folded = rarities([FOLDED + found[place].folded for place in plain])
    return {
        place
        for place, rarity, rarity_folded in zip(plain, rarities(terms), folded, strict=True)
        if rarity_folded >= 0 and not 0 <= rarity <= rarity_folded + _MUCH_RARER
    }


class _Said(NamedTuple):
    """Where a phrase stands among a question's words.

    `asked` says whether a question word goes with it, `name` whether it is a name or a number.
    """

    at: int
    past: int
    asked: bool
    name: bool


def _phrases(words: Sequence[_Word]) -> dict[Phrase, _Said]:
    """What says something, with what can stand for it; what is said twice stands where it did."""
    typed = [word.typed or "" for word in words]
    folded = [word.folded for word in words]
    found: dict[Phrase, _Said] = {}
    at = 0
    while at < len(words):
        bare = not typed[at]
        past = at + word_length(folded if bare else typed, at, folded=bare)
        past = max(past, _end_of_name(words, at))
        if any(word.telling for word in words[at:past]):
            phrase = tuple(_forms(words[at:past]))
            asked = not words[at].is_story and (
                folded[past : past + 1] in _AFTER_NOUN
                or folded[max(0, at - 1) : at] in _BEFORE_NOUN
            )
            if phrase not in found or asked:
                name = all(word.name or word.folded.isdigit() for word in words[at:past])
                found[phrase] = _Said(at, past, asked, name)
        at = past
    return found


def _wholes(words: Sequence[_Word], phrases: Mapping[Phrase, _Said]) -> Iterator[str]:
    """The words that are no syllables; none that others may stand for, as "acid" may for "axit"."""
    for phrase, said in phrases.items():
        asked = set(phrase[0].words)
        if all(asked.issuperset(form.words) for form in phrase):
            yield from (word.folded for word in words[said.at : said.past] if word.is_whole)


def _named(
    words: Sequence[_Word], phrases: Mapping[Phrase, _Said]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The place of each name of syllables that were typed with their diacritics, and how it may be
    written."""
    for place, said in enumerate(phrases.values()):
        run = words[said.at : said.past]
        if all(word.is_part_of_name for word in run):
            ways = itertools.product(*(spellings(word.typed or "") for word in run))
            yield place, tuple(map(" ".join, itertools.islice(ways, _MOST_SPELLINGS)))


def _end_of_name(words: Sequence[_Word], at: int) -> int:
    """Where the name ends that stands at a place; the place itself when none does."""
    past = at
    while past < min(len(words), at + _LONGEST_FORM):
        if not words[past].name or words[past].longhand:
            break
        past += 1
    return past


def _sides(
    words: Sequence[_Word], phrases: Mapping[Phrase, _Said]
) -> tuple[int | None, int | None]:
    """The places of the phrases before and after the first question word that is in no story."""
    slots = (
        at
        for at, word in enumerate(words)
        if not word.telling and word.folded in _SLOTS and not word.is_story
    )
    slot = next(slots, None)
    if slot is None:
        return None, None
    spans = list(phrases.values())
    before = [place for place, said in enumerate(spans) if said.past <= slot]
    after = [place for place, said in enumerate(spans) if said.at > slot]
    return (
        max(before, key=lambda place: spans[place].past, default=None),
        min(after, key=lambda place: spans[place].at, default=None),
    )


def _forms(run: Sequence[_Word]) -> Iterator[Form]:
    """A phrase as it was asked, then what can stand for it."""
    typed = tuple(word.typed for word in run if word.typed)
    folded = tuple(word.folded for word in run)
    if len(typed) == len(run):
        yield Form(typed, 1.0, folded=False)
    if not all(word.exact for word in run):
        yield Form(folded, 1.0, folded=True)
    for longhand in run[0].longhand:
        yield Form(tuple(longhand.split(" ")), 1.0, folded=False)
    if all(word.name for word in run):
        yield from (_part(word) for word in run if len(run) > 1)
    else:
        bare = len(typed) < len(run)
        yield from _synonyms(folded if bare else typed, bare)


@lru_cache(maxsize=1 << 12)
def _synonyms(words: tuple[str, ...], folded: bool) -> tuple[Form, ...]:
    found = synonyms(words, folded=folded)
    return tuple(Form(one.words[:_LONGEST_FORM], one.strength, folded) for one in found)


def _translated(translations: Sequence[tuple[str, ...]]) -> Iterator[Form]:
    """What a word was translated into, then what can stand for that, the strongest first."""
    yield from (Form(words, 1.0, False) for words in translations)
    others = itertools.chain(*(_synonyms(words, False) for words in translations))
    told = set(translations)
    for form in sorted(others, key=lambda form: -form.strength):
        if form.words not in told:
            told.add(form.words)
            yield form


def _part(word: _Word) -> Form:
    """A part of a name, as which its bearer may be spoken of."""
    return Form((word.typed or word.folded,), NAME_PART, folded=not word.typed)


class _Sought(NamedTuple):
    """A term, whether it is more than a question word, and what it weighs within a passage."""

    term: QueryTerm
    telling: bool
    within: float


def _vietnamese_terms(words: Sequence[_Word], rarities: Rarities) -> Iterator[_Sought]:
    says = any(word.telling for word in words)
    for word in words:
        if word.longhand:
            synonyms = (FOLDED + word.folded, *word.longhand)
            share = min(1.0, sum(map(general_share, synonyms)))
            weight = word.factor * (EXACT_WEIGHT + FOLDED_WEIGHT)
            yield _Sought(QueryTerm(synonyms, weight, share), True, weight)
        elif word.telling or not (says and word.exact):  # typed bare it may be another word
            yield from _weighted(word)
    pairs = [pair for pair in itertools.pairwise(words) if pair[0].telling or pair[1].telling]
    typed = [
        f"{one.exact} {other.exact}" if one.exact and other.exact else "" for one, other in pairs
    ]
    for (one, other), as_typed, rarity in zip(pairs, typed, rarities(typed), strict=True):
        # a pair that the corpus has as it was typed was meant so
        pair = as_typed if rarity >= 0 else f"{FOLDED}{one.folded} {other.folded}"
        weight = BIGRAM_FACTOR * min(one.factor, other.factor) * (EXACT_WEIGHT + FOLDED_WEIGHT)
        yield _Sought(QueryTerm((pair,), weight), True, weight)


def _weighted(word: _Word) -> Iterator[_Sought]:
    """The exact and the folded term of a word; the latter for both if there is but one."""
    factor = word.factor * (1 if word.telling else QUESTION_WORD_FACTOR)
    searched = WHOLE_WORD_FACTOR if word.is_whole else 1.0
    weights = {FOLDED + word.folded: factor * FOLDED_WEIGHT}
    if word.exact:
        weights = {word.exact: factor * EXACT_WEIGHT} | weights
    else:
        weights[FOLDED + word.folded] += factor * EXACT_WEIGHT
    for term, weight in weights.items():
        sought = QueryTerm((term,), searched * weight, general_share(term))
        yield _Sought(sought, word.telling, weight)


def _unique_terms(terms: Iterable[_Sought]) -> list[_Sought]:
    """Each term once: repeating adds no weight."""
    found: dict[tuple[str, ...], _Sought] = {}
    for sought in terms:
        found.setdefault(sought.term.synonyms, sought)
    return [*found.values()]


def _english(text: str, rarities: Rarities) -> Query:
    """Each English word or phrase as one term, its translations as synonyms."""
    found = _most_telling(text, asking_sentences(text), rarities)
    terms = []
    phrases: list[Phrase] = []
    named: list[Phrase] = []
    wholes: list[str] = []
    glosses = _with_names(translate([token.span.of(text).lower() for token in found]), found, text)
    untranslated = [gloss for gloss in glosses if not gloss.translations]
    places = [place for gloss in untranslated for place in range(gloss.start, gloss.end)]
    meant = closest_words(found, rarities, places)
    for gloss in glosses:
        if (
            not gloss.translations
        ):  # a name or a number: as it is, or as it would be with diacritics
            said = [meant.get(at, (found[at].folded,)) for at in range(gloss.start, gloss.end)]
            pools: list[tuple[str, ...]] = [(FOLDED + " ".join(one),) for one in said]
            phrases.append(_name(tuple(itertools.chain(*said))[:_LONGEST_FORM]))
            wholes += filter(_is_whole, itertools.chain(*said))
            if _has_capital(gloss, found, text) or found[gloss.start].folded.isdigit():
                named.append(phrases[-1])
        else:
            pools = [_unique(_phrase(phrase, rarities) for phrase in gloss.translations)]
            forms = [tuple(syllables(one)[:_LONGEST_FORM]) for one in gloss.translations]
            if not gloss.asks:
                phrases.append(tuple(_translated(forms)))
        factor = QUESTION_WORD_FACTOR if gloss.asks else 1
        weight = factor * (EXACT_WEIGHT + FOLDED_WEIGHT)
        terms += [_Sought(QueryTerm(one, weight), not gloss.asks, weight) for one in pools]
    unique = _unique_terms(terms)
    unique_phrases = list(dict.fromkeys(phrases))
    return Query(
        terms=tuple(sought.term for sought in unique),
        content=tuple(sought.telling for sought in unique),
        within=tuple(sought.within for sought in unique),
        words=tuple((token.folded, True) for token in found),
        phrases=tuple(unique_phrases),
        names=tuple(unique_phrases.index(one) for one in dict.fromkeys(named)),
        wholes=_unique(wholes),
        answer_type=answer_type(what_is_asked(text)),
        told_with=telling_words(syllables(what_is_asked(text))),
        translated=True,
    )


def _with_names(glosses: Sequence[Gloss], found: Sequence[Token], text: str) -> list[Gloss]:
    """The glosses with the words of each name as one, without translations.

    A part of a Vietnamese name may be an English word: "Yen" of "Yen Phuc" is no currency.
    """
    names = [not gloss.translations and _has_capital(gloss, found, text) for gloss in glosses]
    syllable = [
        gloss.start > 0
        and gloss.end - gloss.start == 1
        and is_folded_syllable(found[gloss.start].folded)
        and _has_capital(gloss, found, text)
        for gloss in glosses
    ]
    joined: list[Gloss] = []
    after_name = False
    for at, gloss in enumerate(glosses):
        beside = [
            other
            for other in (at - 1, at + 1)
            if 0 <= other < len(glosses) and abs(glosses[other].start - gloss.start) == 1
        ]
        is_part = syllable[at] and any(syllable[other] and names[other] for other in beside)
        is_name = names[at] or is_part
        if is_name and after_name and joined[-1].end == gloss.start:
            joined[-1] = replace(joined[-1], end=gloss.end)
        else:
            joined.append(replace(gloss, translations=()) if is_name else gloss)
        after_name = is_name
    return joined


def _has_capital(gloss: Gloss, found: Sequence[Token], text: str) -> bool:
    return found[gloss.start].span.of(text)[0].isupper()


def _name(words: tuple[str, ...]) -> Phrase:
    """A name in an English question, with its parts, as which its bearer may be spoken of."""
    parts = words if len(words) > 1 else ()
    return (Form(words, 1.0, True), *(Form((part,), NAME_PART, True) for part in parts))


def _phrase(phrase: str, rarities: Rarities) -> str:
    words = syllables(phrase)
    pairs = _bigrams(words)
    rarity = dict(zip(pairs, rarities(pairs), strict=True))
    return max(pairs, key=rarity.__getitem__) if pairs else words[0]


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _bigrams(words: Sequence[str]) -> list[str]:
    return [f"{one} {other}" for one, other in itertools.pairwise(words)]
