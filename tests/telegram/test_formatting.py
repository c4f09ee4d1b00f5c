"""The HTML parser, against worked examples and against any text at all."""

from __future__ import annotations

import html as stdlib_html
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram import Entity, parse_html, utf16_len
from tests.telegram.errors import Refusal
from tests.telegram.formatting import TAGS, checked_url, detect_entities, tidy

TAG_EXAMPLES = [
    ("<b>x</b>", Entity("bold", 0, 1)),
    ("<strong>x</strong>", Entity("bold", 0, 1)),
    ("<i>x</i>", Entity("italic", 0, 1)),
    ("<em>x</em>", Entity("italic", 0, 1)),
    ("<u>x</u>", Entity("underline", 0, 1)),
    ("<ins>x</ins>", Entity("underline", 0, 1)),
    ("<s>x</s>", Entity("strikethrough", 0, 1)),
    ("<strike>x</strike>", Entity("strikethrough", 0, 1)),
    ("<del>x</del>", Entity("strikethrough", 0, 1)),
    ('<span class="tg-spoiler">x</span>', Entity("spoiler", 0, 1)),
    ("<tg-spoiler>x</tg-spoiler>", Entity("spoiler", 0, 1)),
    ('<a href="example.org">x</a>', Entity("text_link", 0, 1, url="http://example.org/")),
    ('<a href="tg://user?id=7">x</a>', Entity("text_mention", 0, 1, user_id=7)),
    ('<tg-emoji emoji-id="5">😀</tg-emoji>', Entity("custom_emoji", 0, 2, custom_emoji_id="5")),
    ("<code>x</code>", Entity("code", 0, 1)),
    ("<pre>x</pre>", Entity("pre", 0, 1)),
    (
        '<pre><code class="language-python">x</code></pre>',
        Entity("pre", 0, 1, language="python"),
    ),
    ("<blockquote>x</blockquote>", Entity("blockquote", 0, 1)),
    ("<blockquote expandable>x</blockquote>", Entity("expandable_blockquote", 0, 1)),
    ("<B>x</B>", Entity("bold", 0, 1)),
    ("<b >x</b >", Entity("bold", 0, 1)),
]


@pytest.mark.parametrize(("html", "entity"), TAG_EXAMPLES, ids=[row[0] for row in TAG_EXAMPLES])
def test_each_tag_is_its_entity(html: str, entity: Entity) -> None:
    text, entities = parse_html(html)
    assert entities == (entity,)
    assert entity.of(text) == text


def test_every_known_tag_has_an_example() -> None:
    shown = {html.lower().lstrip("<").split(">")[0].split(" ")[0] for html, _ in TAG_EXAMPLES}
    assert shown == TAGS


@pytest.mark.parametrize(
    ("html", "entities"),
    [
        ("😀<b>Vũ</b>", [Entity("bold", 2, 2)]),
        ("<b>a<i>b</i></b>", [Entity("bold", 0, 2), Entity("italic", 1, 1)]),
        ("<b>a</b><b>b</b>", [Entity("bold", 0, 2)]),
        ("<b>a<strong>b</strong></b>", [Entity("bold", 0, 2)]),
        ("<code>a<b>b</b></code>", [Entity("code", 0, 2)]),
        ("<b></b>a", []),
        ("a<b> </b>", []),
        ("  <b>  a</b>  ", [Entity("bold", 0, 3)]),
        ('<a href="localhost">a</a>', []),
        ("<b>a\u202eb</b>", [Entity("bold", 0, 2)]),
    ],
    ids=[
        "after-emoji",
        "nested",
        "touching",
        "same-inside",
        "inside-code",
        "empty",
        "blank",
        "trimmed",
        "useless-link",
        "direction-override-removed",
    ],
)
def test_entities_are_in_telegrams_normal_form(html: str, entities: list[Entity]) -> None:
    assert list(parse_html(html)[1]) == entities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start", [("bot_command", "/start")]),
        ("/ask@hoibao_bot ai", [("bot_command", "/ask@hoibao_bot")]),
        ("😀 @hoibao_bot ơi", [("mention", "@hoibao_bot")]),
        ("xem https://example.org/a, nhé", [("url", "https://example.org/a")]),
        ("#YênPhúc", [("hashtag", "#YênPhúc")]),
        ("12/2020 và a@b", []),
    ],
)
def test_telegram_finds_entities_by_itself(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.type, entity.of(text)) for entity in detect_entities(text)] == found


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "URL host is empty"),
        ("localhost", "Wrong HTTP URL"),
        ("http://a b.org", "Wrong HTTP URL"),
        ("javascript://x.org", "Unsupported URL protocol"),
    ],
)
def test_useless_links_are_told_apart(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_url(url)


# --- any text at all ----------------------------------------------------------------------------

Piece: TypeAlias = str | tuple[str, list[Any]]  # words, or a tag around pieces
Marked = tuple[str, frozenset[str]]

SIMPLE = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough"}
ANY_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# Letters, marks, digits, signs and emoji: nothing that Telegram trims or takes out.
KEPT_WORDS = st.text(
    st.characters(categories=["L", "M", "N", "P", "S"], exclude_characters="\u030a\u0333\u033f"),
    max_size=10,
)


def pieces(words: st.SearchStrategy[str]) -> st.SearchStrategy[Piece]:
    return st.recursive(
        words,
        lambda inner: st.tuples(st.sampled_from(sorted(SIMPLE)), st.lists(inner, max_size=4)),
        max_leaves=12,
    )


SOUP = st.lists(
    st.one_of(
        ANY_WORDS,
        st.sampled_from([f"<{tag}>" for tag in sorted(TAGS)]),
        st.sampled_from([f"</{tag}>" for tag in sorted(TAGS)]),
        st.sampled_from(['<a href="', '">', "&lt;", "&#", "&amp", "<", "/", ">", "\0", "'", "="]),
    ),
    max_size=20,
).map("".join)


def as_html(piece: Piece) -> str:
    if isinstance(piece, str):
        return stdlib_html.escape(piece)
    tag, inner = piece
    return f"<{tag}>{''.join(map(as_html, inner))}</{tag}>"


def marked_characters(piece: Piece, kinds: frozenset[str] = frozenset()) -> list[Marked]:
    """Each character with the kinds of formatting on it."""
    if isinstance(piece, str):
        return [(character, kinds) for character in piece]
    tag, inner = piece
    return [mark for part in inner for mark in marked_characters(part, kinds | {SIMPLE[tag]})]


@given(SOUP)
def test_any_soup_is_read_or_refused_by_name(html: str) -> None:
    reason = "Bad Request: can't parse entities: "
    text, refusal = "", reason
    entities: tuple[Entity, ...] = ()
    try:
        text, entities = parse_html(html)
    except Refusal as refused:
        refusal = refused.description
    assert refusal.startswith(reason)
    assert all(0 <= e.offset < e.end <= utf16_len(text) for e in entities)


@given(pieces(ANY_WORDS))
def test_balanced_html_is_accepted_and_keeps_its_text(piece: Piece) -> None:
    text, _ = parse_html(as_html(piece))
    plain = "".join(character for character, _ in marked_characters(piece))
    assert text.strip(" \n") == tidy(plain)[0].strip(" \n")


@given(pieces(KEPT_WORDS))
def test_entities_mark_in_utf16_what_the_tags_enclosed(piece: Piece) -> None:
    _, entities = parse_html(as_html(piece))
    units = [
        kinds for character, kinds in marked_characters(piece) for _ in range(utf16_len(character))
    ]
    assert units == [
        {e.type for e in entities if e.offset <= at < e.end} for at in range(len(units))
    ]
