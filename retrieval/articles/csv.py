"""Tables of records: comma, semicolon or tab between the fields, a header with id and text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from retrieval.articles.assembly import Loaded
from retrieval.articles.records import load_records
from retrieval.decoding import decode
from retrieval.errors import UnreadableFile

_DELIMITERS = ",;\t|"
_LONGEST_FIELD = 2**31 - 1


def load_csv(data: bytes, name: str) -> Loaded:
    """The records of a table; the header tells which delimiter it is.

    load_csv(b"id;text\\na;Tin.", "a.csv").articles[0].text -> "Tin."

    Raises UnreadableFile when the header has no id and text.
    """
    # The module's limit of 128 KiB a field is shared by the process; articles are longer.
    csv.field_size_limit(_LONGEST_FIELD)
    text = decode(data, name)
    for delimiter in _DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = _header(rows)
        if {"id", "text"} <= set(header):
            return load_records(_records(rows, header), name)
    raise UnreadableFile(
        name, 'no header with "id" and "text"', "name the columns in the first line"
    )


def _header(rows: Iterator[Sequence[str]]) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(rows, [])]
    except csv.Error:
        return []


def _records(rows: Iterator[list[str]], header: list[str]) -> Iterator[tuple[str, object]]:
    while True:
        place = f"line {rows.line_num + 1}"  # type: ignore[attr-defined]
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            # where the next row begins is anyone's guess from here on
            yield place, ValueError(f"{error}, the rest was not read; check its quotation marks")
            return
        if len(row) > len(header):
            yield (
                place,
                ValueError(
                    f"{len(row)} fields under {len(header)} names; put longer fields in quotes"
                ),
            )
        elif row:
            yield place, dict(zip(header, row, strict=False))
