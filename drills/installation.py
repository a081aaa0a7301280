"""A fresh Debian machine, taken from nothing to a served installation by following docs/operating/debian.md to the letter.

The machine is a tree of Debian's own packages, booted with its own systemd. Every block marked `sh` of the guide is typed in it, in order,
and nothing else; then what a visitor and an operator would see is looked at, a service is killed, and the machine is switched off and on.
Blocks marked `console` need the outside (a public name, a certificate authority): they are counted, and not typed.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from drills import DrillFailed
from drills._debian import NEEDED, ROOT, Machine, blocks

NAME = "installation"
GUIDE = ROOT / "docs" / "operating" / "debian.md"
UNITS = ("carnet", "carnet-counter", "carnet-jobs", "carnet-archive")
PORTS = (80, 443, 5432, 8000, 8001, 9090)
SECONDS_TO_COME_BACK = 30
SECONDS_WATCHED = 90
EXPOSURE_MOST = 3.0
MEGABYTES_MOST = 2_000


def play() -> dict[str, Any]:
    """Install, look, kill, switch off and on. Raises: DrillFailed."""
    _check_possible()
    folder = Path(tempfile.mkdtemp(prefix="carnet-installation-", dir="/var/tmp"))
    machine = Machine(folder)
    try:
        began = time.monotonic()
        machine.make()
        machine.bring("/opt/carnet")
        figures: dict[str, Any] = {"tree_seconds": round(time.monotonic() - began), "boot_seconds": round(machine.boot(), 1)}
        figures |= _follow(machine, GUIDE.read_text(encoding="utf-8"))
        figures |= _look(machine)
        figures |= _kill(machine)
        machine.stop()
        figures["boot_again_seconds"] = round(machine.boot(), 1)
        figures["serves_again_seconds"] = _wait_until_served(machine)
        _look(machine)
        return figures
    finally:
        machine.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _check_possible() -> None:
    if os.geteuid():
        raise DrillFailed("booting a Debian machine inside this one needs root")
    if subprocess.run([ROOT / ".ci" / "system-packages", *NEEDED], check=False).returncode:
        raise DrillFailed("debootstrap and systemd-container are needed")
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise DrillFailed(f"port {port} is taken here, and the machine inside shares this network") from None


def _follow(machine: Machine, page: str) -> dict[str, Any]:
    """Type the guide; seconds by heading."""
    spent: dict[str, float] = {}
    for heading, block in blocks(page):
        began = time.monotonic()
        machine.shell(block)
        spent[heading] = spent.get(heading, 0) + time.monotonic() - began
        print(f"  {heading}: {spent[heading]:.0f} s", flush=True)
    return {
        "guide_seconds": round(sum(spent.values())),
        "by_step": {heading: round(seconds) for heading, seconds in spent.items()},
        "blocks_typed": len(blocks(page)),
        "blocks_not_typed": len(re.findall(r"^```console$", page, re.MULTILINE)),
    }


def _wait_until_served(machine: Machine) -> float:
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_COME_BACK:
        if _asked(machine, "/readyz")[0] == 200 and _asked(machine, "/api/v1/redemptions", post=True)[0] == 401:
            return round(time.monotonic() - began, 1)
        time.sleep(0.3)
    raise DrillFailed(
        f"not served after {SECONDS_TO_COME_BACK} s: {machine.shell('journalctl -u carnet -n 5 --no-pager', check=False)[-300:]}"
    )


def _asked(machine: Machine, path: str, *, post: bool = False, headers: str = "") -> tuple[int, str]:
    body = "-X POST -H 'Content-Type: application/json' -d '{}'" if post else ""
    told = machine.shell(
        f"curl -sk -i --max-time 20 --resolve carnet.example.org:443:127.0.0.1 {body} {headers} https://carnet.example.org{path}",
        check=False,
    )
    status = re.match(r"HTTP/\S+ (\d+)", told)
    return (int(status.group(1)) if status else 0), told


def _look(machine: Machine) -> dict[str, Any]:
    """What a visitor, a place's software and the monitoring are answered; how locked up the services are, and what they weigh."""
    _wait_until_served(machine)
    expected = {"/": 200, "/healthz": 200, "/readyz": 200, "/places/": 200, "/api/v1/openapi.json": 200, "/metrics": 404}
    for path, status in expected.items():
        seen, told = _asked(machine, path)
        if seen != status:
            raise DrillFailed(f"{path} answered {seen} instead of {status}: {told[:200]}")
    front = _asked(machine, "/")[1].lower()
    for header in ("strict-transport-security: max-age=", "content-security-policy: ", "x-frame-options: deny"):
        if header not in front:
            raise DrillFailed(f"the front page lacks {header}")
    style = re.search(r'href="(/static/[^"]+\.css)"', front)
    if style is None or "immutable" not in _asked(machine, style.group(1))[1]:
        raise DrillFailed("styles are not gathered, or a browser may not keep them")
    header = "-H \"Authorization: Bearer $(sed -n 's/^CARNET_METRICS_TOKEN=//p' /etc/carnet/carnet.env)\""
    if "carnet_" not in machine.shell(f"curl -s -H 'X-Forwarded-Proto: https' {header} http://127.0.0.1:8000/metrics"):
        raise DrillFailed("the monitoring of this machine reads nothing at /metrics")
    if json.loads(machine.shell("carnet backup list /srv/backups/carnet --json")) in ([], {}):
        raise DrillFailed("there is no backup")
    _watched(machine)
    exposures = [_exposure(machine, unit) for unit in UNITS]
    if max(exposures) > EXPOSURE_MOST:
        raise DrillFailed(f"a service is exposed {max(exposures)} out of 10, more than {EXPOSURE_MOST}")
    weights = _megabytes(machine)
    if sum(weights.values()) > MEGABYTES_MOST:
        raise DrillFailed(f"{sum(weights.values())} MB are in use at rest: {weights}")
    return {"exposure_most": max(exposures), "megabytes": weights, "megabytes_in_all": sum(weights.values())}


def _watched(machine: Machine) -> None:
    """Prometheus reads the site, and knows its alarms."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_WATCHED:
        told = json.loads(machine.shell("curl -s 'http://127.0.0.1:9090/api/v1/query?query=up'", check=False) or "{}")
        found = {each["metric"]["job"]: each["value"][1] for each in told.get("data", {}).get("result", [])}
        if found.get("carnet") == "1":
            break
        time.sleep(1)
    else:
        raise DrillFailed("Prometheus does not read the site")
    rules = json.loads(machine.shell("curl -s http://127.0.0.1:9090/api/v1/rules"))
    if not any(group["name"].startswith("carnet") for group in rules["data"]["groups"]):
        raise DrillFailed("Prometheus does not know the alarms")


def _exposure(machine: Machine, unit: str) -> float:
    machine.shell(f"systemd-analyze verify /etc/systemd/system/{unit}.service")
    told = machine.shell(f"systemd-analyze security --offline=true --json=short /etc/systemd/system/{unit}.service", check=False)
    lines: list[dict[str, Any]] = json.loads(told)
    # What systemd itself weighs: exposure over the range of every line that counts, out of ten.
    summary = machine.shell(f"systemd-analyze security --offline=true --no-pager /etc/systemd/system/{unit}.service | tail -1", check=False)
    found = re.search(r"(\d+\.\d+)", summary)
    if not lines or found is None:
        raise DrillFailed(f"systemd could not judge {unit}.service: {summary[:200]}")
    return float(found.group(1))


def _megabytes(machine: Machine) -> dict[str, int]:
    """Proportional memory by user: shared pages are counted once."""
    told = machine.shell(
        "for p in /proc/[0-9]*; do u=$(stat -c %U $p 2>/dev/null) || continue;"
        " k=$(sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' $p/smaps_rollup 2>/dev/null) || continue; echo $u ${k:-0}; done"
    )
    weights: dict[str, int] = {}
    for line in told.splitlines():
        user, kilobytes = line.split()
        weights[user] = weights.get(user, 0) + int(kilobytes)
    return {user: round(kilobytes / 1024) for user, kilobytes in sorted(weights.items()) if kilobytes > 1024}


def _kill(machine: Machine) -> dict[str, Any]:
    """Each service killed for good, then PostgreSQL: everything is back by itself."""
    slowest = 0.0
    for unit in (*UNITS, "postgresql@15-main"):
        machine.shell(f"kill -9 $(systemctl show -p MainPID --value {unit})" if unit in UNITS else f"systemctl restart {unit}")
        time.sleep(0.5)
        slowest = max(slowest, _wait_until_served(machine))
    time.sleep(3)
    for unit in UNITS:
        if machine.shell(f"systemctl is-active {unit}", check=False).strip() != "active":
            raise DrillFailed(f"{unit} did not come back: {machine.shell(f'journalctl -u {unit} -n 5 --no-pager', check=False)[-300:]}")
    return {"back_after_a_kill_seconds": slowest}
