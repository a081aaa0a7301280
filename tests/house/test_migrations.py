"""Migrations are complete, named by meaning, and stand by themselves."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.house.rooms import ROOT

FILES = sorted(path for path in (ROOT / "carnet").glob("**/migrations/*.py") if path.name != "__init__.py")


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=out)
    except SystemExit:
        pytest.fail(f"models say more than migrations:\n{out.getvalue()}")


def test_there_are_migrations() -> None:
    assert len(FILES) >= 8


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}.{file.stem}")
def test_a_migration_is_named_by_meaning_and_imports_nothing_of_the_project(file) -> None:
    assert re.fullmatch(r"\d{4}_[a-z][a-z_]+", file.stem)
    assert "_auto_" not in file.stem
    assert not re.search(r"^\s*(?:from|import) carnet", file.read_text(encoding="utf-8"), re.MULTILINE), (
        "a migration must not change with the code"
    )


def test_no_room_has_two_last_migrations() -> None:
    loader = MigrationLoader(None)
    assert loader.detect_conflicts() == {}
    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("carnet.") and any(config.get_models())}
    assert rooms - loader.migrated_apps == set(), "rooms with tables and no migration"
