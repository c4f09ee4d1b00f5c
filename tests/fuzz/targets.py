"""What is fuzzed: for each target a check that any bytes must pass, and seeds to begin with.

TARGETS[".pdf"].check(b"anything")    # raises when something is wrong

Every loader of LOADERS has a target, which a new row gets by itself.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot import render
from bot.buttons import Press, sealed, unsealed
from bot.journal import Disliked
from bot.likeness import Group
from bot.links import parse_payload
from retrieval.analysis import analyse
from retrieval.articles import LOADERS, Loaded
from retrieval.decoding import decode
from retrieval.errors import ArticleError, UnreadableFile
from retrieval.keystrokes import decode_keystrokes
from retrieval.model import Article, BuildReport, Failure, Quote, Source, Span
from retrieval.passages import MAX_QUOTE, split_passages
from retrieval.reading import glimpsed
from retrieval.terms import document_terms, parse_question
from retrieval.text import exact, nfc, strip_diacritics, syllables, tokens
from tests.retrieval.articles import samples
from tests.retrieval.articles.test_loaders import load_or_error
from tests.telegram.formatting import parse_html, utf16_len

TELEGRAM = 4096  # UTF-16 units of a message
BUTTON = 64  # bytes of callback data
APART = "\x1e"  # between the pieces of one input

QUESTION = "Ai là Bí thư Đảng uỷ xã Yên Phúc năm 2024?"


@dataclass(frozen=True, slots=True)
class Target:
    """A check that raises when bytes break something; what to begin with; the longest input."""

    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    longest: int = 4096


# --- loaders


def check_file(ending: str, data: bytes) -> None:
    """A file gives sound articles, or an error that names it."""
    name = f"a{ending}"
    outcome = load_or_error(data, name)
    if isinstance(outcome, ArticleError):
        assert outcome.subject == name
        assert outcome.reason
        return
    assert outcome.articles or outcome.failures
    for article in outcome.articles:
        check_article(article)


def check_article(article: Article) -> None:
    "".join(filter(None, (article.id, article.title, article.author, article.source))).encode()
    assert article.id
    assert article.text.strip()
    edges = [edge for zone in article.zones for edge in (zone.span.start, zone.span.end)]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(article.text) for edge in edges)


def check_docx(data: bytes) -> None:
    """Whatever is no archive stands for the document within one, behind its checksums."""
    check_file(".docx", data if data.startswith(b"PK") else packed(data))


def packed(document: bytes) -> bytes:
    """A Word file with that document.

    >>> packed(b"<w:document/>")[:2]
    b'PK'
    """
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kinds}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relation}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": document,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return file.getvalue()


def docx_seeds() -> Sequence[bytes]:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    run = "<w:r><w:t>Xã Yên Phúc</w:t><w:tab/><w:br/></w:r>"
    table = f"<w:tbl><w:tr><w:tc><w:p>{run}</w:p></w:tc></w:tr></w:tbl>"
    box = f"<w:p><w:r><w:txbxContent><w:p>{run}</w:p></w:txbxContent></w:r></w:p>"
    gone = f"<w:p><w:del>{run}</w:del><w:ins>{run}</w:ins></w:p><w:sdt><w:p>{run}</w:p></w:sdt>"
    bodies = (f"<w:p>{run}</w:p>{table}", box + gone)
    documents = [
        f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>'.encode()
        for body in bodies
    ]
    return [*documents, packed(documents[0])]


def loader_targets() -> Iterator[tuple[str, Target]]:
    """One for every loader, named by the first of its endings."""
    known: set[object] = set()
    for ending, loader in LOADERS.items():
        if loader not in known:
            known.add(loader)
            yield ending, loader_target(ending)


def loader_target(ending: str) -> Target:
    if ending == ".docx":
        return Target(check_docx, docx_seeds, 1 << 13)
    return Target(
        lambda data: check_file(ending, data), lambda: [samples.SAMPLES[ending]()], 1 << 13
    )


# --- text


def text_of(data: bytes) -> str:
    """Bytes as text: decoded as a file would be, else with what is wrong replaced."""
    try:
        return decode(data, "a.txt")
    except UnreadableFile:
        return data.decode("utf-8", "replace")


def check_text(data: bytes) -> None:
    """Tokens are where they say, and the same in every Unicode form; folding is stable."""
    text = text_of(data)
    assert nfc(nfc(text)) == nfc(text)
    assert strip_diacritics(strip_diacritics(text)) == strip_diacritics(text)
    end = 0
    for token in tokens(text):
        assert end <= token.span.start < token.span.end <= len(text)
        end = token.span.end
        word = token.span.of(text)
        assert exact(nfc(word)) == exact(unicodedata.normalize("NFD", word)) == token.exact
        assert strip_diacritics(token.folded) == token.folded


def check_keystrokes(data: bytes) -> None:
    """What keystrokes are read as needs no further reading of its diacritics."""
    text = nfc(text_of(data))
    read = decode_keystrokes(text)
    assert read is None or read != text


def check_terms(data: bytes) -> None:
    """A question has a bounded number of terms, whatever is rare; a document's are keyed alike."""
    text = text_of(data)
    for rarity in (lambda _: 1.0, lambda _: -1.0, lambda term: float(len(term) % 3 - 1)):
        query = parse_question(text, partial(_each, rarity))
        assert len(query.terms) == len(query.content) <= 2000
    (batch,) = analyse([text])
    assert int(batch.lengths[0]) == len(document_terms(text))


def _each(rarity: Callable[[str], float], terms: Sequence[str]) -> list[float]:
    return [rarity(term) for term in terms]


def check_passages(data: bytes) -> None:
    """Sentences are in order, short enough to quote, and leave out nothing but white space."""
    article = Article("a", "a", text_of(data))
    end = 0
    for passage in split_passages(article):
        for sentence in passage.sentences:
            assert end <= sentence.span.start < sentence.span.end <= len(article.text)
            assert len(sentence.span) <= MAX_QUOTE
            assert not syllables(article.text[end : sentence.span.start])
            end = sentence.span.end
    assert not syllables(article.text[end:])


def text_seeds() -> Sequence[bytes]:
    texts = (QUESTION, "ai la bi thu dang uy xa yen phuc", "bis thuw ddangr uyr xax Yeen Phucs")
    windows = bytes.fromhex("d061ecd220")
    return [*(text.encode() for text in texts), samples.make_text(), windows, "xã".encode("utf-16")]


# --- the bot


@dataclass(frozen=True, slots=True)
class Words:
    """Values for messages, made of the pieces of one input."""

    title: str
    author: str
    text: str
    source: Source

    @property
    def article(self) -> Article:
        return Article("a", self.title, self.text, self.author, None, self.source.source)

    @property
    def quote(self) -> Quote:
        half = len(self.text) // 2
        marks = (Span(half // 2, half),) if half > 1 else ()
        return Quote(self.source, Span(0, len(self.text)), self.text, marks)

    @property
    def failures(self) -> tuple[Failure, ...]:
        return (Failure(self.title, self.text),) * 9

    @property
    def report(self) -> BuildReport:
        return BuildReport(1, 2, 3, 4, self.failures, 5, 6, 7, 0.5)


MESSAGES: Sequence[Callable[[Words, str], str]] = (
    lambda words, language: render.quote(words.quote, language),
    lambda words, language: render.article(words.article, True, language),
    lambda words, language: render.look(
        words.title, glimpsed(Loaded((words.article,) * 4, words.failures)), language
    ),
    lambda words, language: render.removals(
        [(words.title, words.text)] * 8, 1, words.author, language
    ),
    lambda words, language: render.sources([words.source] * 8, 1, words.author, "bot", language),
    lambda words, language: render.report(words.report, language),
    lambda words, language: render.gaps(
        [Group(words.text, 3, 1)] * 12,
        [Disliked(words.title, words.text, words.author, 2)] * 12,
        30,
        language,
    ),
    lambda words, language: render.refusal(
        "change_failed", UnreadableFile(words.title, words.text), language
    ),
)


def check_html(data: bytes) -> None:
    """A message is markup that Telegram takes, as short as it allows; the first byte says which."""
    which, text = data[0] if data else 0, data[1:].decode("utf-8", "replace")
    title, author, source, text = (text + APART * 4).split(APART)[:4]
    words = Words(title, author, text, Source("a", title, author, None, source))
    language = ("vi", "en")[which % 2]
    shown, _ = parse_html(MESSAGES[which // 2 % len(MESSAGES)](words, language))
    assert utf16_len(shown) <= TELEGRAM
    assert utf16_len(render.copied(words.quote)) <= render.COPIED


def check_callback(data: bytes) -> None:
    """A press that is understood is encoded as it came; no seal but the bot's own is taken."""
    text = data.decode("utf-8", "replace")
    press = Press.decode(text)
    if press is not None:
        assert Press.decode(press.encode()) == press
        assert unsealed(press, b"key", 7) is None
        assert unsealed(sealed(press, b"key", 7), b"key", 7) == press
        assert unsealed(sealed(press, b"key", 7), b"key", 8) is None
    parse_payload(text)


def html_seeds() -> Sequence[bytes]:
    pieces = (samples.TITLE, samples.AUTHOR, samples.SOURCE, samples.BODY)
    awkward = ("<b>&amp;", "\u202e😀", "https://a.b/?c=<d>&e", "<i>\0\x1b[31m</i> " * 9)
    texts = [APART.join(each).encode() for each in (pieces, awkward)]
    return [bytes([which]) + text for which in range(2 * len(MESSAGES)) for text in texts]


def callback_seeds() -> Sequence[bytes]:
    own = sealed(Press("pick", 3, 0, "3fa9c2d13fa9c2d1"), b"other", 7).encode()
    return [b"page:1:7:3fa9c2d1", b"lang:0:0:", own.encode(), b"a3fa9c2d1"]


TARGETS: Mapping[str, Target] = {
    **dict(loader_targets()),
    "text": Target(check_text, text_seeds),
    "keystrokes": Target(check_keystrokes, text_seeds, 1024),
    "terms": Target(check_terms, text_seeds),
    "passages": Target(check_passages, text_seeds),
    "html": Target(check_html, html_seeds),
    "callbacks": Target(check_callback, callback_seeds, 128),
}
