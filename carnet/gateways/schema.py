"""Bring a database's tables up to date, as the owner of the tables; the application's own role may not.

While a site serves: a step waits for a table no longer than LOCK_SECONDS, because whoever comes after it waits behind it. Then it lets go, lets
the others pass, and tries again: an upgrade may take longer, a counter does not wait.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate as migrate_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import field_is_referenced
from psycopg.errors import LockNotAvailable

from carnet.kernel.refusals import Refusal

LOCK_SECONDS = 2.0
PATIENCE_SECONDS = 900.0
PAUSE_SECONDS = (0.5, 1.5)


class TablesBusy(Refusal):
    """A step could not have its tables for a quarter of an hour: something holds them (facts: minutes, reason)."""

    code = "tables-busy"


@contextmanager
def as_owner(name: str | None = None, *, lock_seconds: float | None = None) -> Iterator[None]:
    """Connect as the login role itself, unpooled, perhaps to another database; afterwards everything is as before and disconnected.

    `lock_seconds`: a statement waits no longer than this for a lock.
    """
    connection.close()
    before = connection.settings_dict
    options = {key: value for key, value in before["OPTIONS"].items() if key != "pool"}
    options["options"] = options.get("options", "").replace(settings.TAKE_APPLICATION_ROLE, "").strip()
    if lock_seconds is not None:
        options["options"] = f"{options['options']} -c lock_timeout={int(lock_seconds * 1000)}".strip()
    connection.settings_dict = {**before, "NAME": name or before["NAME"], "OPTIONS": options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def migrate(name: str | None = None, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Run every migration that was not run yet, each in a transaction of its own, never in the way of whoever is served.

    Raises: TablesBusy.
    """
    until = time.monotonic() + patience_seconds
    while True:
        try:
            _migrate(name)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            if time.monotonic() > until:
                raise TablesBusy(minutes=max(1, round(patience_seconds / 60)), reason=str(error).strip().splitlines()[0]) from None
            time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - so that two waiters do not meet again
        else:
            return


def _migrate(name: str | None) -> None:
    # The command names its executor itself, and offers no other way to give it one.
    migrate_command.MigrationExecutor = _Executor  # type: ignore[attr-defined]
    try:
        with as_owner(name, lock_seconds=LOCK_SECONDS):
            call_command("migrate", verbosity=0, interactive=False)
    finally:
        migrate_command.MigrationExecutor = MigrationExecutor  # type: ignore[attr-defined]


def pending() -> list[str]:
    """The migrations that were not run yet, as `app.name`. Asked as the owner: on a new server the application's role does not exist yet."""
    with as_owner():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def number_from(first_number: int) -> int:
    """Give the next rows of every table numbers from `first_number` on; return how many tables. Those that are beyond it already stay.

    Operators that agree on ranges may take each other's programmes over in one database: numbers are kept by a takeover.
    """
    moved = 0
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.sequencename, s.max_value FROM pg_sequences s WHERE s.schemaname = 'public' AND COALESCE(s.last_value, 0) < %s"
            " AND s.max_value > %s AND s.start_value < %s ORDER BY 1",
            [first_number] * 3,
        )
        for name, _highest in cursor.fetchall():
            cursor.execute(
                f"ALTER SEQUENCE public.{connection.ops.quote_name(name)} START WITH {int(first_number)} RESTART WITH {int(first_number)}"
            )
            moved += 1
    return moved


class _State(ProjectState):
    """The models as migrations know them, of which a change draws again the changed one alone.

    Django draws the model anew for each, and every model it touches, from one to the next: most of the time of an installation. A constraint
    or an index changes no column and no relation: the drawn model is told of it, which is all that later changes of the table read. A new
    model is nobody's past: it is drawn alone, and those it points to learn of it from itself. A changed column that no key points to changes
    nothing that other tables read: its model is drawn alone as well, and others go on pointing to the drawing before it, of the same table and
    key. Whatever else changes draws everything again when it is next asked for, as does a migration that reads rows.
    """

    _draws_alone = False

    def add_model(self, model_state: ModelState) -> None:
        key = (model_state.app_label, model_state.name_lower)
        drawn = self.__dict__.get("apps")
        if key in self.models or drawn is None:
            super().add_model(model_state)
            return
        self.models[key] = model_state
        if self._relations is not None:  # type: ignore[attr-defined]  # Django's own, unknown to its stubs
            self.resolve_model_relations(key)
        drawn.render_multiple([model_state])

    def add_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        with self._drawing_alone():
            super().add_field(app_label, model_name, name, field, preserve_default)

    def alter_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        if field_is_referenced(self, (app_label, model_name), (name, field)):
            super().alter_field(app_label, model_name, name, field, preserve_default)
            return
        with self._drawing_alone():
            super().alter_field(app_label, model_name, name, field, preserve_default)

    @contextmanager
    def _drawing_alone(self) -> Iterator[None]:
        self._draws_alone = True
        try:
            yield
        finally:
            self._draws_alone = False

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" not in self.__dict__:
            return
        if not (delay or self._draws_alone) or self._is_inherited(app_label, model_name):
            del self.__dict__["apps"]
            return
        self.is_delayed = True
        self.apps.unregister_model(app_label, model_name)
        self.apps.render_multiple([self.models[app_label, model_name]])

    def reload_models(self, models: Any, delay: bool = True) -> None:
        self.__dict__.pop("apps", None)

    def _is_inherited(self, app_label: str, model_name: str) -> bool:
        parent = f"{app_label}.{model_name}"
        return any(parent == str(base).lower() for model in self.models.values() for base in model.bases)

    def clone(self) -> "_State":
        state = _State(models={key: model.clone() for key, model in self.models.items()}, real_apps=self.real_apps)
        if "apps" in self.__dict__:
            state.apps = self.apps.clone()
        state.is_delayed = self.is_delayed
        return state

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        options = self.models[app_label, model_name].options
        options[option_name] = [*options[option_name], obj]
        if "apps" in self.__dict__:
            drawn = self.apps.get_model(app_label, model_name)._meta  # noqa: SLF001 - Django publishes it
            setattr(drawn, option_name, [*getattr(drawn, option_name), obj])


class _Executor(MigrationExecutor):
    def _create_project_state(self, with_applied_migrations: bool = False) -> _State:
        known = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]
        return _State(models=known.models, real_apps=known.real_apps)
