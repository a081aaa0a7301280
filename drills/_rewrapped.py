"""The wrapping key changed in the middle of a drill: a process that does it is killed, everything is asked of the ring, another goes on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from carnet.gateways.keys import FileKeyRing, KeyRing, KeysRefused, rewrap
from drills import DrillFailed

PEOPLE = 8
# Slow between two files, so that it is in the middle when it is killed.
SLOWLY = """
import sys, time
from pathlib import Path
from carnet.gateways.keys import FileKeyRing, rewrap
rewrap(FileKeyRing(Path(sys.argv[1]), wrapping_key=Path(sys.argv[2])), told=lambda: time.sleep(0.2))
"""
SECONDS_MOST = 60


def killed_then_finished(ring: KeyRing) -> dict[str, int]:
    """Change the wrapping key of `ring`, killed once. Raises: DrillFailed, when anything does not open at any moment."""
    if not isinstance(ring, FileKeyRing):
        raise DrillFailed("the keys of this installation are not in files")
    sealed = {f"drill-{rank}": ring.seal_for(f"drill-{rank}", "drill", b"a name") for rank in range(PEOPLE)}
    own, marked = ring.seal("drill", b"a picture"), ring.mark("drill", "0240000000")
    former = ring.wrapping_path.read_bytes()
    process = subprocess.Popen([sys.executable, "-c", SLOWLY, str(ring.folder), str(ring.wrapping_path)])
    deadline = time.monotonic() + SECONDS_MOST
    while process.poll() is None and not (ring.next_path.exists() and ring.former_paths()):
        if time.monotonic() > deadline:
            raise DrillFailed("the change of the wrapping key never began")
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    if process.wait() != -signal.SIGKILL:
        raise DrillFailed("the change of the wrapping key had ended before it was killed")
    _opens(ring, sealed, own, marked, "killed in the middle")
    done = rewrap(FileKeyRing(ring.folder, wrapping_key=ring.wrapping_path))
    _opens(ring, sealed, own, marked, "gone on with")
    if not done.resumed or not done.already or ring.wrapping_path.read_bytes() == former:
        raise DrillFailed(f"it began again instead of going on: {done}")
    return {"rewrapped_before_the_kill": done.already, "rewrapped_after": done.sealed_anew}


def _opens(ring: FileKeyRing, sealed: dict[str, bytes], own: bytes, marked: bytes, when: str) -> None:
    for each in (ring, FileKeyRing(Path(ring.folder), wrapping_key=ring.wrapping_path)):
        try:
            names = {each.unseal_for(person, "drill", box) for person, box in sealed.items()}
            held = names == {b"a name"} and each.unseal("drill", own) == b"a picture" and each.mark("drill", "0240000000") == marked
        except KeysRefused as refusal:
            raise DrillFailed(f"{when}: {refusal.code}") from None
        if not held:
            raise DrillFailed(f"{when}: something does not open as before")
