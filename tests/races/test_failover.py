"""The failover drill notices what it should: a redemption acknowledged and lost, one there twice, a silence too long. The whole is `make drills ONLY=failover`."""

import json
import os
import string
import subprocess
import sys
from pathlib import Path

import pytest

from drills import DrillFailed, _cluster, failover, redemptions_killed

ROOT = Path(__file__).resolve().parents[2]
VALUES = {
    "name": "one", "address": "192.0.2.1", "etcd": "192.0.2.1:2379", "network": "192.0.2.0/24", "data": "/data", "run": "/run/postgresql",
    "userlist": "/etc/pgbouncer/userlist.txt", "one": "192.0.2.1", "two": "192.0.2.2", "three": "192.0.2.3",
    **{f"{who}_password": f"secret-{who}" for who in ("superuser", "replication", "rewind", "owner", "site")},
}  # fmt: skip


class TestWhatIsCompared:
    @pytest.fixture
    def kept(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
        """What the database is made to hold, by the redemption's number."""
        held: dict[str, int] = {}
        monkeypatch.setattr(redemptions_killed, "run", lambda words, _surroundings: json.dumps(held) if words[0] == "place" else "")
        return held

    def test_what_was_acknowledged_and_is_there_is_counted(self, kept: dict[str, int]) -> None:
        kept.update({"R-1": 1, "R-2": 1})
        assert redemptions_killed.compared("{}", {1: "R-1", 2: "R-2"}, {}) == {"acknowledged": 2, "lost": 0, "doubled": 0}

    def test_a_note_of_a_redemption_that_is_not_there_is_a_loss(self, kept: dict[str, int]) -> None:
        kept.update({"R-1": 1})
        with pytest.raises(DrillFailed, match="1 acknowledged redemptions are not in the database: vouchers \\[2\\]"):
            redemptions_killed.compared("{}", {1: "R-1", 2: "R-2"}, {})

    def test_one_that_is_there_twice_fails(self, kept: dict[str, int]) -> None:
        kept.update({"R-1": 2})
        with pytest.raises(DrillFailed):
            redemptions_killed.compared("{}", {1: "R-1"}, {})

    def test_one_nobody_was_told_of_fails(self, kept: dict[str, int]) -> None:
        kept.update({"R-1": 1, "R-2": 1})
        with pytest.raises(DrillFailed, match="nobody was told"):
            redemptions_killed.compared("{}", {1: "R-1"}, {})


class TestSilences:
    def test_the_longest_wait_between_two_answers_is_found(self) -> None:
        assert failover.longest_silence([1.0, 2.0, 9.5, 3.0, 9.6], after=0.0) == (9.5, 6.5)

    def test_what_was_answered_before_the_blow_does_not_count(self) -> None:
        assert failover.longest_silence([1.0, 20.0, 20.5, 22.0], after=19.0) == (22.0, 1.5)

    def test_silence_for_good_is_a_failure(self) -> None:
        with pytest.raises(DrillFailed):
            failover.longest_silence([1.0, 2.0], after=3.0)

    def test_ten_seconds_are_promised(self) -> None:
        seen = {"writer killed": {"acknowledged_again_after_seconds": 10.1}}
        with pytest.raises(DrillFailed, match=r"10\.1 seconds"):
            failover.judged({"straight": {"blows": {}}, "through PgBouncer": {"blows": seen}})


def promised() -> dict[str, str]:
    """The values of Patroni's template, by the last name on their way."""
    pairs = (line.split(": ", 1) for line in _cluster.rendered("patroni.yml", **VALUES).splitlines() if ": " in line)
    return {name.strip(): value.strip('"') for name, value in pairs}


class TestTemplates:
    @pytest.mark.parametrize("name", sorted(each.name for each in _cluster.TEMPLATES.iterdir()))
    def test_every_value_is_named(self, name: str) -> None:
        assert "${" not in string.Template((_cluster.TEMPLATES / name).read_text(encoding="utf-8")).substitute(VALUES)

    def test_nothing_is_acknowledged_by_one_machine_alone(self) -> None:
        told = promised()
        assert told["synchronous_mode"] == told["synchronous_mode_strict"] == "true"
        assert {told[each] for each in ("fsync", "synchronous_commit", "full_page_writes")} == {"on"}

    def test_a_silent_machine_has_time_to_answer_before_it_loses_its_place(self) -> None:
        told = promised()
        assert int(told["loop_wait"]) + 2 * int(told["retry_timeout"]) <= int(told["ttl"]) < failover.BACK_SECONDS

    def test_the_site_gives_a_pooler_nothing_it_would_not_pass_on(self) -> None:
        lines = _cluster.rendered("carnet.env", **VALUES).splitlines()
        told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        script = (
            "import json; from carnet.settings import base; from carnet.gateways.database import limit_served_connections as served;"
            "import django; django.setup(); from django.db import connections; direct = dict(connections.settings['default']); served();"
            "print(json.dumps([direct['HOST'], connections.settings['default'], connections.settings['reader']], default=str))"
        )
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
            env=surroundings | told | {"DJANGO_SETTINGS_MODULE": "carnet.settings.dev"},
        )  # fmt: skip
        direct, pooled, reader = json.loads(done.stdout)
        assert direct == "192.0.2.1,192.0.2.2,192.0.2.3"
        assert (pooled["HOST"], pooled["USER"], pooled["PORT"]) == ("192.0.2.1", "carnet_site", "6432")
        assert "options" not in pooled["OPTIONS"]
        assert pooled["DISABLE_SERVER_SIDE_CURSORS"] is True
        assert pooled["OPTIONS"]["prepare_threshold"] is None
        for given in ("role=carnet_app", "default_transaction_read_only=on", "lock_timeout=8s"):
            assert given in reader["OPTIONS"]["options"]
        assert reader["OPTIONS"]["target_session_attrs"] == "standby"
