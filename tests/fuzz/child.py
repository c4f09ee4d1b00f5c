"""The process that fuzzes one target: `python -m tests.fuzz.child TARGET [libFuzzer's flags]`.

It only ends when the time is over or something was found, and so is started by `tests.fuzz`.
"""

from __future__ import annotations

import sys

import atheris

# ours, and what is written in Python of the libraries that loaders hand bytes to
INSTRUMENTED = ["bot", "retrieval", "docx", "frontmatter", "htmldate", "trafilatura", "yaml"]


def main(name: str, flags: list[str]) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS

        target = TARGETS[name]
        for seed in target.seeds():  # loaders import their libraries when first called
            target.check(seed)
    atheris.Setup([sys.argv[0], *flags], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
