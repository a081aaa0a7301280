"""Bring a database's tables up to date, as the owner of the tables; the application's own role may not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@contextmanager
def as_owner(name: str | None = None) -> Iterator[None]:
    """Connect as the login role itself, unpooled, perhaps to another database; afterwards everything is as before and disconnected."""
    connection.close()
    before = connection.settings_dict
    options = {key: value for key, value in before["OPTIONS"].items() if key != "pool"}
    options["options"] = options.get("options", "").replace(settings.TAKE_APPLICATION_ROLE, "").strip()
    connection.settings_dict = {**before, "NAME": name or before["NAME"], "OPTIONS": options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def migrate(name: str | None = None) -> None:
    """Run every migration that was not run yet."""
    with as_owner(name):
        call_command("migrate", verbosity=0, interactive=False)


def pending() -> list[str]:
    """The migrations that were not run yet, as `app.name`. Asked as the owner: on a new server the application's role does not exist yet."""
    with as_owner():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
