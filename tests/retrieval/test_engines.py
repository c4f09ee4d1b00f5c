"""Every engine ranks alike, whatever the documents, whatever was added and given up."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.analysis import analyse
from retrieval.articles import load_file
from retrieval.engines import (
    ENGINES,
    LARGE,
    MOST_FOR_REFERENCE,
    REFERENCE,
    columns,
    engine_name,
    inverted,
    memory,
)
from retrieval.engines.base import Document, Engine, Hit, Opening, QueryTerm, idf
from retrieval.engines.batches import MAX_TF, batch_of
from retrieval.engines.exhaustive import ExhaustiveEngine
from retrieval.engines.growth import InvertedWriter
from retrieval.engines.inverted import InvertedEngine
from retrieval.errors import IndexDamaged
from retrieval.terms import document_terms

EXACTLY = 1e-12  # of a score: what adding up in another order changes, and float32 does not keep
Texts = dict[int, list[str]]
WORDS = ("xã", "yên", "phúc", "~xa", "~yen", "xã yên", "~xa yen", "của")

texts = st.lists(st.sampled_from(WORDS), max_size=30)
collections = st.lists(texts, max_size=40)
queries = st.lists(
    st.builds(
        QueryTerm,
        st.lists(st.sampled_from((*WORDS, "lạ")), min_size=1, max_size=3, unique=True).map(tuple),
        st.sampled_from((0.3, 0.5, 1.0, 1.5)),
        st.sampled_from((0.0, 0.1, 0.9)),
    ),
    max_size=6,
)


def written(folder: Path, batches: Sequence[Texts], gone: Sequence[int] = ()) -> str:
    """The state after each batch was committed by a writer of its own."""
    state = ""
    for documents in batches:
        writer = InvertedWriter(folder, state)
        writer.add(batch_of(list(documents.values())), list(documents))
        state = writer.prepare()
        writer.clean()
        writer.close()
    writer = InvertedWriter(folder, state)
    for id in gone:
        writer.delete(id, id + 1)
    state = writer.prepare()
    writer.clean()
    writer.close()
    return state


def opened(name: str, folder: Path, documents: Texts) -> Engine:
    def read() -> list[Document]:
        return [Document(id, terms) for id, terms in documents.items()]

    state = written(folder, [documents]) if documents else ""
    return ENGINES[name](Opening(read, folder, state or written(folder, [])))


def assert_alike(found: Sequence[Hit], expected: Sequence[Hit]) -> None:
    assert [hit.id for hit in found] == [hit.id for hit in expected]
    scores = pytest.approx([hit.score for hit in expected], rel=EXACTLY)
    assert [hit.score for hit in found] == scores


@pytest.fixture(params=ENGINES)
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Texts], Engine]:
    return lambda documents: opened(request.param, tmp_path, documents)


OpenEngine = Callable[[Texts], Engine]


def test_better_match_comes_first(open_engine: OpenEngine) -> None:
    engine = open_engine({1: ["yên"], 2: ["xã", "yên"], 3: ["phúc"]})
    hits = engine.search([QueryTerm(("xã",)), QueryTerm(("yên",))], 10)
    assert [hit.id for hit in hits] == [2, 1]
    assert hits[0].score > hits[1].score > 0


def test_score_is_that_of_bm25(open_engine: OpenEngine) -> None:
    engine = open_engine({1: ["xã", "xã"], 2: ["yên", "yên", "yên", "yên"]})
    (hit,) = engine.search([QueryTerm(("xã",), 0.5)], 10)
    told = math.log(1 + 1.5 / 1.5)
    norm = 1.2 * (0.25 + 0.75 * 2 / 3)
    assert hit.score == pytest.approx(0.5 * told * 2 * 2.2 / (2 + norm))
    assert engine.idfs([QueryTerm(("xã",))]) == pytest.approx([told])
    assert engine.rarities(["xã"]) == pytest.approx([told])


def test_what_is_common_in_general_tells_less(open_engine: OpenEngine) -> None:
    engine = open_engine({1: ["loại"], 2: ["gút"], 3: ["của", "của"], 4: ["của"]})
    query = [QueryTerm(("loại",), share=0.5), QueryTerm(("gút",)), QueryTerm(("của",), share=0.1)]
    common = 4 * 0.5**0.8
    told = [math.log(1 + (4.5 - common) / (common + 0.5)), math.log(1 + 3.5 / 1.5), math.log(2)]
    assert engine.idfs(query) == pytest.approx(told)
    assert engine.rarities(["loại"]) == engine.rarities(["gút"])
    assert engine.search(query[:2], 10)[0].id == 2


@pytest.mark.parametrize("count", [30, 3000])
def test_equal_documents_come_in_order_of_id(open_engine: OpenEngine, count: int) -> None:
    engine = open_engine({id: ["xã", "yên"] for id in range(1, count)})
    hits = engine.search([QueryTerm(("xã",)), QueryTerm(("yên",))], 5)
    assert [hit.id for hit in hits] == [1, 2, 3, 4, 5]


def test_synonyms_count_as_one_term(open_engine: OpenEngine) -> None:
    pooled = open_engine({1: ["xã", "làng"], 2: ["yên", "yên"]})
    (hit,) = pooled.search([QueryTerm(("xã", "làng", "thôn"))], 10)
    assert hit.score == pytest.approx(idf(2, 1, 0.0) * 2 * 2.2 / (2 + 1.2))


def test_unknown_term_is_rarer_than_any(open_engine: OpenEngine) -> None:
    engine = open_engine({1: ["xã"], 2: ["yên"]})
    assert engine.rarities(["lạ"]) == [-1.0]
    known, unknown = engine.idfs([QueryTerm(("xã",)), QueryTerm(("lạ",))])
    assert unknown >= known
    assert engine.search([QueryTerm(("lạ",))], 10) == []


def test_idfs_are_of_the_query_that_is_asked_for(open_engine: OpenEngine) -> None:
    engine = open_engine({1: ["xã", "yên"], 2: ["yên"], 3: ["phúc"]})
    first, second = ((QueryTerm(("xã",)), QueryTerm(("yên",))), (QueryTerm(("yên",)),))
    expected = [engine.idfs([*query]) for query in (first, second)]
    for query, own in ((first, expected[0]), (second, expected[1])):
        engine.search(query, 10)
        engine.idfs(query).clear()  # whoever has them may change them
        assert engine.idfs(query) == own
    assert engine.idfs(first) == expected[0]


def test_no_document_no_hit(open_engine: OpenEngine) -> None:
    engine = open_engine({})
    assert engine.search([QueryTerm(("xã",))], 10) == []
    assert engine.rarities(["xã"]) == [-1.0]


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_limit_is_kept(open_engine: OpenEngine, limit: int) -> None:
    engine = open_engine({id: ["xã"] for id in range(1, 9)})
    assert len(engine.search([QueryTerm(("xã",))], limit)) == limit


@pytest.mark.parametrize(
    ("passages", "asked", "name"),
    [
        (MOST_FOR_REFERENCE, "auto", REFERENCE),
        (MOST_FOR_REFERENCE + 1, "auto", LARGE),
        (1, LARGE, LARGE),
        (10**6, REFERENCE, REFERENCE),
    ],
)
def test_engine_follows_the_size_unless_asked_for(passages: int, asked: str, name: str) -> None:
    assert engine_name(passages, asked) == name


@settings(deadline=None)
@given(collections, queries, st.sets(st.integers(0, 39)), st.integers(1, 5), st.integers(1, 12))
def test_engines_rank_alike_after_any_updates(
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[list[str]],
    query: list[QueryTerm],
    gone: set[int],
    batch: int,
    limit: int,
) -> None:
    numbered = dict(enumerate(documents))
    batches = [
        {id: numbered[id] for id in range(start, min(start + batch, len(documents)))}
        for start in range(0, len(documents), batch)
    ]
    folder = tmp_path_factory.mktemp("engine")
    engine = InvertedEngine(folder, written(folder, batches, sorted(gone)))
    left = {id: terms for id, terms in numbered.items() if id not in gone and terms}
    # A document without terms counts as one for the engine, and not for rank-bm25.
    if all(terms for id, terms in numbered.items() if id not in gone):
        reference = opened(REFERENCE, folder, left)
        assert engine.idfs(query) == pytest.approx(reference.idfs(query))
        found, expected = engine.search(query, limit), reference.search(query, limit)
        assert_alike(found, expected)
    engine.close()


def test_engines_rank_alike_on_real_text(tmp_path: Path) -> None:
    article = Path(__file__).parents[2] / "data/articles/dang-bo-xa-yen-phuc.txt"
    text = load_file(article, article.name).articles[0].text
    lines = [line for line in text.splitlines() if line.strip()]
    passages = [" ".join(lines[at:] + lines[:at])[: 300 + 40 * at] for at in range(len(lines))] * 9
    writer = InvertedWriter(tmp_path, "")
    for batch in analyse(passages):
        writer.add(batch, range(len(passages)))
    large = InvertedEngine(tmp_path, writer.prepare())
    small = opened(
        REFERENCE, tmp_path, {id: document_terms(text) for id, text in enumerate(passages)}
    )
    for line in lines:
        query = [QueryTerm((term,)) for term in dict.fromkeys(document_terms(line))]
        found, expected = large.search(query, 10), small.search(query, 10)
        assert_alike(found, expected)


@pytest.mark.parametrize("large", [1, 1 << 16])  # bytes that are kept in a map of their own
@pytest.mark.parametrize("at_once", [300, 1 << 16])  # postings, and documents
def test_engines_rank_alike_where_most_postings_are_passed_over(
    large: int, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_LARGE", large)
    monkeypatch.setattr(columns, "_AT_ONCE", at_once)
    monkeypatch.setattr(inverted, "_MANY", at_once)
    random = Random(7)
    common = [f"từ{rank}" for rank in range(400)]
    weights = [1 / (rank + 2) for rank in range(400)]
    documents = {
        id: [*random.choices(common, weights, k=random.randint(20, 90)), f"số{id % 700}"]
        for id in range(6000)
    }
    numbers = list(documents)
    parts = [{id: documents[id] for id in part} for part in (numbers[:4000], numbers[4000:])]
    gone = numbers[100:400:7]
    engine = InvertedEngine(tmp_path, written(tmp_path, parts, gone))
    reference = ExhaustiveEngine(
        Document(id, terms) for id, terms in documents.items() if id not in gone
    )
    for _ in range(40):
        asked = {*random.choices(common, weights, k=12), *random.choices(common, k=3), "số5"}
        query = [QueryTerm((term,), random.choice((0.3, 0.5, 1.0))) for term in sorted(asked)]
        query.append(QueryTerm(tuple(random.choices(common, k=2)), 0.5))
        found, expected = engine.search(query, 6), reference.search(query, 6)
        assert_alike(found, expected)


@given(st.lists(st.text("aàạ đĐưỨ.,\n12-x", max_size=60), max_size=5))
def test_analysis_gives_the_terms_of_documents(some: list[str]) -> None:
    batches = list(analyse(some))
    expected = batch_of([document_terms(text) for text in some]) if some else None
    if expected is None:
        assert batches == []
        return
    (found,) = batches
    assert found.keys.tolist() == expected.keys.tolist()
    assert found.ends.tolist() == expected.ends.tolist()
    assert found.postings.tolist() == expected.postings.tolist()
    assert found.lengths.tolist() == expected.lengths.tolist()


def test_term_repeated_beyond_a_byte_still_counts_its_length(tmp_path: Path) -> None:
    state = written(tmp_path, [{1: ["xã"] * (MAX_TF + 50), 2: ["yên"]}])
    (hit,) = InvertedEngine(tmp_path, state).search([QueryTerm(("xã",))], 10)
    assert hit.id == 1


def test_synonyms_beyond_a_byte_count_as_a_byte(tmp_path: Path) -> None:
    terms = [*(["xã"] * 200), *(["làng"] * 200)]
    engine = InvertedEngine(tmp_path, written(tmp_path, [{1: terms, 2: ["yên"] * 400}]))
    (hit,) = engine.search([QueryTerm(("xã", "làng"))], 10)
    assert hit.score == pytest.approx(idf(2, 1, 0.0) * MAX_TF * 2.2 / (MAX_TF + 1.2))


def test_single_additions_keep_few_segments(tmp_path: Path) -> None:
    state = written(tmp_path, [{id: ["xã", str(id)]} for id in range(100)])
    engine = InvertedEngine(tmp_path, state)
    assert len(list(tmp_path.iterdir())) <= 2
    assert [hit.id for hit in engine.search([QueryTerm(("57",))], 10)] == [57]


def test_everything_given_up_leaves_no_file(tmp_path: Path) -> None:
    state = written(tmp_path, [{1: ["xã"], 2: ["yên"]}], gone=[1, 2])
    assert list(tmp_path.iterdir()) == []
    assert InvertedEngine(tmp_path, state).search([QueryTerm(("xã",))], 10) == []


def test_state_that_was_not_prepared_leaves_only_garbage(tmp_path: Path) -> None:
    state = written(tmp_path, [{1: ["xã"]}])
    abandoned = InvertedWriter(tmp_path, state)
    abandoned.add(batch_of([["yên"]]), [2])
    abandoned.prepare()
    abandoned.close()
    following = InvertedWriter(tmp_path, state)
    following.clean()
    following.close()
    assert len(list(tmp_path.iterdir())) == 1
    assert InvertedEngine(tmp_path, state).rarities(["yên"]) == [-1.0]


def test_every_flipped_byte_of_a_segment_is_found_or_changes_nothing(tmp_path: Path) -> None:
    documents = {id: ["xã", *(["yên"] * (id % 3)), f"số{id}"] for id in range(1, 40)}
    state = written(tmp_path, [documents])
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    query = [QueryTerm((term,)) for term in ("xã", "yên", "số7", "lạ")]
    expected = InvertedEngine(tmp_path, state).search(query, 10)
    missed = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        try:
            found = InvertedEngine(tmp_path, state).search(query, 10)
        except IndexDamaged:
            continue
        if found != expected:
            missed.append(at)
    assert missed == []


@pytest.mark.parametrize("size", [0, 10, -1])
def test_cut_off_segment_is_damaged(tmp_path: Path, size: int) -> None:
    state = written(tmp_path, [{1: ["xã"]}])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(IndexDamaged):
        InvertedEngine(tmp_path, state)


@pytest.mark.parametrize("large", [1, 1 << 16])
def test_postings_cut_off_later_are_damaged(
    large: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_LARGE", large)
    engine = InvertedEngine(tmp_path, written(tmp_path, [{id: ["xã"] for id in range(40)}]))
    assert engine.rarities(["xã"])[0] > 0  # its record is known, its postings are not read
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="ends too early"):
        engine.search([QueryTerm(("xã",))], 1)


def test_changed_state_is_damaged(tmp_path: Path) -> None:
    state = written(tmp_path, [{1: ["xã"]}])
    with pytest.raises(IndexDamaged):
        InvertedEngine(tmp_path, state.replace('"documents": 1', '"documents": 2'))
