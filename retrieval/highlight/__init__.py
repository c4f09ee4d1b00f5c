"""Question + quote → the span of the answer inside the quote; none rather than the wrong words.

`asked` takes the question apart, `quoted` the quote, `features` says what speaks for each span,
and `ranker` weighs it with what was learned.
"""

from __future__ import annotations

from retrieval.highlight.asked import read_question
from retrieval.highlight.quoted import read_quote
from retrieval.highlight.ranker import best_span, shipped_weights
from retrieval.highlight.sureness import Answering
from retrieval.model import Span


def highlight(question: str, quote: str, answering: Answering | None = None) -> tuple[Span, ...]:
    """Where in the quote the answer stands; empty when that is not sure.

    `answering` is what the ranking knows of the quote; without it, the quote is taken to answer.

    >>> quote = "Đồng chí Bí thư Đảng uỷ xã Vi Văn Dụng cho biết."
    >>> [span.of(quote) for span in highlight("Ai là Bí thư Đảng uỷ xã?", quote)]
    ['Vi Văn Dụng']
    """
    weights, asked, quoted = shipped_weights(), read_question(question), read_quote(quote)
    choice = best_span(asked, quoted, weights)
    if choice is None:
        return ()
    span = quoted.span(choice.first, choice.past)
    sureness = weights.sureness["english" if asked.english else "vietnamese"]
    return (span,) if sureness.is_enough(choice.probability, span, answering) else ()
