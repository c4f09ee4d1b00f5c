"""What the bot is made of: `python -m tests.supply lock|licences|sbom`.

lock       writes requirements.lock and requirements-build.lock: every package that the container
           gets, with the SHA-256 of its wheels for CPython 3.13 on Linux, x86_64 and aarch64
licences   lists them with their licences
sbom       prints a software bill of materials, as CycloneDX JSON

The list is that of the installed packages' own requirements, so it is run where `pip install -c
constraints.txt -e .` was; all three speak of the container's Python, whatever runs them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
PYTHON = "3.13"  # of the Dockerfile
ARCHITECTURES = ("x86_64", "aarch64")
GLIBC = (36, 35, 34, 31, 28, 27, 26, 24, 17, 12, 5)  # that Debian's can take the place of
OLDER = ("manylinux2014", "manylinux2010", "manylinux1", "linux")
LOCKS = {"requirements.lock": None, "requirements-build.lock": "build-system"}
HEADER = "# Made by `python -m tests.supply lock`, for CPython 3.13 on Linux.\n"

# What may be linked to by an Apache-2.0 program; each is permissive, or asks for no more than
# that its own files stay free.
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|MPL|Mozilla|LGPL"
    r"|Lesser General Public|HPND|CMU|Unlicense|Zlib|0BSD|CC0"
)


def environment() -> dict[str, str]:
    """What markers are judged by: the container's Python."""
    return {
        "python_version": PYTHON,
        "python_full_version": f"{PYTHON}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
    }


def closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    """The packages that those requirements bring, by name, in alphabetical order."""
    found: dict[tuple[str, frozenset[str]], Distribution] = {}
    waiting = [(Requirement(one), "") for one in requirements]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({**environment(), "extra": extra}):
            continue
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key not in found:
            found[key] = distribution(wanted.name)
            own = [Requirement(one) for one in found[key].requires or ()]
            waiting += [(one, each) for one in own for each in {"", *wanted.extras}]
    return {name: one for (name, _), one in sorted(found.items(), key=lambda each: each[0][0])}


def runtime() -> dict[str, Distribution]:
    """The packages that the bot runs on."""
    return closure(_pyproject()["project"]["dependencies"])


def licence_of(package: Distribution) -> str:
    """What a package says of its licence, in a line."""
    told = package.metadata
    classifiers = told.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
    short = told.get("License", "").strip().splitlines()
    for one in (told.get("License-Expression"), " or ".join(named), *short[:1]):
        if one and one != "OSI Approved":
            return str(one)
    return "unknown"


def bill(packages: Mapping[str, Distribution], hashes: Mapping[str, list[str]]) -> str:
    """A software bill of materials, as CycloneDX 1.5 (ECMA-424) has it."""
    components = [
        {
            "type": "library",
            "bom-ref": _purl(name, one.version),
            "name": name,
            "version": one.version,
            "purl": _purl(name, one.version),
            "licenses": [{"license": {"name": licence_of(one)}}],
            "hashes": [{"alg": "SHA-256", "content": each} for each in hashes.get(name, [])],
        }
        for name, one in packages.items()
    ]
    project = _pyproject()["project"]
    subject = {"type": "application", "name": project["name"], "version": project["version"]}
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": subject | {"bom-ref": "hoibao"}},
        "components": components,
    }
    return json.dumps(told, indent=1)


def read_lock(file: str) -> dict[str, list[str]]:
    """The packages of a lock as "name==version", with their hashes."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    return {pin: [one.removeprefix("--hash=sha256:") for one in rest] for pin, *rest in lines}


def lock() -> None:
    """Write both locks."""
    pins = _pins()
    for file, table in LOCKS.items():
        names = list(runtime()) if table is None else _build_requirements()
        hashes = _hashes([f"{name}=={pins[name]}" for name in names])
        lines = [
            " \\\n    ".join([f"{name}=={pins[name]}", *(f"--hash=sha256:{one}" for one in found)])
            for name, found in sorted(hashes.items())
        ]
        (ROOT / file).write_text(HEADER + "\n".join([*lines, ""]), encoding="utf-8")


def _hashes(pins: list[str]) -> dict[str, list[str]]:
    """The wheels' hashes, by the packages' names."""
    found: dict[str, set[str]] = defaultdict(set)
    for architecture in ARCHITECTURES:
        with tempfile.TemporaryDirectory() as folder:
            _download(pins, architecture, folder)
            for wheel in Path(folder).iterdir():
                name = parse_wheel_filename(wheel.name)[0]
                found[name].add(sha256(wheel.read_bytes()).hexdigest())
    return {name: sorted(ones) for name, ones in found.items()}


def _download(pins: list[str], architecture: str, folder: str) -> None:
    tags = [*(f"manylinux_2_{minor}" for minor in GLIBC), *OLDER]
    platforms = [f"--platform={tag}_{architecture}" for tag in tags]
    abis = ["--abi=cp313", "--abi=abi3", "--abi=none"]
    target = [f"--python-version={PYTHON}", "--implementation=cp", *abis, *platforms]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    subprocess.run([*command, "--only-binary=:all:", *target, "--dest", folder, *pins], check=True)


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and line[0] != "#")
    return {canonicalize_name(name): version for name, version in pairs}


def _build_requirements() -> list[str]:
    return list(closure(_pyproject()["build-system"]["requires"]))


def _pyproject() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply", description=__doc__)
    parser.add_argument("what", choices=["lock", "licences", "sbom"])
    what = parser.parse_args().what
    if what == "lock":
        lock()
    elif what == "licences":
        for name, one in runtime().items():
            print(f"{name:<24}{one.version:<14}{licence_of(one)}")  # noqa: T201
    else:
        hashes = {
            pin.partition("==")[0]: ones for pin, ones in read_lock("requirements.lock").items()
        }
        print(bill(runtime(), hashes))  # noqa: T201


if __name__ == "__main__":
    main()
