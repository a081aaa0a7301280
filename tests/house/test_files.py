"""What must not be in any file, and the words of the Makefile."""

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.house.rooms import ROOT

TEXT = {".py", ".md", ".html", ".txt", ".toml", ".yml", ".css", ".js", ".sql", ".ini", ".cfg", ".json", ".svg", ""}


def tracked() -> list[str]:
    """The project's files as git knows them, new ones included, ignored ones not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    return listed or [str(path.relative_to(ROOT)) for path in (ROOT / "carnet").rglob("*") if path.is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in TEXT and path.is_file() and path.stat().st_size < 2_000_000:
            found.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return found


# Written in pieces, so that this very file does not hold them.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.${}\-])/(?:wo" + r"rk|fa" + r"rm|ro" + r"ot|ho" + r"me/\w+)/[\w.]"),
    "a registry's address": re.compile(r"files\.pythonho" + r"sted|py" + r"pi\.org|registry\.npm" + r"js|deb\.debian" + r"\.org"),
    "a word that is not about the project": re.compile(
        r"\b(?:cl" + r"aude|ll" + r"m|language mo" + r"del|sub-?ag" + r"ents?)\b", re.IGNORECASE
    ),
    "unfinished work": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|lorem ip" + r"sum)\b"),
}


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_file_holds(fault: str) -> None:
    pattern = FORBIDDEN[fault]
    found = []
    for name, text in texts():
        if name.endswith(".json") or "/data/" in name or name == "LICENSE":
            continue
        found += [f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(0)}" for match in pattern.finditer(text)]
    assert not found, "\n".join(found[:20])


def test_the_lock_files_hold_hashes_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-traces.txt", "requirements-bench.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, f"{name} holds an address"
        pinned = re.findall(r"^[a-zA-Z0-9_.\-]+==", text, re.MULTILINE)
        assert len(pinned) > 40
        assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n")
    silent = [
        line.strip() for before, line in itertools.pairwise(lines) if re.match(r'    "[a-z]', line) and not before.strip().startswith("#")
    ]
    requirements = [line for line in silent if re.match(r'"[a-z0-9_\-]+(\[[a-z,]+\])?[><=]', line)]
    assert not requirements, f"no reason given for: {requirements}"


def test_the_makefile_has_seven_words() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = re.findall(r"^([a-z]+):", text, re.MULTILINE)
    assert words == ["demo", "run", "test", "check", "bench", "drills", "docs"]
    assert set(words) == set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())


LOADED_FROM_ELSEWHERE = re.compile(r'(?:\bsrc|\bsrcset)="(?:https?:)?//[^"]*"|<link\b[^>]*\bhref="(?:https?:)?//[^"]*"')


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_script_or_style() -> None:
    found = []
    for name, text in texts():
        if not name.endswith(".html"):
            continue
        found += [f"{name}: {match.group(0)}" for match in LOADED_FROM_ELSEWHERE.finditer(text)]
        found += [f"{name}: inline script" for _ in re.finditer(r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json))[^>]*>", text)]
        found += [f"{name}: {match.group(0)[:40]}" for match in re.finditer(r'\s(?:style|on[a-z]+)="[^"]*"', text)]
    assert not found, "\n".join(found)


def imported(folders: tuple[str, ...]) -> set[str]:
    """The top names of every module imported by the files of these folders."""
    names: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            if {"_peers", "_papers"} & set(path.parts):
                continue  # an environment of its own: requirements-bench.in
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"carnet", "carnet_client", "tests", "drills", "benchmarks", "docs"}


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(("carnet",), ("traces",)), (("tests", "drills", "benchmarks", "docs"), ("dev", "traces"))],
    ids=["the product", "what proves it"],
)
def test_what_is_imported_is_declared(folders: tuple[str, ...], extras: tuple[str, ...]) -> None:
    """Not leaned on because something else happens to bring it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    declared = {re.match(r"[\w\-.]+", line).group(0).lower().replace("_", "-") for line in lines}
    packages = packages_distributions()
    undeclared = {
        name for name in imported(folders) if not {package.lower().replace("_", "-") for package in packages.get(name, [])} & declared
    }
    # Parts of a declared package that install under another name.
    assert undeclared <= {"pydantic_core", "psycopg_pool"}, f"imported and not declared in pyproject.toml: {undeclared}"
