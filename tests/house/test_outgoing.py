"""What the guide lets the account of Carnet call outside, loaded in a network of its own and tried, where this machine allows it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from carnet.gateways import webhooks
from tests.house.rooms import ROOT

GUIDE = ROOT / "docs" / "operating" / "debian" / "outgoing.nft"
# A network of one machine: a wire that leads nowhere, and a neighbour who answers nothing.
NETWORK = """
set -e
ip link set lo up
ip link add wire type veth peer name other
ip addr add 198.51.100.2/24 dev wire
ip link set wire up; ip link set other up
ip route add default via 198.51.100.1 dev wire
ip neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev wire
nft -f {rules}
set +e
for asked in {asked}; do
  for who in nobody root; do
    runuser -u $who -- timeout 1 bash -c "exec 3<>/dev/tcp/$asked" > /dev/null 2>&1
    echo "$who $asked $?"
  done
done
"""
REFUSED, LEFT_WAITING = 1, 124
ASKED = {
    "203.0.113.5/443": LEFT_WAITING, "203.0.113.5/8443": LEFT_WAITING, "203.0.113.5/587": LEFT_WAITING, "203.0.113.5/80": REFUSED,
    "203.0.113.5/22": REFUSED, "10.1.2.3/443": REFUSED, "169.254.169.254/443": REFUSED, "192.168.1.1/443": REFUSED,
}  # fmt: skip


def test_the_ports_of_webhooks_are_open_and_addresses_of_this_network_are_not() -> None:
    rules = GUIDE.read_text(encoding="utf-8")
    (open_ports,) = re.findall(r"tcp dport \{([^}]+)\} accept", rules)
    assert {str(port) for port in webhooks.PORTS} <= {each.strip() for each in open_ports.split(",")}
    assert "169.254.0.0/16" in rules
    assert rules.rindex("goto closed") > rules.rindex("accept")


@pytest.mark.skipif(
    bool(os.geteuid()) or not all(shutil.which(name) for name in ("unshare", "nft", "ip", "runuser")),
    reason="needs root, nftables and iproute2",
)
def test_the_account_is_held_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "rules.nft").write_text(GUIDE.read_text(encoding="utf-8").replace('"carnet"', '"nobody"'), encoding="utf-8")
    script = NETWORK.format(rules=tmp_path / "rules.nft", asked=" ".join(ASKED))
    done = subprocess.run(["unshare", "-n", "bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode or not done.stdout:
        pytest.skip(f"this machine lends no network of one's own: {done.stderr.strip()[-200:]}")
    said = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    assert {asked: int(said[f"nobody {asked}"]) for asked in ASKED} == ASKED
    # The control: whoever else is on this machine is left alone.
    assert {int(said[f"root {asked}"]) for asked in ASKED} == {LEFT_WAITING}
