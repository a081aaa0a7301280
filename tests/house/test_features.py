"""What the documents point at exists: paths of the project, tests, other pages, headings, pictures. And what the code says of documents."""

import re
from pathlib import Path

import pytest

from tests.house.rooms import ROOT
from tests.house.test_files import texts

PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if ".venv" not in path.parts and "node_modules" not in path.parts
)
TESTED = ("docs/features.md", "docs/announcements.md")
OWN_PATH = re.compile(r"`((?:carnet|tests|docs|drills|benchmarks|\.ci)/[\w./\-]*)(?:::([\w:]+))?`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
CITED_BY_CODE = re.compile(r"\bdocs/[\w\-]+(?:/[\w\-]+)*\.md(?:#[\w\-]+)?")


def anchors(page: Path) -> set[str]:
    """The headings and the named places of a page, as links name them."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([\w\-]+)"', text))


@pytest.mark.parametrize("name", TESTED)
def test_every_test_named_exists(name: str) -> None:
    named = [(file, test) for file, test in OWN_PATH.findall((ROOT / name).read_text(encoding="utf-8")) if test]
    assert len(named) > 10
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not re.search(rf"\b(?:def|class) {test.split('::')[-1]}\b", (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert not missing, missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_link_and_picture_of_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [file for file, _test in OWN_PATH.findall(text) if not (ROOT / file).exists()]
    for target in ("".join(found) for found in LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            missing.append(target)
    assert not missing, missing


def test_every_page_the_code_cites_exists_with_its_heading() -> None:
    broken = []
    cited = 0
    for name, text in texts():
        if not name.endswith((".py", ".sql", ".toml", ".html")):
            continue
        for reference in CITED_BY_CODE.findall(text):
            cited += 1
            page, _hash, anchor = reference.partition("#")
            if not (ROOT / page).exists() or (anchor and anchor not in anchors(ROOT / page)):
                broken.append(f"{name}: {reference}")
    assert cited > 10
    assert not broken, broken


def test_pictures_stay_light() -> None:
    pictures = list((ROOT / "docs/pictures").glob("*.png"))
    assert pictures
    assert sum(picture.stat().st_size for picture in pictures) < 3_000_000
    shown = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [picture.name for picture in pictures if f"pictures/{picture.name}" not in shown] == [], "pictures no page shows"
