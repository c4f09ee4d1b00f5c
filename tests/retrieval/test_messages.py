"""Values through a pipe, whole or not at all."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.workers.messages import read_message, write_message

VALUES = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(), lambda inner: st.lists(inner), max_leaves=9
)


@given(st.lists(VALUES))
def test_values_come_out_as_they_went_in(values: list[object]) -> None:
    pipe = io.BytesIO()
    for value in values:
        write_message(pipe, value)
    pipe.seek(0)
    assert [read_message(pipe) for _ in values] == values
    with pytest.raises(EOFError):
        read_message(pipe)


@given(VALUES, st.data())
def test_a_value_that_was_cut_off_is_the_end(value: object, data: st.DataObject) -> None:
    pipe = io.BytesIO()
    write_message(pipe, value)
    cut = data.draw(st.integers(0, len(pipe.getvalue()) - 1))
    with pytest.raises(EOFError):
        read_message(io.BytesIO(pipe.getvalue()[:cut]))
