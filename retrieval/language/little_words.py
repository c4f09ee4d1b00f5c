"""Vietnamese function words and numerals, in the form that tokens are compared in."""

from __future__ import annotations

from retrieval.text import exact


def word_set(words: str) -> frozenset[str]:
    """The words of a blank-separated list in the form that tokens are compared in."""
    return frozenset(map(exact, words.split()))


NEVER_FIRST = word_set(
    "và của là được bị hoặc hay thì mà đã đang sẽ cũng đều vẫn rằng này đó kia ấy nhưng còn nên"
)
"""Words that no answer begins with."""

NEVER_LAST = word_set(
    "và của là được bị hoặc hay thì mà đã đang sẽ cũng đều vẫn rằng để các những một trong ở tại "
    "từ cho với bởi do như theo về vì khi nhưng nếu sự việc rất còn mọi mỗi không chưa"
)
"""Words that no answer ends with."""

FUNCTION_WORDS = NEVER_LAST | word_set(
    "này đó kia có ra vào lên trên dưới sau trước người nó họ ông bà"
)
NUMERALS = word_set(
    "một hai ba bốn năm sáu bảy tám chín mười mươi lăm trăm nghìn ngàn triệu tỷ tỉ chục rưỡi vài "
    "nửa đôi"
)
