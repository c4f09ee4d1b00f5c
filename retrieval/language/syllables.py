"""Which letter sequences are Vietnamese syllables, from tables of onsets, rhymes and tones.

A syllable is onset + rhyme, the rhyme carrying one of six tones; a rhyme that ends in a stop
(p, t, c, ch) carries only two. The tables err on the generous side: rare and borrowed
syllables ("boong", "voan") are in, and so are some that nobody has had a use for yet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

ONSETS = (
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh",
    "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip

# Toneless rhymes by what they end in; the first vowel decides which onsets they can follow.
OPEN_RHYMES = (
    "a ai ao au ay âu ây e eo ê êu i ia iêu iu o oa oai oao oay oe oeo oi ô ôi ơ ơi "
    "u ua uây uê uêu ui uôi uơ uy uya uyu ư ưa ưi ưu ươi ươu y "
)
NASAL_RHYMES = (
    "am ăm âm em êm im iêm om ôm ơm um ưm uôm ươm oam oăm oem "
    "an ăn ân en ên in iên on ôn ơn un ưn uôn ươn oan oăn oen uân uên uyên uyn "
    "ang ăng âng eng êng iêng ong oong ông ung uông ưng ương oang oăng uâng "
    "anh ênh inh oanh uênh uynh "
)
STOP_RHYMES = (
    "ap ăp âp ep êp ip iêp op ôp ơp up ươp oap oăp uyp "
    "at ăt ât et êt it iêt ot ôt ơt ut ưt uôt ươt oat oăt oet uât uyêt uyt "
    "ac ăc âc ec iêc oc ooc ôc uc uôc ưc ươc oac oăc "
    "ach êch ich oach uêch uych"
)
# "iê" is written "yê" when nothing stands before it.
BARE_RHYMES = ("yêm", "yên", "yêng", "yêt", "yêu")

# After "qu" the medial "u" is already written, after "gi" the "i" is: only these rhymes remain.
QU_RHYMES = (
    "a ai ao au ay âu ây e eo ê êu i ơ ơi y yu am an ăm ăn ân en ên ơn in yên yn ang ăng âng eng "
    "anh ênh inh ynh ôc ac ăc âc ap ăp at ăt ât et êt it yêt yt ach êch ich ych"
)
GI_RHYMES = (
    "a ai ao au ay âu ây e eo êu o oi ô ôi ơ ơi u ua ui uôi ư ưa ươi ưu am ăm âm em om ôm ơm um "
    "ươm an ăn ân en on ôn ơn un uôn ươn ang ăng âng eng êng ong ông ung uông ưng ương anh ênh inh "
    "ap ăp âp ep op ôp up at ăt ât et êt ot ôt ut ac ăc âc ec oc ôc uc ưc ươc ach êch ich iêc"
)

# Letters that decide spelling: c, g, ng before back vowels; k, gh, ngh before front ones.
_FRONT = "eêiy"
_BACK_ONLY = frozenset({"c", "g", "ng"})
_FRONT_ONLY = frozenset({"k", "gh", "ngh"})
# A medial "u" or "o" after [k] is spelled "qu", so these never follow "c" ("coong" does).
_MEDIAL = ("oa", "oă", "oe", "uâ", "uê", "uơ", "uy")

# level, grave, hook, tilde, acute, dot below
TONES = ("", *"\u0300\u0309\u0303\u0301\u0323")
STOP_TONES = ("\u0301", "\u0323")

_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED = "ăâêôơ"
_LONE_I = re.compile(r"(?<=[bcdđghklmnpqrstvx])i$|(?<=^qu)i$")  # as `exact` writes any y there
_BARE_LETTER = str.maketrans("ăâêôơưđ", "aaeooud")


@cache
def syllables() -> frozenset[str]:
    """Every syllable, lower-case NFC, with the tone on either accepted vowel.

    >>> {"hoà", "hòa", "thuỷ", "thủy"} <= syllables()
    True
    """
    return frozenset(
        onset + toned
        for onset in ONSETS
        for rhyme in _rhymes_after(onset)
        for toned in _toned_rhymes(onset, rhyme)
    )


@cache
def folded_syllables() -> frozenset[str]:
    """Every syllable as it is typed without diacritics.

    >>> "nguyen" in folded_syllables(), "the" in folded_syllables(), "who" in folded_syllables()
    (True, True, False)
    """
    return frozenset(letters.translate(_BARE_LETTER) for letters in toneless_syllables())


@cache
def toneless_syllables() -> frozenset[str]:
    """The letters of every syllable, lower-case NFC, without its tone.

    >>> "tiêng" in toneless_syllables(), "tieng" in toneless_syllables()
    (True, False)
    """
    return frozenset(
        onset + rhyme
        for onset in ONSETS
        for rhyme in ("", *_rhymes_after(onset))
        if rhyme or onset == "gi"
    )


def is_syllable(word: str) -> bool:
    """Whether `word` is one Vietnamese syllable, diacritics and all, in any case and form.

    >>> is_syllable("Nguyễn"), is_syllable("uỷ"), is_syllable("ủy"), is_syllable("cát")
    (True, True, True, True)
    >>> is_syllable("cap"), is_syllable("world")
    (False, False)
    """
    return unicodedata.normalize("NFC", word).lower() in syllables()


@lru_cache(maxsize=1 << 12)
def is_folded_syllable(word: str) -> bool:
    """Whether `word` is one Vietnamese syllable stripped of its diacritics.

    >>> is_folded_syllable("duong"), is_folded_syllable("cap"), is_folded_syllable("đường")
    (True, True, False)
    """
    return word.lower() in folded_syllables()


def _rhymes_after(onset: str) -> Iterator[str]:
    """The toneless rhymes that can follow `onset` by the rules of spelling."""
    if onset == "qu":
        yield from QU_RHYMES.split()
        return
    if onset == "gi":
        yield from GI_RHYMES.split()
        return
    if not onset:
        yield from BARE_RHYMES
    if onset == "g":
        yield from ("i", "in", "iêng")  # "gì", "gìn", "giếng": the "i" of "gi" is the vowel
    for rhyme in (OPEN_RHYMES + NASAL_RHYMES + STOP_RHYMES).split():
        front = rhyme[0] in _FRONT
        if (front and onset in _BACK_ONLY) or (not front and onset in _FRONT_ONLY):
            continue
        if onset == "c" and rhyme.startswith(_MEDIAL):
            continue
        yield rhyme


def _toned_rhymes(onset: str, rhyme: str) -> Iterator[str]:
    """`rhyme` with each of its tones; open "oa", "oe", "uy" take them on either vowel."""
    tones = STOP_TONES if rhyme.endswith(("p", "t", "c", "ch")) else TONES
    for at in _tone_places(onset, rhyme):
        for tone in tones:
            yield rhyme[:at] + unicodedata.normalize("NFC", rhyme[at] + tone) + rhyme[at + 1 :]


def _tone_places(onset: str, rhyme: str) -> tuple[int, ...]:
    """Where the tone may be written in `rhyme`: `_tone_places("h", "oa") -> (1, 0)`."""
    marked = [at for at, letter in enumerate(rhyme) if letter in _MARKED]
    if marked:
        return (marked[-1],)
    if "ư" in rhyme:
        return (rhyme.index("ư"),)
    vowels = sum(letter in _VOWELS for letter in rhyme)
    if rhyme in ("oa", "oe", "uy"):
        return (1, 0)
    if vowels == 1 or (vowels == 2 and vowels == len(rhyme)):
        return (0,)
    return (1,)


def spellings(form: str) -> tuple[str, ...]:
    """How a syllable of that exact form may be written, in small letters and NFC.

    The tone stands on a vowel with a mark of its own, or else on any; a lone i may be a y.

    >>> spellings(exact("Hoà")), spellings(exact("quý"))
    (('hòa', 'hoà'), ('qúi', 'quí', 'qúy', 'quý'))
    """
    tone = form[-1:] if form[-1:] in TONES else ""
    letters = form.removesuffix(tone)
    ways = [letters, f"{letters[:-1]}y"] if _LONE_I.search(letters) else [letters]
    return tuple(
        unicodedata.normalize("NFC", way[: at + 1] + tone + way[at + 1 :])
        for way in ways
        for at in _vowels_for_tone(way)
    )


def _vowels_for_tone(letters: str) -> list[int]:
    """Where in a syllable without one a tone may be written."""
    vowels = [at for at, letter in enumerate(letters) if letter in _VOWELS]
    marked = [at for at in vowels if letters[at] in f"ư{_MARKED}"]
    return marked[-1:] or vowels
