"""Vietnamese abbreviations: what they stand for, and which end in a full stop of their own.

`abbreviations.tsv` holds one abbreviation a line, as it is usually written, with what it can
stand for.
"""

from __future__ import annotations

from functools import cache, lru_cache

from retrieval.language.syllables import is_folded_syllable, is_syllable
from retrieval.language.tables import read_alternatives

# In lower case and without the final full stop. Units and eras ("TCN", "km") are left out: they
# end sentences as often as not.
SENTENCE_ABBREVIATIONS: frozenset[str] = frozenset(
    # titles
    "gs ts pgs ths tskh bs bsck ks kts ls cn ncs nsnd nsưt ngnd ngưt lm ht tt đđ đc "
    "gs.ts pgs.ts gs.tskh ts.bs ths.bs pgs.ts.bs "
    # parts of addresses
    "tp tx q p kp đt tel sđt "
    # references
    "tr vd nxb st trg v.v t.t vol pp fig cf e.g i.e al vs no "
    # English titles and names
    "mr mrs ms dr prof rev gen col capt lt sgt gov sen jr sr inc ltd corp mt ft".split()
)

# Words of their own in lower case: English ones, and Vietnamese ones are told by their shape.
_CAPITALS_ONLY = frozenset({"WHO", "IT", "US", "SEA", "FED", "AI"})


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Every abbreviation as it is usually written, with what it can stand for, likeliest first.

    >>> abbreviations()["BTV"]
    ('ban thường vụ', 'biên tập viên')
    """
    return dict(read_alternatives("abbreviations.tsv"))


@lru_cache(maxsize=1 << 12)
def expansions(word: str) -> tuple[str, ...]:
    """What `word` can stand for; nothing unless it is an abbreviation.

    Lower case counts when it could not be a word instead; full stops within do not matter.

    >>> expansions("UBND"), expansions("ubnd"), expansions("TP.HCM")[0]
    (('uỷ ban nhân dân',), ('uỷ ban nhân dân',), 'thành phố Hồ Chí Minh')
    >>> expansions("who"), expansions("ca")
    ((), ())
    """
    written = word.rstrip(".")
    known = abbreviations()
    if written in known:
        return known[written]
    bare = written.replace(".", "")
    shape = bare.lower()
    if bare != bare.upper() and (is_folded_syllable(shape) or is_syllable(shape)):
        return ()
    return _in_capitals(bare != bare.upper()).get(bare.upper(), ())


@cache
def _in_capitals(typed_small: bool) -> dict[str, tuple[str, ...]]:
    """The abbreviations by their capitals, those that small letters can mean if need be."""
    return {
        abbreviation.replace(".", "").upper(): meanings
        for abbreviation, meanings in abbreviations().items()
        if not (typed_small and abbreviation in _CAPITALS_ONLY)
    }
