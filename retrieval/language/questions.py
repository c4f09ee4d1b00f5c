"""Question words, the kind of answer each asks for, and the words that carry nothing.

The rules are tables of patterns over the words of a question, in both languages, tried from
top to bottom. Vietnamese ones are written with their diacritics and read without them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar

from retrieval.language.english import is_english
from retrieval.model import Span
from retrieval.text import exact, fold, has_diacritics, nfc, strip_diacritics, syllables, words

# Words found in nearly every question and as good as never in the answer: they weigh little.
QUESTION_WORDS: frozenset[str] = frozenset(
    # who, what, which, where, when, how many, why, how, then-what
    "ai gì nào đâu khi bao giờ nhiêu mấy lâu vì sao tại thế như ra "
    # copula, possessive, focus and aspect words of questions
    "là của có phải không được bị đã sẽ đang chưa hay thì mà và các những này đó "
    # "tell me", "called"
    "hỏi biết cho gọi".split()
)
FOLDED_QUESTION_WORDS: frozenset[str] = frozenset(map(fold, QUESTION_WORDS))


_STORY = 32  # words; a question of more may tell a story before it asks
_ASKING_SENTENCE = re.compile(r"[^.!?…\n]*\?")


class AnswerType(StrEnum):
    """What kind of thing a question asks for."""

    PERSON = "person"
    ORGANISATION = "organisation"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"  # amounts, shares, durations, distances, ranks
    REASON = "reason"  # causes and purposes
    MANNER = "manner"
    DEFINITION = "definition"
    YES_NO = "yes-no"
    THING = "thing"  # anything else that "gì", "nào", "what" and "which" can mean


class AboutArticle(StrEnum):
    """What a question asks about an article itself rather than about what it says."""

    AUTHOR = "author"
    DATE = "date"
    TITLE = "title"
    SOURCE = "source"


# Nouns that say what "nào" or "gì" after them asks for.
_PEOPLE = (
    "người|nhân vật|vị|ông|bà|anh|chị|cô|chú|bác|thầy|vua|hoàng đế|nữ hoàng|hoàng hậu|công chúa|"
    "hoàng tử|tổng thống|chủ tịch|thủ tướng|bộ trưởng|bí thư|giám đốc|hiệu trưởng|trưởng thôn|"
    "đồng chí|cán bộ|tướng|đại tướng|nhà (?:văn|thơ|báo|khoa học|vật lý|hoá học|toán học|sử học|"
    "triết học|thiên văn|phát minh|lãnh đạo|vô địch|soạn nhạc|sáng lập)|tác giả|hoạ sĩ|nhạc sĩ|"
    "ca sĩ|nghệ sĩ|diễn viên|đạo diễn|bác sĩ|kỹ sư|giáo sư|tiến sĩ|luật sư|cầu thủ|vận động viên|"
    "huấn luyện viên|phóng viên|học sinh|sinh viên|giáo viên|đảng viên|học giả|triết gia|cha|mẹ|"
    "vợ|chồng|con trai|con gái|bệnh nhân|bệnh nhi|nạn nhân|bị cáo"
)
_GROUPS = (
    "cơ quan|tổ chức|công ty|doanh nghiệp|tập đoàn|đơn vị|đảng|bộ|sở|ban|hội|đoàn|trường|"
    "trường đại học|đại học|bệnh viện|viện|ngân hàng|câu lạc bộ|đội|đội bóng|hãng|nhà xuất bản|"
    "hãng tin|đài|toà án|chi bộ|đảng bộ|quân đội|liên minh|ban nhạc|nhóm nhạc|hợp tác xã|xí nghiệp|"
    "tờ báo|tạp chí|uỷ ban|chính phủ|công đoàn|chi nhánh|quỹ|trung tâm|học viện"
)
_PLACES = (
    "nơi|chỗ|địa điểm|địa phương|nước|quốc gia|đất nước|thành phố|tỉnh|huyện|quận|phường|xã|làng|"
    "thôn|ấp|thị trấn|thị xã|khu|khu vực|vùng|miền|châu|châu lục|lục địa|đảo|quần đảo|bang|"
    "hạt|đường|phố|con đường|con phố|tuyến đường|sông|con sông|hồ|biển|đại dương|vịnh|núi|"
    "ngọn núi|dãy núi|hành tinh|thủ đô|thủ phủ|cảng|sân bay|nhà ga|hướng|phía|điểm|phòng|toà nhà"
)
_TIMES = (
    "khi|lúc|năm|ngày|hôm|tháng|quý|tuần|giờ|buổi|mùa|thế kỷ|thập niên|thập kỷ|thời|thời gian|"
    "thời điểm|thời kỳ|thời đại|giai đoạn|kỷ|niên đại|triều đại|dịp|đời|thiên niên kỷ"
)
_AMOUNTS = (
    "độ tuổi|cự ly|hạng cân|tốc độ|vận tốc|thời hạn|độ cao|độ sâu|nhiệt độ|mức|mức giá|mức phạt|"
    "mức lương|mức điểm|công suất|liều lượng"
)
# Words that end like what would ask for something else: "trường nào" is a school.
_COMPOUNDS = (
    "(?:môi|thị|lập|hiện|quảng|từ) trường|cơ sở|(?:lễ|cơ|xã) hội|"
    "(?:đặc|ưu|nhược|khuyết|quan|yếu|luận|trọng) điểm|(?:xu|định|khuynh|ảnh) hướng|"
    "(?:hương|mùi|gia|học|chức|địa|khẩu|tước) vị"
)
_NATIONS = "việt|mỹ|nga|pháp|đức|anh|ý|nhật|nhật bản|hàn quốc|trung quốc|ấn độ|nước ngoài"
_MATTER = "chất|nguyên|vật|dữ|tài|số|nhiên|tư|phế|dược|ngữ"
# What "may" typed without diacritics counts; before other words it is a machine, or luck.
_COUNTED = (
    "người|năm|lần|tuổi|con|cái|ngày|tháng|tuần|phút|phần|loại|huyện|xã|nước|chi bộ|chiếc|"
    "cuốn|bài|trận|bàn|tầng|km|mét|kg|tỷ|triệu|đứa|vụ|cấp|thành viên|đảng viên|hộ|thôn|mùa"
)

# Typed without diacritics these mean much else ("giá dầu", "bão", "máy", "cơ thể"): they ask only
# after some words, before others, or ("$") at the end.
_IN_COMPANY: Mapping[str, tuple[str, str]] = {
    "đâu": ("ở|đi|tại|nằm|sống", "$"),
    "bao": ("", "nhiêu|giờ|lâu|xa"),
    "lâu": ("bao", ""),
    "vì": ("", "sao"),
    "tại": ("", "sao"),
    "sao": ("vì|tại|làm|ra", "$"),
    "thế": ("như", "nào"),
    "đó": ("", ""),
    "mấy": ("", _COUNTED),
}
_FOLDED_IN_COMPANY = {
    fold(word): tuple(
        frozenset(fold(one.split()[0]) for one in words.split("|") if one) for words in sides
    )
    for word, sides in _IN_COMPANY.items()
}

# The same nouns in English, with what may stand between "what" and them.
_WHAT = (
    "(?:what|which)(?: (?:is|was|are|were|s))?(?: (?:the|his|her|its|their))?"
    "(?: (?:[^ ]+est|main|first|second|last|current|official|native|exact|approximate|total|"
    "average|estimated|only|other|political|african|asian|european|american|vietnamese))?"
)
_WHAT_IS = "(?:what|which) (?:is|was|are|were) (?:the|his|her|its|their)"
# Whatever comes later in "where did he work when …" does not ask.
_FIRST_ASKS = "^(?:(?!(?:what|which|who|whom|whose|when|where|why|how) )[^ ]+ )*"
_AMOUNTS_EN = (
    "percentage|percent|proportion|share|number|amount|population|area|length|height|depth|width|"
    "weight|price|cost|speed|size|rate|temperature|age|distance|fraction|score|ratio|rank|budget|"
    "altitude|diameter|radius|capacity|value|pressure|dose|fine|fee|salary|income|mass|volume|"
    "density|frequency|duration|limit"
)
_TIMES_EN = (
    "year|years|date|dates|day|days|month|months|week|weekday|century|centuries|decade|decades|"
    "time|period|era|season|hour|dynasty|birthday"
)
_PLACES_EN = (
    "place|places|country|countries|city|cities|town|towns|village|commune|district|province|"
    "provinces|state|states|region|regions|continent|continents|island|islands|river|rivers|lake|"
    "sea|ocean|mountain|mountains|street|road|capital|planet|location|county|nation|nations|port"
)
_GROUPS_EN = (
    "company|companies|organization|organizations|organisation|organisations|agency|party|parties|"
    "team|teams|club|clubs|school|university|college|institution|ministry|bank|church|group|"
    "groups|newspaper|network|band|department|army|court|corporation|cell"
)
_PEOPLE_EN = (
    "person|people|man|men|woman|women|king|queen|emperor|president|leader|leaders|scientist|"
    "scientists|author|writer|poet|artist|philosopher|player|players|actor|actress|singer|general|"
    "minister|pope|physicist|mathematician|explorer|secretary|member|members|doctor|inventor|"
    "engineer|architect|composer|historian"
)

# Without their diacritics these are more often máy, đội, viên, số, có, chủ, bắc, bố, hát.
_COMMONER_OTHERWISE = frozenset("mấy đời viện sở cô chú bác bộ hạt".split())

# "độ" typed without diacritics, of "chế độ nào" and the like, is no "do".
_DO = "".join(f"(?<!{before} )" for before in "che muc toc nhiet trinh cuong mat".split()) + "do"

# Each pattern is met at whole words, in lower case, without punctuation; "^" and "$" are the
# question's ends. The first row that fits decides.
_VIETNAMESE: tuple[tuple[AnswerType, str], ...] = (
    (AnswerType.REASON, "(?:vì|tại|cớ|bởi|do|làm) sao (?:mà|lại)|(?:vì|tại|cớ|bởi|do) sao|sao lại"),
    (AnswerType.REASON, f"^sao (?:mà|phải|không|có)|(?:{_DO}|vì|nhờ) đâu|nhờ vào đâu"),
    (
        AnswerType.REASON,
        f"(?:vì|{_DO}|nhờ|bởi) (?:cái |điều |lý do |nguyên nhân |việc )?(?:gì|nào)",
    ),
    (AnswerType.REASON, "(?:lý do|nguyên nhân|nguyên do|động cơ)(?: .*)? (?:gì|nào|đâu)"),
    (AnswerType.REASON, "để làm (?:gì|chi)|mục đích (?:gì|nào)|nhằm (?:làm )?gì"),
    (AnswerType.NUMBER, "(?:đứng|xếp|hạng|vị trí|lần|vua|đời) thứ (?:mấy|may|bao nhiêu)"),
    (AnswerType.NUMBER, f"(?:{_AMOUNTS}) (?:nào|gì)"),
    (AnswerType.THING, "(?:cao|đá) quý (?:nào|gì)"),
    (AnswerType.TIME, f"(?:{_TIMES}) (?:bao nhiêu|mấy|may|nào|gì)|bao giờ|(?:mấy|may) giờ"),
    (AnswerType.NUMBER, "bao nhiêu|bao lâu|bao xa|mấy|(?:dài|cao|rộng|sâu|nặng|lớn|nhanh) cỡ nào"),
    (AnswerType.NUMBER, f"may (?:{_COUNTED})|tỷ lệ(?: .*)? (?:gì|thế nào|ra sao)"),
    (AnswerType.THING, f"(?:{_COMPOUNDS}) (?:nào|gì)"),
    (AnswerType.PERSON, "cán bộ nào"),
    # before the places: typed bare, "cơ quan" would end like "quận"
    (AnswerType.ORGANISATION, f"(?:{_GROUPS}) (?:nào|gì)"),
    (AnswerType.PLACE, "(?:ở|tại|từ|đến|tới|về|sang|vào|ra|lên|xuống|đi|nằm|sống) đâu|đâu$"),
    (AnswerType.PLACE, f"(?:{_PLACES}) nào|thuộc (?:{_PLACES}) gì"),
    (AnswerType.PLACE, "(?:thủ đô|thủ phủ|quê|quê quán|nơi sinh|trụ sở)(?: .*)? (?:gì|đâu)"),
    (AnswerType.DEFINITION, "^(?:như )?thế nào là|nghĩa (?:là )?gì|định nghĩa|viết tắt của"),
    (AnswerType.PERSON, f"(?:{_PEOPLE})(?: (?:người )?(?:{_NATIONS}))? nào"),
    # a person at the beginning, or named there: not "điệu múa của người Chăm tên là gì"
    (AnswerType.PERSON, f"^(?:[^ ]+ ){{0,2}}(?:{_PEOPLE})(?! ta)(?: .*)? tên (?:là )?gì"),
    (AnswerType.PERSON, "(?:ông|bà|anh|chị|cô|người)(?: (?:này|ấy|đó))? tên (?:là )?gì"),
    (AnswerType.PERSON, f"tên (?:của )?(?:{_PEOPLE})(?: .*)? gì"),
    # not Egypt, Ireland or "anyone"
    (AnswerType.PERSON, r"ai(?! (?:cập|len|lao|cũng|đó|oán)(?!\S))"),
    (AnswerType.MANNER, "(?:như )?thế nào|ra sao|làm sao|bằng cách (?:nào|gì)|cách (?:nào|gì)"),
    (AnswerType.MANNER, "(?:thì|sẽ|bị|là) sao$|bằng gì"),
    # "liệu" asks yes or no, but not in these words
    (AnswerType.THING, f"(?:{_MATTER}) liệu(?: .*)? (?:gì|nào)|nào .*(?:{_MATTER}) liệu"),
    (AnswerType.YES_NO, "(?:phải|đúng|hay|được) không$|có phải|phải chăng|liệu"),
    (AnswerType.THING, "(?:tên|của|được|điều|việc|ngành|loại)(?: .*)? gì"),
    (AnswerType.DEFINITION, "^[^ ]+(?: [^ ]+){0,4} là (?:cái )?(?:gì|chi)$"),
    (AnswerType.THING, "gì|nào|đâu"),
    (AnswerType.YES_NO, "có .* (?:không|chưa)$|chưa$"),
)
_ENGLISH: tuple[tuple[AnswerType, str], ...] = (
    (AnswerType.DEFINITION, "define|definition of|what(?: .*)? (?:mean|means|stand for)"),
    (AnswerType.REASON, f"{_FIRST_ASKS}why|how come|what(?: .*)? for$|what (?:led to|made)"),
    (AnswerType.REASON, "(?:what|which)(?: .*)? (?:reasons?|causes?|caused|purpose)"),
    (AnswerType.NUMBER, "how (?:many|much|long|far|old|tall|high|deep|wide|big|large|fast|often)"),
    (AnswerType.NUMBER, "how (?:heavy|hot|cold|strong|frequently|close)"),
    (AnswerType.NUMBER, f"{_WHAT} (?:{_AMOUNTS_EN})|{_WHAT_IS} (?:[^ ]+ )?(?:{_AMOUNTS_EN})"),
    (AnswerType.TIME, f"{_FIRST_ASKS}when|{_WHAT} (?:{_TIMES_EN})"),
    (AnswerType.PLACE, f"{_FIRST_ASKS}where|{_WHAT} (?:{_PLACES_EN})"),
    (AnswerType.ORGANISATION, f"{_WHAT} (?:{_GROUPS_EN})"),
    (AnswerType.PERSON, "names? of (?:[^ ]+ ){1,4}who"),
    (AnswerType.PERSON, f"{_FIRST_ASKS}(?:who|whom|whose)|{_WHAT} (?:{_PEOPLE_EN})"),
    (AnswerType.MANNER, f"{_FIRST_ASKS}how|in what (?:way|ways|manner)|by what means"),
    (AnswerType.DEFINITION, "^what (?:is|are|s) (?:an? |the )?[^ ]+(?: [^ ]+)?$"),
    (AnswerType.THING, "what|which"),
    (AnswerType.YES_NO, "^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would) .*"),
)

# "bài này", "bài báo về …", "tin trên": the article itself. A "bài hát" or "bài thơ" is not it.
_ARTICLE = (
    "(?:bài (?:báo|viết|đăng|tin|phóng sự)|bài|mẩu tin|bản tin|tin|phóng sự) "
    "(?:này|trên|đó|ấy|kia|đấy|vừa rồi|ở trên|về|nói về|viết về)"
    "|bài (?:báo|viết|đăng)(?: (?:là|của|do|được|tên|có|đăng|viết|xuất bản|từ|ra).*)?$"
    "|(?:this|the|that) (?:news )?(?:article|report|news story|news item|news piece)"
)
_PUBLISHED = "(?:được )?(?:đăng|đăng tải|xuất bản|phát hành|công bố|ra mắt|lên báo|viết|ra|có)"
_WHEN = "(?:(?:từ|vào|hồi|lúc) )?(?:(?:ngày|hôm|khi|lúc|năm|tháng|giờ) (?:nào|gì|mấy)|bao giờ)"
_ABOUT_ARTICLE: tuple[tuple[AboutArticle, str], ...] = (
    (AboutArticle.AUTHOR, "ai (?:đã |là người |là người đã )?viết(?! về)|tác giả|người viết"),
    (
        AboutArticle.AUTHOR,
        "(?:do|của) (?:ai|phóng viên nào|nhà báo nào)|(?:phóng viên|nhà báo) nào",
    ),
    (AboutArticle.AUTHOR, "who (?:wrote|is the author|authored|has written)|author of|written by"),
    (
        AboutArticle.DATE,
        f"{_PUBLISHED} {_WHEN}|{_WHEN}(?: .*)? (?:đăng|xuất bản|đăng tải)|ngày đăng",
    ),
    (AboutArticle.DATE, f"(?:là )?(?:của|từ) {_WHEN}|ngày xuất bản"),
    (AboutArticle.DATE, "(?:when|what (?:date|day)).* (?:published|written|posted|come out|dated)"),
    (AboutArticle.DATE, "(?:publication )?date of (?:this|the|that)"),
    (
        AboutArticle.TITLE,
        "tiêu đề|tựa đề|nhan đề|đầu đề|(?:tên|tựa|tít)(?: .*)? gì|tên (?:của )?bài",
    ),
    (AboutArticle.TITLE, "(?:title|headline|name) of|called|titled|(?:the|its) (?:title|headline)"),
    (AboutArticle.SOURCE, "nguồn (?:nào|gì|đâu|tin|là|của|ở|từ)|từ nguồn|(?:trang|báo|web|tờ) nào"),
    (AboutArticle.SOURCE, "(?:đăng|lấy|trích|xem|đọc)(?: .*)? (?:đâu|báo nào)|link|đường dẫn"),
    (
        AboutArticle.SOURCE,
        "where.* (?:published|from|posted)|source of|(?:which|what) (?:news)?paper",
    ),
)
# Asked of the article just shown, without naming it: only as the whole question.
_ABOUT_SHOWN: tuple[tuple[AboutArticle, str], ...] = (
    (
        AboutArticle.AUTHOR,
        "(?:tên )?tác giả(?: là ai| là gì| tên gì)?|ai (?:viết|là tác giả)(?: đấy)?",
    ),
    (AboutArticle.AUTHOR, "who (?:wrote (?:it|this|that)|is the author)|the author"),
    (AboutArticle.DATE, f"đăng {_WHEN}|ngày đăng(?: là {_WHEN}| là bao giờ| bài)?"),
    (AboutArticle.DATE, "when was (?:it|this|that) (?:published|written|posted)"),
    (
        AboutArticle.TITLE,
        "(?:tiêu đề|tựa đề|nhan đề)(?: là)?(?: gì)?|what is the (?:title|headline)",
    ),
    (AboutArticle.SOURCE, "(?:từ )?nguồn(?: nào| ở đâu| từ đâu| đâu| là gì)?|theo báo nào"),
    (AboutArticle.SOURCE, "(?:đăng|trích) (?:ở|trên|từ) (?:báo nào|đâu)|what is the source"),
)

# By whom an article says what is asked, as all of them do by theirs.
_BY_ARTICLE: tuple[str, ...] = (
    "theo bài viết", "theo bài viết này", "theo bài viết trên", "theo bài báo", "theo bài báo này",
    "theo bài báo trên", "theo tác giả", "theo tác giả bài viết", "theo đoạn văn",
    "theo đoạn trích", "trong bài viết", "trong bài viết này", "trong bài báo", "trong bài báo này",
    "trong bài này", "according to the article", "according to this article",
    "according to the author", "according to the text", "according to the passage",
    "in the article", "in this article",
)  # fmt: skip
# Whoever wrote of it, not who wrote "bài này" or a book; without diacritics it is "người Việt".
_WRITER = re.compile(
    r"\s*(?<!\blà )(?<!\btên )\b(?:theo |của )?người viết\b(?!\s*\W?$)"
    r"(?! (?:là|ra|nên|về|thuê|bài|báo|sách|sử|văn|chữ|truyện|thơ|kịch|nhạc|lời|thư|cuốn|bản"
    r"|ca khúc|phần mềm|tác phẩm|tiểu thuyết)\b),?",
    re.IGNORECASE,
)
# Said before the question out of politeness.
OPENERS: tuple[str, ...] = (
    "cho mình hỏi", "cho em hỏi", "cho tôi hỏi", "cho tớ hỏi", "cho cháu hỏi", "cho con hỏi",
    "cho hỏi", "mình hỏi", "em hỏi", "tôi muốn hỏi", "mình muốn hỏi", "em muốn hỏi", "xin hỏi",
    "xin được hỏi", "xin cho hỏi", "cho mình biết", "cho em biết", "cho tôi biết", "cho biết",
    "hãy cho biết", "hãy cho tôi biết", "hãy cho mình biết", "làm ơn cho hỏi", "làm ơn cho biết",
    "làm ơn", "vui lòng cho biết", "vui lòng cho hỏi", "vui lòng", "xin vui lòng", "xin lỗi",
    "chào bạn", "chào ad", "chào admin", "chào bot", "chào mọi người", "chào cả nhà",
    "chào anh chị", "chào anh", "chào chị", "alo", "bạn ơi", "ad ơi", "admin ơi", "bot ơi",
    "mọi người ơi", "cả nhà ơi", "các bạn ơi", "các bác ơi", "bác ơi", "anh ơi", "chị ơi",
    "anh chị ơi", "ai biết cho hỏi", "có ai biết", "ai biết", "mọi người cho em hỏi",
    "mọi người cho mình hỏi", "mình muốn biết", "tôi muốn biết", "em muốn biết", "muốn biết",
    "mình thắc mắc", "em thắc mắc", "tôi thắc mắc", "dạ cho em hỏi", "dạ em hỏi", "dạ thưa",
    "nhờ mọi người", "giúp mình", "giúp em", "giúp tôi", "bạn có biết", "ad cho hỏi",
    "ad cho em hỏi", "ad cho mình hỏi", "bạn cho mình hỏi", "bạn cho hỏi", "hãy nói cho tôi",
    "nói cho tôi", "please", "excuse me", "hello", "tell me", "please tell me", "can you tell me",
    "could you tell me", "do you know", "can i ask", "may i ask", "i want to know",
    "i would like to know", "i'd like to know", "i wonder", *_BY_ARTICLE,
)  # fmt: skip
# Said after it.
CLOSERS: tuple[str, ...] = (
    "ạ", "vậy ạ", "thế ạ", "nhỉ", "nhé", "đó vậy", "cơ chứ", "ad", "ad ơi", "admin ơi", "bot ơi",
    "bạn ơi", "mọi người ơi", "anh ơi", "chị ơi", "với ạ", "giúp mình", "giúp em", "giúp tôi",
    "giúp mình với", "giúp em với", "giúp tôi với", "giúp với", "hộ mình", "hộ em", "hộ tôi",
    "hộ mình với", "hộ em với", "cảm ơn", "cám ơn", "xin cảm ơn", "em cảm ơn", "mình cảm ơn",
    "cảm ơn ạ", "cảm ơn nhiều", "cảm ơn mọi người", "cảm ơn ad", "thanks", "thank you", "please",
    *_BY_ARTICLE,
)  # fmt: skip
# Empty only right after a question word: elsewhere they end words that mean something, as in
# "lợi thế", "nước ta", "Tây Ban Nha".
PARTICLES: tuple[str, ...] = (
    "vậy", "thế", "nhỉ", "nhé", "nha", "nhá", "hả", "hử", "đấy", "đó", "cơ", "chứ", "ta", "với",
    "ạ", "ha", "hở", "vầy", "dạ", "trời",
)  # fmt: skip
_SOUTH = re.compile(
    r"\b(vi[eệ]t|mi[eề]n|ph[ií]a|ph[uư][oơ]ng|h[uư][oơ]ng|đông|tây) nam\b", re.IGNORECASE
)
_ANY = re.compile(r"\bb[aấ]t (?:k[yỳìi]|c[uứ])(?: \w+){1,3} n[aà]o\b", re.IGNORECASE)
_LONG_RUN = re.compile(r"\W{12,}")
_MOST_FILLERS = 8  # at each end of a question; a longer chain is cut no further
_ASKING = ("ai", "gì", "nào", "đâu", "giờ", "nhiêu", "mấy", "lâu", "sao", "không", "chưa", "chi")

Kind = TypeVar("Kind")


def answer_type(question: str) -> AnswerType | None:
    """What kind of answer is asked for, in either language, with or without diacritics.

    >>> answer_type("Ai là Bí thư Đảng uỷ?"), answer_type("dan so ha noi la bao nhieu")
    (<AnswerType.PERSON: 'person'>, <AnswerType.NUMBER: 'number'>)
    >>> answer_type("What was planned for 2010?")
    <AnswerType.THING: 'thing'>
    """
    plain = without_fillers(question)
    return _first_match(_ENGLISH, _words(plain)) if is_english(plain) else vietnamese_type(plain)


def vietnamese_type(question: str) -> AnswerType | None:
    """The same for a question in Vietnamese without fillers."""
    return _first_match(_VIETNAMESE, _words(_without_others(_without_ai(question))))


def asking_sentences(question: str) -> list[Span]:
    """Where the sentences with a question mark stand in a question that tells a long story first;
    none in any other.

    >>> asking_sentences("Ai là Bí thư? Cảm ơn.")
    []
    """
    if len(question.split()) <= _STORY:
        return []
    return [Span(*match.span()) for match in _ASKING_SENTENCE.finditer(question)]


def what_is_asked(question: str) -> str:
    """The same sentences, or the whole question when there are none."""
    asking = asking_sentences(question)
    return " ".join(span.of(question).strip() for span in asking) if asking else question


def asking_words(folded: Sequence[str]) -> set[int]:
    """The places of question words among those of a question typed without diacritics.

    >>> sorted(asking_words("gia dau o dau".split()))
    [3]
    """
    found = set()
    for place, word in enumerate(folded):
        asks = word in FOLDED_QUESTION_WORDS
        if word in _FOLDED_IN_COMPANY:
            before, after = _FOLDED_IN_COMPANY[word]
            following = folded[place + 1] if place + 1 < len(folded) else "$"
            asks = following in after or (place > 0 and folded[place - 1] in before)
        if asks:
            found.add(place)
    return found


def about_article(question: str) -> AboutArticle | None:
    """What is asked about the article itself, if that is what the question is about.

    >>> about_article("Ai viết bài này?")
    <AboutArticle.AUTHOR: 'author'>
    >>> about_article("Ai viết Truyện Kiều?") is None
    True
    """
    words = _words(without_fillers(question))
    for asked, pattern in _ABOUT_SHOWN:
        if _pattern(pattern).fullmatch(words):
            return asked
    return _first_match(_ABOUT_ARTICLE, words) if _pattern(_ARTICLE).search(words) else None


@lru_cache(maxsize=1 << 8)  # each reader of a question asks for it
def without_fillers(question: str) -> str:
    """The question without the politeness around it, in NFC; whole when there is nothing else.

    >>> without_fillers("Ad ơi cho em hỏi ai là bí thư vậy ạ?")
    'ai là bí thư'
    """
    # a pattern that may begin anywhere in a long run of signs takes the square of its length
    text = _LONG_RUN.sub(" ", nfc(question))
    rest, before, bare = _WRITER.sub("", text), "", not has_diacritics(text)
    for _ in range(_MOST_FILLERS):
        if rest == before:
            break
        before = rest
        for cut in _cuts(bare):
            rest = cut.sub("", rest, count=1)
    return rest.strip() if words(rest) else text


def _without_ai(question: str) -> str:
    """The question with "AI", artificial intelligence, told from "ai", who."""
    return question if question.isupper() else re.sub(r"\bAI\b", "trí tuệ nhân tạo", question)


def _without_others(question: str) -> str:
    """The question without what only looks as if it asked.

    That is the "Nam" of "Việt Nam" and "miền Nam", where "năm nào" would begin, and "any" thing.
    """
    return _ANY.sub("", _SOUTH.sub(r"\1", question))


def _words(text: str) -> str:
    """The words of `text` in the form that patterns are met in, a blank before each."""
    return " ".join(["", *syllables(text)])


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """`source`, to be met at whole words only, each typed with its diacritics or with none.

    It begins with the blank before a word, which is looked for fast.
    """
    words = re.sub(r"(?<!\\)[^\W\d_]+", _typed, source)
    words = re.sub(r"(?<!\[)\^", "(?<=^ )", words)
    return re.compile(rf" (?:{words})(?!\S)")


def _typed(found: re.Match[str]) -> str:
    """A pattern for a word: "gì" gives "(?:gi\u0300|gi)"; or for its diacritics alone."""
    word = found[0]
    alone = found.start() == 0 or found.string[found.start() - 1] != " "
    if fold(word) == exact(word) or (alone and word in _COMMONER_OTHERWISE):
        return exact(word)
    return f"(?:{exact(word)}|{fold(word)})"


def _first_match(rules: Iterable[tuple[Kind, str]], words: str) -> Kind | None:
    """The kind of the first rule whose pattern is met in `words`."""
    return next((kind for kind, source in rules if _pattern(source).search(words)), None)


@cache
def _cuts(bare: bool) -> tuple[re.Pattern[str], ...]:
    """What to cut off a question; `bare`: one typed without diacritics.

    Single syllables at its end mean too much else without their diacritics ("vitamin a").
    """
    closers = [phrase for phrase in CLOSERS if " " in phrase or not bare or phrase.isascii()]
    asking = "|".join(rf"(?<=\b{_any_of([word], bare)})" for word in _ASKING)
    return (
        re.compile(rf"^\W*{_any_of(OPENERS, bare)}(?!\w)[\W]*", re.IGNORECASE),
        re.compile(rf"(?:^|\W+){_any_of(closers, bare)}\W*$", re.IGNORECASE),
        re.compile(rf"(?:{asking})\s+{_any_of(PARTICLES, bare)}\W*$", re.IGNORECASE),
    )


def _any_of(phrases: Iterable[str], bare: bool) -> str:
    """A pattern for any of `phrases`, the longest first."""
    typed = [strip_diacritics(phrase) if bare else phrase for phrase in phrases]
    return f"(?:{'|'.join(re.escape(phrase) for phrase in sorted(typed, key=len, reverse=True))})"
