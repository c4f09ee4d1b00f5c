"""Abbreviations that end in a full stop and do not end a sentence."""

SENTENCE_ABBREVIATIONS: frozenset[str] = frozenset(
    "gs ts pgs ths bs tp tx tt st mr mrs dr no vs tr q p đ h".split()
)
