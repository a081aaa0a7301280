"""What monitoring reads: every figure its alarms and its dashboard name is there; none names anybody; no log line does either."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.api.monitoring import of_the_installation
from carnet.gateways import checks
from carnet.gateways.database import acting_as_everything
from carnet.gateways.log_lines import MASKED, masked
from carnet.issuing.models import Order, PrintFile
from carnet.jobs.issuing import enqueue
from carnet.notices import operations as notices
from tests.factories.campaign import LATER, Campaign
from tests.factories.labels import withdraw_label

yaml = pytest.importorskip("yaml")  # brought by the tests of the API's description
HERE = Path(__file__).resolve().parents[2] / "docs" / "operating" / "monitoring"
NAME = re.compile(r"\bcarnet_[a-z0-9_]+")
# A counter that has counted nothing yet has no line of its own with labels: its type is declared all the same.
DECLARED = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
LABELS = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
E_MAIL, TELEPHONE, IBAN = "marie.secret@example.org", "06 12 34 56 78", "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture
def at_home(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.ARCHIVES_DIR = tmp_path / "archives"
    settings.METRICS_TOKEN = ""


def scraped() -> str:
    return Client().get("/metrics").content.decode()


def full(tmp_path: Path, ready: Campaign) -> None:
    """Something of each, so that every figure is there."""
    checks.note_checked(tmp_path, checks.LEDGER, fault_count=0, at=LATER)
    checks.note_checked(tmp_path, checks.JOURNAL, fault_count=2, at=LATER)
    (tmp_path / "backups").mkdir()
    told = {"at": LATER.isoformat(), "bytes": 123, "verified_at": LATER.isoformat()}
    (tmp_path / "backups" / "last.json").write_text(json.dumps(told), encoding="ascii")
    enqueue(job_id=1, programme_id=ready.programme_id)


def test_every_figure_that_an_alarm_or_the_dashboard_names_is_told(ready: Campaign, at_home: None, tmp_path: Path) -> None:
    full(tmp_path, ready)
    with acting_as_everything(why="an operator that issues"):
        _ordered(ready)
    text = scraped()
    told = {f"{name}{suffix}" for name, kind in DECLARED.findall(text) for suffix in _suffixes(kind)}
    rules = yaml.safe_load((HERE / "alerts.yml").read_text(encoding="utf-8"))
    asked = {name for group in rules["groups"] for rule in group["rules"] for name in NAME.findall(rule["expr"])}
    dashboard = json.loads((HERE / "dashboard.json").read_text(encoding="utf-8"))
    asked |= {name for panel in dashboard["panels"] for target in panel["targets"] for name in NAME.findall(target["expr"])}
    # Only there when it exists or runs: the certificate of a print shop, the pool (tests have none).
    sometimes = {"carnet_print_key_ends_in_days"} | {name for name in asked if name.startswith("carnet_pool_")}
    assert asked - told - sometimes == set()
    assert len(asked) > 35


def series(text: str) -> set[str]:
    return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}


def _suffixes(kind: str) -> tuple[str, ...]:
    return ("", "_bucket", "_sum", "_count") if kind == "histogram" else ("",)


def _ordered(ready: Campaign) -> Order:
    return Order.objects.create(
        programme_id=ready.programme_id, agreement_id=ready.agreement_id, operator_id=ready.operator_id, issuer_prefix="TS", booklet_count=1,
        booklet_size=5, face_value_cents=1000, ordered_at=LATER, ordered_by_id=1, request_id=uuid4(),
    )  # fmt: skip


def test_alarms_say_what_to_do_and_how_urgent_it_is() -> None:
    rules = [rule for group in yaml.safe_load((HERE / "alerts.yml").read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("urgent", "day", "week"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on this machine")
def test_promtool_reads_the_alarms() -> None:
    done = subprocess.run(["promtool", "check", "rules", str(HERE / "alerts.yml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_label_of_a_figure_names_anybody_and_their_number_is_bounded(ready: Campaign, at_home: None, tmp_path: Path) -> None:
    full(tmp_path, ready)
    visitor = Client()
    for number in range(30):
        visitor.get(f"/nowhere-{number}/{E_MAIL}/")
        visitor.generic(f"METHOD{number}", "/")
        visitor.generic(f"METHOD{number}", "/api/v1/figures")
    scraped()  # which is a request too, and counted in the next
    before = series(scraped())
    for number in range(30, 60):
        visitor.get(f"/nowhere-{number}/{ready.code(0)}/")
        visitor.generic(f"METHOD{number}", "/")
        visitor.generic(f"METHOD{number}", "/api/v1/figures")
    text = scraped()
    assert series(text) == before, "nothing a visitor invents makes a new series"
    assert E_MAIL not in text
    assert ready.code(0) not in text
    for _name, value in LABELS.findall(text):
        assert masked(value) == value, value
        assert "nowhere" not in value


def test_nothing_done_yet_is_told_as_never(db: None, at_home: None) -> None:
    text = of_the_installation(at=LATER).decode()
    assert "carnet_backup_timestamp_seconds 0.0" in text
    assert 'carnet_verified_timestamp_seconds{what="ledger"} 0.0' in text
    assert "carnet_backup_bytes" not in text
    assert "carnet_database_answers 1.0" in text


def test_labels_and_print_files_past_their_day_are_counted(ready: Campaign, at_home: None) -> None:
    def told(at: Any = LATER) -> dict[str, float]:
        lines = of_the_installation(at=at).decode().splitlines()
        return {name: float(value) for name, _space, value in (line.partition(" ") for line in lines if not line.startswith("#"))}

    assert told()["carnet_operators_unlabelled"] == 0, "an operator that issues nothing needs none"
    with acting_as_everything(why="an edition printed, its file kept"):
        order = _ordered(ready)
        assert told()["carnet_label_ends_in_days"] > 1000
        withdraw_label(ready.operator_id, at=LATER)
    assert told()["carnet_operators_unlabelled"] == 1
    assert "carnet_label_ends_in_days" not in told()
    assert told()["carnet_print_files_overdue"] == 0
    assert order.printed_at is None
    assert PrintFile.objects.count() == 0
    notices.post(kind="parties.operator-label-decided", to_organisation_id=ready.operator_id, context={}, at=LATER - timedelta(hours=3))
    assert told()["carnet_letters_late_seconds"] >= 3 * 3600


@pytest.mark.parametrize(
    "text",
    [E_MAIL, TELEPHONE, "0612345678", "+33 6 12 34 56 78", IBAN, "FR7630006000011234567890189", "482915 006731 284906", "482 915 006 731 284 906",
     "482915006731284906", "A" * 135 + "2", "1 84 12 76 451 089 46", "pC2Zk7yX0mVq3tR9sJ4hB8wLdN5uE1aG6fT7"],
)  # fmt: skip
def test_what_could_name_or_pay_somebody_is_taken_out_of_a_line(text: str) -> None:
    assert masked(f"before {text} after") == f"before {MASKED} after"
    assert text not in masked(f"/path/{text}/?next=1")


@pytest.mark.parametrize(
    "text",
    ["issuing job refused", "series 12, vouchers 1000000", "2026-03-02T10:00:00.123456Z", "NM-00001234-5", "File carnet/web/observed.py, line 120",
     "a_function_with_a_very_long_name_indeed_of_ours", "127.0.0.1:8000", "12 345,67 €", "pid 123456"],
)  # fmt: skip
def test_what_names_nobody_stays(text: str) -> None:
    assert masked(text) == text
