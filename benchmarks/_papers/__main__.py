"""Serve one writer: a line in, the number of booklets; a line out, seconds of processor time and bytes."""

import importlib
import json
import sys
import time
from pathlib import Path


def main() -> None:
    name, told = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    write = importlib.import_module(f"benchmarks._papers.{name}").write
    size = len(write(told["edition"], told["booklets"][:2]))
    print(f"ready {size}", flush=True)
    for turn, line in enumerate(sys.stdin):
        count = int(line)
        # Never the same twice running: Typst remembers what it has set.
        first = turn * count % (len(told["booklets"]) - count)
        booklets = told["booklets"][first : first + count]
        started = time.process_time()
        size = len(write(told["edition"], booklets))
        print(f"{time.process_time() - started} {size}", flush=True)


if __name__ == "__main__":
    main()
