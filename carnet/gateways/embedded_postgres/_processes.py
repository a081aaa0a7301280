"""What became of a postmaster: alive, or dead in one of the ways that fool PostgreSQL's own check."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

# Larger than any process number a system gives (Linux stops at 2**22): nobody's.
NOBODY = "2147483646"


def postmaster(data: Path) -> int | None:
    """The process number of the postmaster that serves these data, or None when it is not alive."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 and is_postgres(pid) else None


def is_postgres(pid: int) -> bool:
    """Alive, not a zombie waiting for a parent that never comes, and a PostgreSQL (numbers are used again, soon in containers)."""
    process = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            return state not in "ZX" and "postgres" in (process / "cmdline").read_text(errors="replace").split("\0", 1)[0]
        except OSError:
            return False
    listed = subprocess.run(
        ["/bin/ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(listed) and not listed.startswith("Z") and "postgres" in listed


def forget_the_dead(data: Path, sockets: Path) -> None:
    """Let a new postmaster start after one that died without a word.

    PostgreSQL refuses while the number in postmaster.pid answers, as a zombie or a stranger who was given the number does. Deleting the
    file would also skip its check that no orphaned backend still writes to the data; so only the number is replaced, by nobody's.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        lines = pid_file.read_text().split("\n")
        lines[0] = NOBODY
        draft = pid_file.with_name("postmaster.pid.mended")
        draft.unlink(missing_ok=True)
        kept = pid_file.stat()
        # Perhaps as root, in a folder that is not root's: never through a link somebody left there.
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), kept.st_uid, kept.st_gid)
            file.write("\n".join(lines))
        draft.replace(pid_file)
    for leftover in sockets.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def wait_for_end(data: Path, seconds: float) -> bool:
    """True once no postmaster serves these data any more."""
    deadline = time.monotonic() + seconds
    while postmaster(data) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
