"""Dates as Vietnamese articles write them → `date`.

parse_date("Thứ sáu, 12/07/2024") -> date(2024, 7, 12)
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6,
    "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12,
    "chạp": 12,
}  # fmt: skip

_LONGEST = 100  # characters
_SEPARATOR = r"[\s,;|•·–—-]*"
_LABEL = (
    r"(?:(?:ngày\s+|thời\s+gian\s+)?(?:đăng(?:\s+tải)?|cập\s+nhật|xuất\s+bản)"
    r"(?:\s+(?:lần\s+cuối|lúc|ngày))*\s*:?)"
)
_WEEKDAY = r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật|cn|t[2-7])"
_TIME = (
    r"(?:lúc\s+)?\d{1,2}\s*(?::|h|g|giờ)\s*(?:\d{2})?(?::\d{2})?(?:\s*phút)?"
    r"(?:\s*(?:am|pm|sa|ch)\b)?"
)
_TIME_ZONE = r"\(?(?:gmt|utc)\s*[+-]\s*\d{1,2}(?::?\d{2})?\)?"
_PLACE = r"[^\W\d][^\d,;:]{1,40},\s*(?=ngày)"
_MONTH = r"\d{1,2}|" + "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = (
    r"(?:ngày\s+)?(?:"
    r"(?P<day>\d{1,2})(?P<dot>[/.-])(?P<month>\d{1,2})(?P=dot)(?P<year>\d{4})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    rf"|(?P<said_day>\d{{1,2}})\s+tháng\s+(?P<said_month>{_MONTH})"
    r"(?:\s*,?\s*năm\s+|\s*[,/]\s*|\s+)(?P<said_year>\d{4}))"
)
# Each separator belongs to what it follows or leads to: side by side, runs of dashes would be
# tried in every way of sharing them out.
_DATE_LINE = re.compile(
    _SEPARATOR
    + "".join(rf"(?:{part}{_SEPARATOR})?" for part in (_LABEL, _WEEKDAY, _TIME, _WEEKDAY, _PLACE))
    + _DATE
    + "".join(rf"(?:{_SEPARATOR}{part})?" for part in (_TIME, _TIME_ZONE))
    + _SEPARATOR,
    re.IGNORECASE,
)


def parse_date(text: str) -> date | None:
    """The date that `text` is, or None when it is anything else; day before month.

    parse_date("2024-07-12T08:30:00+07:00") -> date(2024, 7, 12)
    parse_date("08:30 | ngày 12 tháng 7 năm 2024") -> date(2024, 7, 12)
    parse_date("trước ngày 12/07/2024") -> None
    """
    text = " ".join(unicodedata.normalize("NFC", text[: 2 * _LONGEST]).split())
    if len(text) > _LONGEST:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        match = _DATE_LINE.fullmatch(text)
    return _date_of(match) if match else None


def _date_of(match: re.Match[str]) -> date | None:
    for prefix in ("", "iso_", "said_"):
        year, month, day = (match[prefix + part] for part in ("year", "month", "day"))
        if year:
            number = _MONTHS.get(month.lower()) or int(month)
            try:
                return date(int(year), number, int(day))
            except ValueError:
                return None
    return None
