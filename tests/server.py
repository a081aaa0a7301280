"""A PostgreSQL of the tests' own: `python -m tests.server COMMAND...` lends its address in CARNET_DATABASE_URL while the command runs.

It forgets at a power cut, for nothing in it is worth a disk's waiting, and lives apart from the one of `make` and `make run`, which
never forgets. The drills, which kill a whole server, start durable ones of their own. An address already given is left as it is.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from carnet.gateways.embedded_postgres import running
from carnet.settings import env

ROOT = Path(__file__).resolve().parent.parent
# `full_page_writes` protects from what `fsync` off accepts already. A small cache suits databases of fifteen megabytes, made by the hundred:
# dropping one reads the whole cache. Nothing is worth a checkpoint in the quarter of an hour that the tests last.
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}


def main(command: list[str]) -> int:
    if os.environ.get("CARNET_DATABASE_URL", "").strip():
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is let go of
    with running(env.folder("CARNET_VAR_DIR", ROOT / "var") / "tests", FORGETFUL) as url:
        try:
            return subprocess.run(command, check=False, env={**os.environ, "CARNET_DATABASE_URL": url}).returncode
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
