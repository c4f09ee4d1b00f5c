"""English questions: telling them from Vietnamese ones, and a glossary into Vietnamese.

`english.tsv` holds one word or phrase a line, with its Vietnamese translations; `irregular.tsv`
the verbs, plurals and comparisons that no rule gives. Both are read when first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from retrieval.language.syllables import is_folded_syllable
from retrieval.language.tables import read_table, split_alternatives
from retrieval.text import fold, nfc, strip_diacritics
from retrieval.text import words as words_of

# Words that are matched to nothing: what they say, Vietnamese leaves out or says by word order.
STOP_WORDS: frozenset[str] = frozenset(
    # articles, determiners
    "a an the this that these those some any each every such own same both either neither "
    # pronouns
    "i you he she it we they me him her us them my your his its our their mine yours hers ours "
    "theirs myself yourself himself herself itself ourselves themselves one ones someone "
    "something anyone anything there here "
    # be, have, do, and what stands before a verb
    "am is are was were be been being has have had having do does did doing done will would shall "
    "should can could may might must ought cannot get gets got let lets "
    # what is left of contractions and possessives
    "s t d ll re ve m isn aren wasn weren doesn didn don won hasn haven hadn couldn wouldn "
    # prepositions, conjunctions
    "of to in on at by for from with as into onto upon out up off about and or but nor if then "
    "than so because while whether though although however also too very just even still yet "
    "thus therefore hence else via per within toward towards throughout "
    # fillers
    "not no yes please much many more most ever okay ok".split()
)
QUESTION_WORDS = frozenset("who whom whose what when where why which how".split())

# Vietnamese words that questions can hardly do without, as typed without diacritics. Left out:
# those that English has too ("may", "the", "do", "to").
_VIETNAMESE_WORDS = frozenset(
    "ai la gi nao dau khi bao nhieu sao tai vi cua co khong duoc va nhung cac mot o trong tu den "
    "voi cho nguoi hay chua bi da dang se nhu nay khac nhat ra phai cung thuoc nhung gio lam bang "
    "theo tren duoi sau truoc vao ve moi hoi biet xin nhe nhi vay".split()
)

# Endings that inflection adds, with what the lemma has in their place.
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ies", ("y", "ie")),
    ("ied", ("y",)),
    ("ier", ("y",)),
    ("iest", ("y",)),
    ("ily", ("y",)),
    ("ves", ("f", "fe")),
    ("ying", ("ie",)),
    ("ing", ("", "e")),
    ("s", ("",)),
    ("es", ("",)),
    ("ed", ("", "e")),
    ("est", ("", "e")),
    ("er", ("", "e")),
    ("ally", ("", "al")),
    ("ly", ("", "le")),
    ("women", ("woman",)),
    ("men", ("man",)),
)
# One short vowel between consonants: such a stem doubles the last one before these endings.
_SHORT = re.compile("[^aeiou]*[aeiou][^aeiouwxy]")
_DOUBLING = ("ed", "ing", "er", "est")
# British endings and the American ones that the glossary is written with.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("yse", "yze"),
    ("our", "or"),
    ("tre", "ter"),
    ("ence", "ense"),
    ("ogue", "og"),
    ("aeology", "eology"),
    ("ll", "l"),
    ("lled", "led"),
    ("lling", "ling"),
    ("ller", "ler"),
)

_Entry = tuple[tuple[str, ...], str]  # the words of a phrase, its translations as in the table


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word or phrase of an English question with its Vietnamese translations.

    It covers tokens `start` to `end` (exclusive). `translations` is empty for what the glossary
    does not know: names, numbers.
    """

    source: str
    translations: tuple[str, ...]
    start: int
    end: int

    @property
    def asks(self) -> bool:
        """Whether it is a question word ("who", "how many") rather than something to find."""
        return self.source.split(" ")[0] in QUESTION_WORDS


def translate(tokens: Sequence[str]) -> list[Gloss]:
    """The glosses of an English question's lower-cased tokens, longest phrases first, in order.

    Stop words are left out. Inflected words are looked up by their lemmas.

    >>> [(g.source, g.translations[:1]) for g in translate("the party secretaries of 2010".split())]
    [('party secretaries', ('bí thư',)), ('2010', ())]
    """
    words = [(at, word) for at, token in enumerate(tokens) for word in _words(token)]
    glosses = []
    at = 0
    while at < len(words):
        length, translations = _longest_match([word for _, word in words[at : at + 6]])
        if translations or words[at][1] not in STOP_WORDS:
            start, end = words[at][0], words[at + length - 1][0] + 1
            glosses.append(Gloss(" ".join(tokens[start:end]), translations, start, end))
        at += length
    return glosses


@lru_cache(maxsize=1 << 12)
def lemmas(word: str) -> tuple[str, ...]:
    """The forms that a lower-case word may be an inflection of, likeliest first.

    Not all of them are words: it is the glossary that decides.

    >>> "plan" in lemmas("planned"), "secretary" in lemmas("secretaries"), lemmas("went")[0]
    (True, True, 'go')
    """
    irregular = _irregular().get(word, ())
    regular = dict.fromkeys(stem for stem in _stems(word) if len(stem) > 1)
    respelled = (
        form.removesuffix(british) + american
        for form in (word, *regular)
        for british, american in _SPELLINGS
        if form.endswith(british)
    )
    return tuple(dict.fromkeys((*irregular, *regular, *respelled)))


@lru_cache(maxsize=1 << 8)
def is_english(text: str) -> bool:
    """Whether a question is in English rather than Vietnamese, typed in whatever way.

    A lone name is in neither.

    >>> is_english("Who is the party secretary?"), is_english("population of Hanoi")
    (True, True)
    >>> is_english("dan so ha noi la bao nhieu"), is_english("Napoleon")
    (False, False)
    """
    words = words_of(nfc(text))
    if not words:
        return False
    shouted = all(word.isupper() for word in words)
    # "WHO" and "IT" among words in lower case are no English words
    plain = [word if shouted or not word.isupper() or len(word) == 1 else "" for word in words]
    english = sum(_english_function(word.lower()) for word in plain)
    english += plain[0].lower() in QUESTION_WORDS
    content = [word for word in plain if _is_english_content(word.lower())]
    if shouted or any(word.islower() for word in content):  # names alone say nothing
        english += 0.5 * len(content)
    return english >= 1 and english > sum(_vietnamese_evidence(word) for word in words)


def _english_function(word: str) -> float:
    """How much a word's being a function word tells for English."""
    if word not in STOP_WORDS and word not in QUESTION_WORDS:
        return 0
    return 0.25 if is_folded_syllable(word) or len(word) == 1 else 1


@lru_cache(maxsize=1 << 12)
def _is_english_content(word: str) -> bool:
    """Whether the glossary knows the word, and Vietnamese does not write it so as well."""
    if not word.isascii() or is_folded_syllable(word):  # no entry begins with diacritics
        return False
    if word in STOP_WORDS or word in QUESTION_WORDS:
        return False
    translations = _longest_match([word])[1]
    return bool(translations) and all(word != known.lower() for known in translations)


def _vietnamese_evidence(word: str) -> float:
    """How much a word tells for Vietnamese: its function words, diacritics, Telex keystrokes."""
    lower = word.lower()
    bare = strip_diacritics(lower)
    if bare in _VIETNAMESE_WORDS or fold(lower) in _VIETNAMESE_WORDS:
        return 1 if bare == lower else 2
    if lower in STOP_WORDS or not lower.isascii():
        return 0
    if is_folded_syllable(lower):
        return 0.25 if not _longest_match([lower])[1] else 0
    return 1 if _looks_like_telex(lower) and not _longest_match([lower])[1] else 0


def _looks_like_telex(word: str) -> bool:
    """Whether a word is a syllable with Telex keystrokes: `"thuw"`, `"ddangr"`, `"bis"`."""
    bare = word.replace("w", "")
    for doubled in ("aa", "ee", "oo", "dd"):
        bare = bare.replace(doubled, doubled[0])
    return any(form != word and is_folded_syllable(form) for form in (bare, bare.rstrip("sfrxj")))


def _stems(word: str) -> Iterator[str]:
    """`word` without each ending that it may carry."""
    for ending, replacements in _ENDINGS:
        if not word.endswith(ending):
            continue
        stem = word.removesuffix(ending)
        if ending in _DOUBLING and len(stem) > 2 and stem[-1] == stem[-2]:
            yield stem[:-1]
        # "rated" is no "rat": its consonant would have been doubled
        order = reversed(replacements) if _SHORT.fullmatch(stem) else replacements
        yield from (stem + replacement for replacement in order)


def _words(token: str) -> list[str]:
    """What a token counts as: hyphens part words, a possessive "'s" is dropped."""
    bare = token.replace("’", "'").removesuffix("'s").strip("'")
    parts = [part for part in bare.split("-") if part]
    return [] if parts == ["s"] else parts


def _longest_match(words: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """How many of the first words make the longest entry, and its translations."""
    single, phrases = _glossary()
    forms = [(word, *lemmas(word)) for word in words]
    found = [
        (phrase, translations)
        for first in forms[0]
        for phrase, translations in phrases.get(first, ())
        if len(phrase) <= len(words)
        and all(word in form for word, form in zip(phrase[1:], forms[1:], strict=False))
    ]
    if found:
        phrase, translations = max(found, key=lambda entry: len(entry[0]))
        return len(phrase), split_alternatives(translations)
    # the word itself before its lemmas, the likeliest of them first
    known = next((single[form] for form in forms[0] if form in single), "")
    return 1, split_alternatives(known) if known else ()


@cache
def _glossary() -> tuple[dict[str, str], dict[str, list[_Entry]]]:
    """The entries of one word, and those of several by the first of them."""
    single: dict[str, str] = {}
    phrases: dict[str, list[_Entry]] = {}
    for key, translations in read_table("english.tsv"):
        if key.isalpha():
            single[key] = translations
        elif len(words := _phrase_words(key)) == 1:
            single[words[0]] = translations
        else:
            phrases.setdefault(words[0], []).append((words, translations))
    return single, phrases


def _phrase_words(phrase: str) -> tuple[str, ...]:
    return tuple(word for token in phrase.split(" ") for word in _words(token))


@cache
def _irregular() -> dict[str, tuple[str, ...]]:
    """The lemmas of each irregular form."""
    found: dict[str, tuple[str, ...]] = {}
    for lemma, forms in read_table("irregular.tsv"):
        for form in forms.split():
            found[form] = (*found.get(form, ()), lemma)
    return found
