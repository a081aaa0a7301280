"""`carnet territories`: INSEE's files read from the command line, wrong lines told one by one."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import TerritoryIndicator
from tests import commands

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _database(committed_database: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        with acting_as_everything(why="leave nothing to the next test"):
            TerritoryIndicator.objects.all().delete()


def test_a_file_is_tried_then_read_and_its_wrong_lines_end_in_a_one(tmp_path: Path) -> None:
    file = tmp_path / "base-cc.csv.gz"
    file.write_bytes(gzip.compress(b"CODGEO;P19_POP;TP6021\n44109;318808;15\n99999;1;1\n44162;x;1\n"))
    tried = commands.carnet("territories", "import", str(file), "--dry-run")
    assert tried.returncode == 1
    assert "ligne 3 : cette commune n’existe pas, ou plus (99999)" in tried.stderr
    assert "ligne 4 : ce n’est pas un nombre (x)" in tried.stderr
    assert "Rien n’est gardé." in tried.stdout
    assert json.loads(commands.carnet("territories", "list", "--json").stdout) == []
    read = json.loads(commands.carnet("territories", "import", str(file), "--source", "INSEE 2019", "--json").stdout)
    assert (read["communes"], read["figures"], read["fault_count"]) == (1, 2, 2)
    assert "POP 2019 : 1 communes (INSEE 2019)" in commands.carnet("territories", "list").stdout
