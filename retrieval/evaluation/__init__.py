"""How well questions are answered, measured on SQuAD files.

>>> run = evaluate_file(Path("xquad.vi.json"), noises=["none", "telex"])
>>> run.noises["none"].metrics["quote@1"].value
"""

from retrieval.evaluation.failures import write_failures
from retrieval.evaluation.noise import NOISES
from retrieval.evaluation.report import write_report
from retrieval.evaluation.run import (
    EvaluationRun,
    NoiseRun,
    compare,
    evaluate,
    evaluate_file,
    indexed,
    load_run,
    losses,
)
from retrieval.evaluation.squad import Collection, Question, read_collection
from retrieval.evaluation.statistics import Difference, Estimate, statistics_of

__all__ = [
    "NOISES",
    "Collection",
    "Difference",
    "Estimate",
    "EvaluationRun",
    "NoiseRun",
    "Question",
    "compare",
    "evaluate",
    "evaluate_file",
    "indexed",
    "load_run",
    "losses",
    "read_collection",
    "statistics_of",
    "write_failures",
    "write_report",
]
