"""The ways in which people type a question, as functions: (question, seed) -> question.

A new kind is one function and one row in NOISES. Each is pure: the same question and seed give
the same text.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial

from retrieval.text import TONES, nfc, strip_diacritics

Noise = Callable[[str, int], str]

SEED = 20240712
TYPO_DISTANCE = 10  # syllables for each slip

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"

# What each input method types after a letter for its diacritic, and after a syllable for its tone.
TELEX = {
    "â": "a", "ê": "e", "ô": "o", "ă": "w", "ơ": "w", "ư": "w", "đ": "d",
    _ACUTE: "s", _GRAVE: "f", _HOOK: "r", _TILDE: "x", _DOT: "j",
}  # fmt: skip
VNI = {
    "â": "6", "ê": "6", "ô": "6", "ơ": "7", "ư": "7", "ă": "8", "đ": "9",
    _ACUTE: "1", _GRAVE: "2", _HOOK: "3", _TILDE: "4", _DOT: "5",
}  # fmt: skip

# The two schools differ only where oa, oe or uy ends a syllable; in "quý" the u belongs to "qu".
_OPEN_GLIDE = re.compile(rf"(?<!q)([ou])([{TONES}]?)([aey])([{TONES}]?)$", re.IGNORECASE)
_LONE_I_OR_Y = re.compile(rf"^((?:[hklmst]|qu)[{TONES}]?)([iy])([{TONES}]?)$", re.IGNORECASE)
_HORN_PAIR = re.compile("ư(?=ơ)", re.IGNORECASE)
_GLIDES = frozenset({"oa", "oe", "uy"})
_OTHER_I = str.maketrans("iyIY", "yiYI")

CHAT_SPELLING = {
    "không": "ko",
    "được": "đc",
    "bạn": "bn",
    "với": "vs",
    "mình": "mk",
    "gì": "j",
    "người": "ng",
    "trong": "trg",
    "những": "nhg",
    "rồi": "r",
    "bây giờ": "bh",
    "bao giờ": "bjo",
    "bao nhiêu": "bn",
    "như thế nào": "ntn",
    "việt nam": "vn",
    "thành phố": "tp",
    "nhiều": "nhìu",
    "biết": "bít",
    "phải": "fải",
    "vậy": "v",
}
_CHAT = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, CHAT_SPELLING), key=len, reverse=True))})\b",
    re.IGNORECASE,
)


def swap_tone_placement(question: str) -> str:
    """Tone marks set as the other school sets them.

    >>> swap_tone_placement("thuỷ thủ Hòa quý")
    'thủy thủ Hoà quý'
    """
    return _WORD.sub(lambda word: _other_placement(word.group()), nfc(question))


def swap_i_and_y(question: str) -> str:
    """A lone final i written y, and the other way round.

    >>> swap_i_and_y("kỹ sư quí")
    'kĩ sư quý'
    """

    def swapped(word: re.Match[str]) -> str:
        letters = unicodedata.normalize("NFD", word.group())
        return nfc(_LONE_I_OR_Y.sub(lambda m: m[1] + m[2].translate(_OTHER_I) + m[3], letters))

    return _WORD.sub(swapped, nfc(question))


def keystrokes(question: str, keys: Mapping[str, str]) -> str:
    """The keys that an input method would have been given, as they are when it is off.

    >>> keystrokes("bí thư Đảng uỷ", TELEX)
    'bis thuw Ddangr uyr'
    >>> keystrokes("bí thư Đảng uỷ", VNI)
    'bi1 thu7 D9ang3 uy3'
    """
    return _WORD.sub(lambda word: _word_keys(word.group(), keys), nfc(question))


def chat_spelling(question: str) -> str:
    """Frequent words as they are shortened in a chat.

    >>> chat_spelling("Không biết được gì")
    'ko bít đc j'
    """
    return _CHAT.sub(lambda word: CHAT_SPELLING[word.group().lower()], nfc(question))


def drop_some_diacritics(question: str, seed: int) -> str:
    """Every other word, on average, without its diacritics."""
    dice = _dice(question, seed)
    return _WORD.sub(
        lambda word: strip_diacritics(word.group()) if dice.random() < 0.5 else word.group(),
        nfc(question),
    )


def slip(question: str, seed: int) -> str:
    """One random edit (a letter too many, missing, wrong, or swapped) in every tenth syllable.

    The first to be hit is drawn among the first ten, so that of many short questions one syllable
    in ten is hit as well. Numbers are left alone: with one digit changed, the question is another.
    """
    dice = _dice(question, seed)
    question = nfc(question)
    hit = list(_WORD.finditer(question))[dice.randrange(TYPO_DISTANCE) :: TYPO_DISTANCE]
    for word in reversed(hit):
        question = question[: word.start()] + _edited(word.group(), dice) + question[word.end() :]
    return question


def run_together(question: str, seed: int) -> str:
    """Every tenth space, from a random one on, left out."""
    spaces = [match.start() for match in re.finditer(r"(?<=\w) (?=\w)", question)]
    hit = set(spaces[_dice(question, seed).randrange(TYPO_DISTANCE) :: TYPO_DISTANCE])
    return "".join(char for place, char in enumerate(question) if place not in hit)


def _dice(question: str, seed: int) -> random.Random:
    # drawn from the question too, so that a question keeps its noise whatever else is asked
    return random.Random(f"{seed}:{question}")


def _other_placement(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    found = _OPEN_GLIDE.search(letters)
    if not found or (found[1] + found[3]).lower() not in _GLIDES:
        return word
    return nfc(letters[: found.start()] + found[1] + found[4] + found[3] + found[2])


def _word_keys(word: str, keys: Mapping[str, str]) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    tones = [char for char in decomposed if char in TONES]
    letters = nfc("".join(char for char in decomposed if char not in TONES))
    # the horn is typed once for both letters of ươ
    letters = _HORN_PAIR.sub(lambda first: strip_diacritics(first.group()), letters)
    shout = str.upper if word.isupper() and len(word) > 1 else str
    typed = "".join(_letter_keys(char, keys, shout) for char in letters)
    return typed + "".join(shout(keys[tone]) for tone in tones)


def _letter_keys(letter: str, keys: Mapping[str, str], shout: Callable[[str], str]) -> str:
    if letter.lower() not in keys:
        return letter
    bare = strip_diacritics(letter)
    return bare + shout(keys[letter.lower()])


def _edited(word: str, dice: random.Random) -> str:
    place = dice.randrange(len(word))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    other = dice.choice([key for key in _LETTERS if key != letter.lower()])
    edits = [before + other + letter + after, before + other + after]
    if len(word) > 1:
        edits.append(before + after)
    if after and after[0] != letter:
        edits.append(before + after[0] + letter + after[1:])
    return dice.choice(edits)


def _always(change: Callable[[str], str]) -> Noise:
    """A noise without chance in it."""
    return lambda question, seed: change(question)


NOISES: dict[str, Noise] = {
    "none": _always(str),
    "no-diacritics": _always(strip_diacritics),
    "partly-diacritics": drop_some_diacritics,
    "nfd": _always(partial(unicodedata.normalize, "NFD")),
    "tone-placement": _always(swap_tone_placement),
    "i-y": _always(swap_i_and_y),
    "uppercase": _always(str.upper),
    "telex": _always(partial(keystrokes, keys=TELEX)),
    "vni": _always(partial(keystrokes, keys=VNI)),
    "typo": slip,
    "run-together": run_together,
    "chat": _always(chat_spelling),
}
