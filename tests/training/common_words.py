"""Count how common words are in general, for `retrieval/language/common.tsv`.

python -m tests.training.common_words ../shared/eval/xquad.vi.json

Of each word in at least LEAST paragraphs of the file, a twentieth: the share of them, in per
mille; and after a "~" the same without diacritics. What fewer have tells something, as do numbers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from unicodedata import normalize

from retrieval.evaluation.squad import read_collection
from retrieval.text import exact, fold, words

LEAST = 12
_TABLE = Path("retrieval/language/common.tsv")
_HEADER = """\
# How many of a thousand paragraphs on all subjects have a word: the 240 of Wikipedia in XQuAD-vi.
# After a "~": without its diacritics. Written by tests/training/common_words.py.
"""


def main() -> None:
    """Count the words of the file that is named, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    paragraphs = read_collection(parser.parse_args().file, unit="paragraph").articles
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for paragraph in paragraphs:
        written_as = {exact(word): normalize("NFC", word.lower()) for word in words(paragraph.text)}
        found = written_as | {f"~{fold(word)}": f"~{fold(word)}" for word in written_as.values()}
        counts.update(found.keys())
        written.update(found)
    lines = [
        f"{written[word]}\t{round(1000 * count / len(paragraphs))}\n"
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= LEAST and not word.strip("~").isdigit()
    ]
    _TABLE.write_text(_HEADER + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
