"""The pages drawn from the code are those of today's code."""

import subprocess
import sys

from tests.house.rooms import ROOT


def test_the_pages_drawn_from_the_code_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, "-m", "docs.build", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
