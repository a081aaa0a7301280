"""A fresh Debian machine: a tree made by debootstrap, booted with its own systemd, in which a guide is followed to the letter."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from drills import DrillFailed

ROOT = Path(__file__).resolve().parents[1]
RELEASE = "bookworm"
INCLUDED = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps,util-linux"
NEEDED = ("debootstrap:debootstrap", "systemd-nspawn:systemd-container", "nsenter:util-linux")
BOOT_SECONDS = 60
# The way out of this machine, when it has its own certificate authority: lent to the machine inside.
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
AUTHORITIES_LENT = "/etc/ssl/lent.crt"
LENT = re.compile(r"(.*_CERT|.*_CA_.*|.*CAINFO|SSL_CERT_FILE|.*_BUNDLE|https?_proxy|no_proxy|PIP_DEFAULT_TIMEOUT)", re.IGNORECASE)


class Machine:
    """One tree, booted or not. It shares this machine's network and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "debian"
        self._log = folder / "boot.log"
        self._spawned: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._lent = {name: value.replace(str(AUTHORITIES), AUTHORITIES_LENT) for name, value in os.environ.items() if LENT.fullmatch(name)}

    def make(self) -> None:
        """The packages Debian itself calls minimal, and an init. Raises: DrillFailed."""
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={INCLUDED}", RELEASE, str(self.tree)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise DrillFailed(f"debootstrap: {(done.stderr or done.stdout).strip()[-300:]}")
        if AUTHORITIES.exists():
            shutil.copy(AUTHORITIES, self.tree / AUTHORITIES_LENT.lstrip("/"))
        # Security updates come from where this machine takes its own, when it is of the same release.
        for sources in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")):
            if sources.is_file() and f"{RELEASE}-security" in sources.read_text(encoding="utf-8"):
                shutil.copy(sources, self.tree / "etc/apt/sources.list.d" / f"lent{sources.suffix}")

    def bring(self, into: str) -> None:
        """This project as it is here, without what it makes, at `into`."""
        target = self.tree / into.lstrip("/")
        target.mkdir(parents=True)
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True).stdout
        present = b"\0".join(name for name in listed.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists())
        packed = subprocess.Popen(["tar", "-c", "--null", "--files-from=-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        unpacked = subprocess.Popen(["tar", "-x", "--no-same-owner", "-C", str(target)], stdin=packed.stdout)
        assert packed.stdin is not None
        packed.stdin.write(present)
        packed.stdin.close()
        if unpacked.wait() or packed.wait():
            raise DrillFailed("the project could not be copied into the tree")

    def boot(self) -> float:
        """Start it and wait until its systemd has started everything; how many seconds it took. Raises: DrillFailed."""
        began = time.monotonic()
        command = [
            "systemd-nspawn",
            "--quiet",
            "-D",
            str(self.tree),
            "--register=no",
            "--keep-unit",
            "--boot",
            "--resolv-conf=replace-host",
        ]
        with self._log.open("ab") as log:
            self._spawned = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while time.monotonic() - began < BOOT_SECONDS:
            self._leader = self._first_child()
            if self._leader and self.shell("systemctl is-system-running", check=False).strip() in ("running", "degraded"):
                return time.monotonic() - began
            if self._spawned.poll() is not None:
                break
            time.sleep(0.3)
        raise DrillFailed(f"the machine did not start: {self._log.read_text(errors='replace')[-300:]}")

    def _first_child(self) -> int:
        assert self._spawned is not None
        children = Path(f"/proc/{self._spawned.pid}/task/{self._spawned.pid}/children").read_text(encoding="ascii").split()
        return int(children[0]) if children else 0

    def shell(self, script: str, *, check: bool = True, seconds: float = 900) -> str:
        """Run a script as root inside, stopping at its first failure; what it printed. Raises: DrillFailed."""
        command = ["nsenter", "--target", str(self._leader), "--all", "--", "/usr/bin/env", "-i"]
        kept = {**self._lent, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        kept["DEBIAN_FRONTEND"] = "noninteractive"
        command += [f"{name}={value}" for name, value in kept.items()] + ["/bin/bash", "-euo", "pipefail", "-c", f"cd /root\n{script}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise DrillFailed(f"longer than {seconds:.0f} s: {script.strip()[:120]}") from None
        if check and done.returncode:
            raise DrillFailed(f"{script.strip()[:160]}: {(done.stdout + done.stderr).strip()[-400:]}")
        return done.stdout

    def stop(self) -> None:
        """Power it off, as its button would."""
        if self._spawned is None or self._spawned.poll() is not None:
            return
        self.shell("systemctl poweroff", check=False)
        try:
            self._spawned.wait(30)
        except subprocess.TimeoutExpired:
            self._spawned.kill()
            self._spawned.wait()


def blocks(page: str) -> list[tuple[str, str]]:
    """The commands of a guide to be typed, in their order, each with the heading it stands under."""
    found: list[tuple[str, str]] = []
    heading = ""
    for heading_line, block in re.findall(r"^## ([^\n]+)$|^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        heading = heading_line or heading
        if block:
            found.append((heading, block))
    return found
