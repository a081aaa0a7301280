"""What `carnet doctor` says of backups: a fault only where there is something to lose."""

import json
from datetime import timedelta

from carnet.cli.doctor import BACKUP_AGE_MOST, backup_check
from tests.factories.campaign import NOW


def test_nothing_to_keep_is_a_warning_and_something_a_fault(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    fresh = backup_check(NOW, is_needed=False)
    assert (fresh.well, fresh.warns) == (True, True)
    assert not backup_check(NOW, is_needed=True).well


def test_a_recent_backup_is_well_and_an_old_one_is_not(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    (tmp_path / "backups").mkdir()
    for age, is_well in ((timedelta(hours=1), True), (BACKUP_AGE_MOST + timedelta(hours=1), False)):
        told = {"at": (NOW - age).isoformat(), "bytes": 10, "verified_at": None}
        (tmp_path / "backups" / "last.json").write_text(json.dumps(told), encoding="utf-8")
        found = backup_check(NOW, is_needed=True)
        assert (found.well, found.warns) == (is_well, False)
