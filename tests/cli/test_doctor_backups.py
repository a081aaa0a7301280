"""What `carnet doctor` says of backups: a fault in production once there is something to lose, never before."""

import pytest

from carnet.cli.doctor import backup_check
from carnet.gateways.database import acting_as_everything
from tests.factories.campaign import NOW, campaign

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_without_a_programme_is_warned(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    told = backup_check(NOW, is_production=True)
    assert (told.well, told.warns) == (True, True)


def test_a_programme_in_production_without_a_backup_is_a_fault(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with acting_as_everything(why="a campaign of a test"):
        campaign(booklets=1)
    assert not backup_check(NOW, is_production=True).well
    elsewhere = backup_check(NOW, is_production=False)
    assert (elsewhere.well, elsewhere.warns) == (True, True)
