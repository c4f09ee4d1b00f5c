"""Where words and runs of words are found in a stream of tokens."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evidence.matching import occurrences, pattern

WORDS = st.sampled_from(["xã", "yên", "phúc", "bí", "thư"])
PATTERNS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(tuple), max_size=6)


@given(st.lists(st.lists(WORDS, max_size=8), max_size=4), PATTERNS)
def test_each_pattern_is_found_wherever_a_reader_would_find_it(
    sentences: list[list[str]], patterns: list[tuple[str, ...]]
) -> None:
    stream = np.array([hash(word) for words in sentences for word in words], np.int64)
    of = np.repeat(np.arange(len(sentences)), [len(words) for words in sentences])
    hashed = [pattern([*map(hash, words)]) for words in patterns]
    which, where = occurrences(stream, of, hashed)
    expected = set()
    start = 0
    for words in sentences:
        for place in range(len(words)):
            for index, sought in enumerate(patterns):
                if tuple(words[place : place + len(sought)]) == sought:
                    expected.add((index, start + place))
        start += len(words)
    assert set(zip(which.tolist(), where.tolist(), strict=True)) == expected
    assert len(which) == len(expected)
