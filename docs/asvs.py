"""The grid of OWASP ASVS 5.0: what `docs/security/asvs.csv` says, counted and laid out. Drawn by `make docs`; looked at by a house test."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRID = ROOT / "docs" / "security" / "asvs.csv"
STATES = ("met", "partly", "gap", "n/a")
CHAPTERS = {
    1: "Encoding and Sanitization", 2: "Validation and Business Logic", 3: "Web Frontend Security", 4: "API and Web Service", 5: "File Handling",
    6: "Authentication", 7: "Session Management", 8: "Authorization", 9: "Self-contained Tokens", 10: "OAuth and OIDC", 11: "Cryptography",
    12: "Secure Communication", 13: "Configuration", 14: "Data Protection", 15: "Secure Coding and Architecture",
    16: "Security Logging and Error Handling", 17: "WebRTC",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, as we read it."""

    id: str
    level: int
    says: str
    state: str
    evidence: tuple[str, ...]
    tests: tuple[str, ...]
    note: str

    @property
    def chapter(self) -> int:
        return int(self.id.split(".")[0])


def grid() -> list[Requirement]:
    with GRID.open(newline="", encoding="utf-8") as file:
        return [
            Requirement(
                row["id"], int(row["level"]), row["requirement"], row["state"], tuple(row["evidence"].split()), tuple(row["tests"].split()), row["note"]
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def page() -> str:
    """The page, without its notice."""
    rows = grid()
    counted = "\n".join(_counts(name, [each for each in rows if keep(each)]) for name, keep in _GROUPS)
    chapters = "\n".join(
        _counts(f"V{number} {name}", [each for each in rows if each.chapter == number]) for number, name in CHAPTERS.items()
    )
    lacks = "\n".join(
        f"| {each.id} | {each.level} | {each.state} | {each.says} | {each.note} |" for each in rows if each.state in ("partly", "gap")
    )
    details = "\n\n".join(_chapter(number, [each for each in rows if each.chapter == number]) for number in CHAPTERS)
    heads = " | ".join(STATES)
    return f"""# OWASP ASVS 5.0, levels 1 and 2

This is our own reading of every requirement of levels 1 and 2 of the *OWASP Application Security Verification Standard* 5.0.0
(May 2025), and of a few of level 3, in November 2026. **Nobody else has verified it: it is no certificate.** The standard is by the
OWASP Foundation, under [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/); its text is not here: numbers and chapter
names are theirs, each short line is ours and does not replace the requirement. Read it at `github.com/OWASP/ASVS`, folder `5.0/en`.
Why a grid: [decision 0094](../decisions/0094-a-grid-that-says-its-gaps.md).

It was read twice, by people of this project and not by auditors: once while it was written, once more with the standard's text in hand and
as an adversary would, for V6, V7, V8, V10, V11, V13, V15 and V16 (drafts of the 5.0.0 texts, as the public repository keeps them). The
second reading found eight answers *met* that were not: four were mended, four are *partly* now. Of the met ones, those that name no
test are documents and absences. What it changed: [decision 0097](../decisions/0097-read-again-as-an-adversary.md).

*Met*: done, with where and the test that proves it, when one does. *Partly*, *gap*: what lacks is said. *n/a*: does not apply, and
why. Change `docs/security/asvs.csv`, never this page.

| of | requirements | {heads} |
| --- | --: | {" | ".join("--:" for _ in STATES)} |
{counted}

| chapter | requirements | {heads} |
| --- | --: | {" | ".join("--:" for _ in STATES)} |
{chapters}

{sum(bool(each.tests) for each in rows)} of {len(rows)} name a test; the others are documents, settings or absences, seen by a reader.

## What lacks

| requirement | level | | in short | what lacks |
| --- | --: | --- | --- | --- |
{lacks}

## All of them

{details}
"""


_GROUPS = (
    ("level 1", lambda each: each.level == 1),
    ("level 2", lambda each: each.level == 2),
    ("levels 1 and 2", lambda each: each.level < 3),
    ("of level 3, looked at besides", lambda each: each.level == 3),
)


def _counts(name: str, rows: Sequence[Requirement]) -> str:
    found = Counter(each.state for each in rows)
    return f"| {name} | {len(rows)} | {' | '.join(str(found[state]) for state in STATES)} |"


def _chapter(number: int, rows: Sequence[Requirement]) -> str:
    lines = "\n".join(
        f"| {each.id} | {each.level} | {each.says} | {each.state} | {_where(each)} | {each.note} |" for each in rows
    )  # fmt: skip
    return f"### V{number} {CHAPTERS[number]}\n\n| | level | in short | | where, and the test | |\n| --- | --: | --- | --- | --- | --- |\n{lines}"


def _where(each: Requirement) -> str:
    tests = [name.partition("::") for name in each.tests]
    return " · ".join(
        [*(f"`{path}`" for path in each.evidence), *(f"`{path}`{f' *{name}*' if name else ''}" for path, _colons, name in tests)]
    )
