"""The tables of words are well formed."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from retrieval.language.tables import read_alternatives, read_table

TABLES = ("english.tsv", "abbreviations.tsv", "chat.tsv", "irregular.tsv")


@pytest.mark.parametrize("name", TABLES)
def test_no_key_stands_twice(name: str) -> None:
    keys = Counter(key.lower() for key, _ in read_table(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_nfc_without_stray_blanks(name: str) -> None:
    for key, value in read_table(name):
        for cell in (key, value):
            assert cell, key
            assert cell == " ".join(cell.split()), key
            assert cell == unicodedata.normalize("NFC", cell), key


@pytest.mark.parametrize("name", ["english.tsv", "chat.tsv", "irregular.tsv"])
def test_keys_are_lower_case(name: str) -> None:
    assert [key for key, _ in read_table(name) if key != key.lower()] == []


@pytest.mark.parametrize("name", ["english.tsv", "abbreviations.tsv", "chat.tsv"])
def test_alternatives_are_few_and_different(name: str) -> None:
    for key, alternatives in read_alternatives(name):
        assert 1 <= len(alternatives) <= 6, key
        assert len({alternative.lower() for alternative in alternatives}) == len(alternatives), key
        assert all(part == part.strip() and ";" not in part for part in alternatives), key
