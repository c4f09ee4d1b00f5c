"""One phase of one contestant, in this process: asked for as JSON on standard input.

Prints its figures as JSON too; processes of their own keep memory and start-up apart.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmark.contestants import CONTESTANTS, searches, stored_passages
from tests.benchmark.service import endure, pick_up, reload, resident

WARM_UP = 20


def build(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Seconds to index everything; the passages come from the index that was built first."""
    folder, ours = Path(job["folder"]), Path(job["ours"])
    folder.mkdir(parents=True, exist_ok=True)
    source = stored_passages(ours) if folder != ours else ()
    started = time.perf_counter()
    found = contestant.build(Path(job["corpus"]), source, folder)
    seconds = time.perf_counter() - started - found.get("spared", 0) + found.get("extra", 0)
    return {"seconds": seconds, "passages": found.get("passages")}


def cold(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """A first answer; who started this process measures the time."""
    contestant.open(Path(job["folder"]))
    first = getattr(contestant, "answer", None) or contestant.search
    return {"found": first(job["questions"][0])}


def serve(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of every search, or of every answer, and the memory afterwards in MB."""
    contestant.open(Path(job["folder"]))
    questions, run = job["questions"], getattr(contestant, job["kind"])
    searches(questions[:WARM_UP], run)
    took, busy = searches(questions, run)
    return {"took": took, "busy": busy, "memory": resident()}


def add(contestant: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Seconds until an article that was just written is found."""
    started = time.perf_counter()
    contestant.add(Path(job["corpus"]), Path(job["folder"]), job["text"])
    contestant.open(Path(job["folder"]))
    found = contestant.search(job["text"])
    return {"seconds": time.perf_counter() - started, "found": found}


PHASES = {phase.__name__: phase for phase in (build, cold, serve, add, pick_up, reload, endure)}

if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    result = PHASES[asked["phase"]](CONTESTANTS[asked["contestant"]](), asked)
    sys.stdout.write(json.dumps(result, default=str))
