"""Labelled seasons in the process that holds the database: the report as JSON, its words on standard error."""

import json
import sys
import time

from carnet.cli.running import load_django


def main() -> None:
    load_django()
    from carnet.scenarios.fraud import HELD_OUT_SEEDS, in_words, simulate

    scale, *seeds = sys.argv[1:]
    began = time.monotonic()
    report = simulate([int(seed) for seed in seeds] or HELD_OUT_SEEDS, scale=float(scale))
    print("\n".join([*in_words(report), f"{time.monotonic() - began:.0f} s"]), file=sys.stderr, flush=True)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
