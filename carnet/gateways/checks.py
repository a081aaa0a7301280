"""The latest result of long checks, in files of the installation: what a command or the night found is read by the doctor and by monitoring.

`VAR_DIR/checks/NAME.json`: {"at", "faults"}, of this machine; the database keeps what any machine found (journal.VerificationRun).
`VAR_DIR/backups/last.json`, written by `carnet backup`: {"at", "bytes", "verified_at"}.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

LEDGER, JOURNAL = "ledger", "journal"


@dataclass(frozen=True, slots=True)
class Checked:
    """When a check ended, and how many faults it named."""

    at: datetime
    fault_count: int


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The latest backup: when it ended, its size, when it was last read back (None: never)."""

    at: datetime
    size_bytes: int
    verified_at: datetime | None


def note_checked(folder: Path, name: str, *, fault_count: int, at: datetime) -> None:
    """Keep the result of a check, whole or not at all. A folder that cannot be written to changes nothing of the check."""
    path = folder / "checks" / f"{name}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"at": at.isoformat(), "faults": fault_count}) + "\n", encoding="ascii")
        draft.replace(path)
    except OSError:
        return


def latest_check(folder: Path, name: str) -> Checked | None:
    """The result that was kept; None before the first."""
    found = _read(folder / "checks" / f"{name}.json")
    try:
        return Checked(datetime.fromisoformat(found["at"]), int(found["faults"]))
    except (KeyError, TypeError, ValueError):
        return None


def later(first: Checked | None, second: Checked | None) -> Checked | None:
    """The later of two results."""
    return max((each for each in (first, second) if each is not None), key=lambda each: each.at, default=None)


def latest_backup(folder: Path) -> BackedUp | None:
    """The latest backup that ended; None before the first."""
    found = _read(folder / "backups" / "last.json")
    try:
        verified = found.get("verified_at")
        return BackedUp(
            datetime.fromisoformat(found["at"]), int(found["bytes"] or 0), datetime.fromisoformat(verified) if verified else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
