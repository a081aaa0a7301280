"""`python -m benchmarks._peers NAME prepare`: tables and accounts. `... NAME work FIRST`: a process of several threads; for each line of
standard input (seconds), works that long and answers how many units it did and how long it took."""

import contextlib
import importlib
import json
import os
import sys
import threading
import time
from itertools import count

THREADS = 4


def main() -> None:
    name, what, *words = sys.argv[1:]
    os.environ.update(PEER=name, DJANGO_SETTINGS_MODULE="benchmarks._peers.settings")
    import django

    django.setup()
    peer = importlib.import_module(f"benchmarks._peers.{name}")
    if what == "prepare":
        from django.core.management import call_command

        call_command("migrate", run_syncdb=True, verbosity=0)
        print(json.dumps(peer.prepare(*map(int, words))))
    elif what == "count":
        print(json.dumps(peer.done_count()))
    else:
        work(peer, first=int(words[0]))


def work(peer: object, *, first: int) -> None:
    """Answer `DONE SECONDS` to each line of standard input."""
    from django.db import connection

    numbers, faults = count(first), []
    for line in sys.stdin:
        ready, done = threading.Barrier(THREADS + 1), []

        def spend(seconds: float, ready: threading.Barrier = ready, done: list[int] = done) -> None:
            try:
                connection.ensure_connection()
                ready.wait()
                until = time.perf_counter() + seconds
                while time.perf_counter() < until:
                    peer.unit(next(numbers))  # type: ignore[attr-defined]
                    done.append(1)
            except Exception as error:  # noqa: BLE001 - told to whoever measures
                faults.append(error)
                ready.abort()
            finally:
                connection.close()  # between rounds the server's connections are for others

        threads = [threading.Thread(target=spend, args=[float(line)]) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        with contextlib.suppress(threading.BrokenBarrierError):
            ready.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        print(len(done), time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
