"""What holds for every row of LOADERS; a new row is found here by itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.articles import LOADERS, Loaded, load_bytes
from retrieval.errors import ArticleError, EmptyFile, UnreadableFile, UnsupportedFile
from retrieval.model import Article
from tests.retrieval.articles import samples

every_ending = pytest.mark.parametrize("ending", LOADERS)


def article(ending: str) -> Article:
    assert ending in samples.SAMPLES, f"make a sample file for {ending} in samples.py"
    loaded = load_bytes(samples.SAMPLES[ending](), f"tin/sample{ending}")
    assert loaded.failures == ()
    (only,) = loaded.articles
    return only


def load_or_error(data: bytes, name: str) -> Loaded | ArticleError:
    try:
        return load_bytes(data, name)
    except ArticleError as error:
        return error


@every_ending
def test_title_author_and_date_are_read(ending: str) -> None:
    read = article(ending)
    assert (read.title, read.author, read.published) == (
        samples.TITLE,
        samples.AUTHOR,
        samples.PUBLISHED,
    )


@every_ending
def test_every_paragraph_is_there_uncut_and_in_order(ending: str) -> None:
    text = article(ending).text
    places = [text.find(paragraph) for paragraph in samples.PARAGRAPHS]
    assert -1 not in places
    assert places == sorted(places)


@every_ending
def test_zones_are_sorted_disjoint_and_within_the_text(ending: str) -> None:
    read = article(ending)
    edges = [edge for zone in read.zones for edge in (zone.span.start, zone.span.end)]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(read.text) for edge in edges)


@every_ending
def test_no_paragraph_of_running_text_is_in_a_zone(ending: str) -> None:
    read = article(ending)
    assert not [
        zone
        for zone in read.zones
        if any(paragraph in zone.span.of(read.text) for paragraph in samples.PARAGRAPHS)
    ]


@every_ending
def test_the_name_is_the_id_unless_records_have_their_own(ending: str) -> None:
    assert article(ending).id in (f"tin/sample{ending}", samples.RECORD["id"])


@every_ending
def test_an_empty_file_is_said_to_be_empty(ending: str) -> None:
    with pytest.raises(EmptyFile, match=rf"^tin/a\{ending}: the file is empty$"):
        load_bytes(b"", f"tin/a{ending}")


@every_ending
def test_endings_are_read_in_any_case(ending: str) -> None:
    loaded = load_bytes(samples.SAMPLES[ending](), f"A{ending.upper()}")
    assert loaded.articles[0].title == samples.TITLE


@every_ending
def test_a_binary_file_is_unreadable(ending: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"^a\{ending}: .+; .+"):
        load_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe" * 50, f"a{ending}")


@every_ending
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_gives_articles_or_an_error_that_names_it(
    ending: str, data: st.DataObject
) -> None:
    sample = samples.SAMPLES[ending]()
    cut = data.draw(st.integers(0, len(sample)))
    flip = data.draw(st.integers(0, len(sample) - 1))
    damaged = bytearray(sample[:cut])
    if flip < cut:
        damaged[flip] ^= 0x55
    outcome = load_or_error(bytes(damaged), f"a{ending}")
    if isinstance(outcome, ArticleError):
        assert outcome.subject == f"a{ending}"
    else:
        assert outcome.articles or outcome.failures


def test_an_unknown_ending_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnsupportedFile) as caught:
        load_bytes(b"x", "tin/bang.xlsx")
    assert caught.value.subject == "tin/bang.xlsx"
    assert "files ending in .xlsx" in caught.value.cause
    assert all(ending in caught.value.next_step for ending in LOADERS)


def test_a_name_without_ending_is_unsupported() -> None:
    with pytest.raises(UnsupportedFile, match="its name has no ending"):
        load_bytes(b"x", "README")
