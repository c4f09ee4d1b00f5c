"""Questions typed with the keyboard switched off: raw Telex and VNI keystrokes, read back.

A word is decoded only when that makes a Vietnamese syllable of it, and a question only when
several of its words cannot be read any other way, so that English and names stay as they are.
"""

from __future__ import annotations

import re
import unicodedata

from retrieval.language.syllables import is_folded_syllable, is_syllable
from retrieval.text import TONES, has_diacritics

_HUYEN, _SAC, _NGA, _HOI, _NANG = tuple(TONES)
_TELEX_TONES = {"f": _HUYEN, "s": _SAC, "x": _NGA, "r": _HOI, "j": _NANG, "z": ""}
_VNI_TONES = {"2": _HUYEN, "1": _SAC, "4": _NGA, "3": _HOI, "5": _NANG, "0": ""}
_CIRCUMFLEX, _HORN, _BREVE = "\u0302", "\u031b", "\u0306"
_VOWELS = "aeiouy"
_WORD = re.compile(r"[a-z][a-z0-9]*", re.IGNORECASE)
_VNI_LETTERS = (("6", "aeo", _CIRCUMFLEX), ("7", "ou", _HORN), ("8", "a", _BREVE))


def decode_keystrokes(question: str) -> str | None:
    """The NFC question as it would read with the keyboard on; None when it needs no decoding.

    >>> decode_keystrokes("bis thuw ddangr uyr xax Yeen Phucs")
    'bí thư đảng uỷ xã Yên Phúc'
    >>> decode_keystrokes("who is the party secretary") is None
    True
    """
    if has_diacritics(question):
        return None  # the keyboard was on
    words = [match.group() for match in _WORD.finditer(question)]
    decoded = {word: _decode(word) for word in words}
    changed = sum(decoded[word] is not None for word in words)
    plain = sum(decoded[word] is None and is_folded_syllable(word) for word in words)
    if changed < 2 or changed + plain < 0.7 * len(words):
        return None
    return _WORD.sub(lambda match: decoded[match.group()] or match.group(), question)


def _decode(word: str) -> str | None:
    """The syllable that the keystrokes mean; None unless they make one and mean another."""
    for read in (_telex, _vni):
        syllable = read(word.lower())
        if syllable and syllable != word.lower() and is_syllable(syllable):
            return _like(word, syllable)
    return None


def _like(word: str, syllable: str) -> str:
    if word.isupper() and len(word) > 1:
        return syllable.upper()
    return syllable.capitalize() if word[0].isupper() else syllable


def _telex(keys: str) -> str | None:
    """Telex: aa ee oo make a circumflex, w a horn or breve, dd đ, and s f r x j a tone.

    Modifiers may come where they are typed or at the end: "ddangr", "dangdr".
    """
    if not keys.isalpha():
        return None
    letters: list[str] = []
    tone = ""
    for key in keys:
        if key in _TELEX_TONES and any(letter[0] in _VOWELS for letter in letters):
            tone = _TELEX_TONES[key]
        elif key == "d" and letters and "d" in letters:
            letters[letters.index("d")] = "đ"
        elif key in "aeo" and key in letters:
            letters[letters.index(key)] = key + _CIRCUMFLEX
        elif key == "w":
            _add_horn(letters)
        else:
            letters.append(key)
    return _spell(letters, tone)


def _add_horn(letters: list[str]) -> None:
    """w: uo and ua take their horns, a lone o or u its horn, a its breve; else it is ư."""
    plain = "".join(letters)
    at = plain.find("uo") if len(plain) == len(letters) else -1
    if at >= 0:
        letters[at : at + 2] = ["u" + _HORN, "o" + _HORN]
        return
    for vowel, mark in (("u", _HORN), ("o", _HORN), ("a", _BREVE)):
        if vowel in letters and not (vowel == "u" and plain.startswith("qu")):
            letters[letters.index(vowel)] = vowel + mark
            return
    letters.append("u" + _HORN)


def _vni(keys: str) -> str | None:
    """VNI: 1 to 5 are the tones, 6 a circumflex, 7 a horn, 8 a breve, 9 makes đ."""
    if keys.isalpha() or not keys[0].isalpha():
        return None
    letters: list[str] = []
    tone = ""
    for key in keys:
        if not key.isdigit():
            letters.append(key)
        elif key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif key == "9" and "d" in letters:
            letters[letters.index("d")] = "đ"
        elif not _mark_vowel(letters, key):
            return None
    return _spell(letters, tone)


def _mark_vowel(letters: list[str], key: str) -> bool:
    for digit, vowels, mark in _VNI_LETTERS:
        places = [i for i, letter in enumerate(letters) if letter in tuple(vowels)]
        if digit == key and places:
            for place in places if key == "7" else places[-1:]:
                letters[place] += mark
            return True
    return False


def _spell(letters: list[str], tone: str) -> str | None:
    """Letters and tone as a composed syllable, the tone on the vowel that carries it."""
    vowels = [i for i, letter in enumerate(letters) if letter[0] in _VOWELS]
    if not vowels:
        return None
    head = "".join(letters[:2])
    if len(vowels) > 1 and (head == "qu" or (head == "gi" and vowels[0] == 1)):
        vowels = vowels[1:]
    marked = [i for i in vowels if len(letters[i]) > 1]
    has_coda = vowels[-1] < len(letters) - 1
    if marked:
        place = marked[-1]
    elif has_coda or len(vowels) == 1:
        place = vowels[-1]
    else:
        final_pair = "".join(letters[i] for i in vowels)
        place = vowels[-1] if final_pair in ("oa", "oe", "uy") else vowels[-2]
    letters = list(letters)
    letters[place] += tone
    return unicodedata.normalize("NFC", "".join(letters))
