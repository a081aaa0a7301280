"""Labelled seasons in the process that holds the database: the report as JSON, its words on standard error.

What was seen of a season is kept in var/drills/seasons, under the code that played it: a run cut short goes on with the seeds it had not played.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from carnet.cli.running import load_django

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "drills" / "seasons"
# What a season depends on: other code, and it is played again.
CODE = ("carnet/controls", "carnet/scenarios/fraud")
WIDTH = 30


def main() -> None:
    os.environ.setdefault("CARNET_SMS_GATEWAY", "files")  # or nobody could be asked anything
    load_django()
    from carnet.scenarios.fraud import HELD_OUT_SEEDS, Seen, in_words, report_of, seen, watch

    scale, *said = sys.argv[1:]
    began, seasons = time.monotonic(), {}
    for seed in [int(each) for each in said] or HELD_OUT_SEEDS:
        kept = KEPT / f"{digest()}-{scale}-{seed}.json"
        if kept.exists():
            print(f"seed {seed}: played before, {kept.name}", file=sys.stderr)
        else:
            watched = watch(seed=seed, scale=float(scale), progress=shown)
            if watched.stage.season.refused or not watched.stage.season.cashed:
                # Two databases that shared one folder of keys played so once, and nobody was signalled: that is no result.
                sys.exit(f"seed {seed}: {watched.stage.season.refused} vouchers were refused, so it was not played as it is written")
            written = json.dumps(seen(watched).kept(), default=str)
            KEPT.mkdir(parents=True, exist_ok=True)
            kept.write_text(written + "\n", encoding="utf-8")
        seasons[seed] = Seen.read(json.loads(kept.read_text(encoding="utf-8")))
    report = report_of(seasons)
    report["words"] = in_words(report)
    print("\n".join([*report["words"], f"{time.monotonic() - began:.0f} s"]), file=sys.stderr, flush=True)
    print(json.dumps(report))


def digest() -> str:
    """Of the code a season is played by."""
    files = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    whole = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return whole.hexdigest()[:12]


def shown(seed: str, done: int, total: int) -> None:
    """A bar on standard error, drawn again each week of the season; a line a quarter where nobody looks at a screen."""
    is_screen = sys.stderr.isatty()
    if done == total or done % (7 if is_screen else 91) == 0:
        filled = WIDTH * done // total
        line = f"seed {seed}  [{'#' * filled}{'.' * (WIDTH - filled)}]  week {-(-done // 7)} of {-(-total // 7)}"
        print(f"\r{line}" if is_screen else line, end="" if is_screen and done < total else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
