"""Serve the textbook's view, as `carnet serve` serves ours: `python -m benchmarks._peers.textbook.serve --port PORT`."""

import sys


def main() -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target="benchmarks._peers.textbook.views:application", address="127.0.0.1", port=int(sys.argv[-1]), interface=Interfaces.WSGI, workers=2,
        blocking_threads=8, websockets=False, log_level=LogLevels.error, log_access=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
