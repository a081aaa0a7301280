"""What migrations leave is what the models declare, though a change draws again the changed model alone."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ModelState

from carnet.gateways.schema import _State


@pytest.mark.django_db
def test_every_declared_constraint_and_index_is_in_the_database() -> None:
    declared = {
        each.name for model in apps.get_models() if model._meta.managed for each in (*model._meta.constraints, *model._meta.indexes)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind IN ('i', 'I')")
        found = {name for (name,) in cursor.fetchall()}
    assert len(declared) > 250
    assert declared - found == set()


def two_tables() -> _State:
    """Places, and visits that point to them, as a migration left them."""
    state = _State()
    state.add_model(ModelState("rooms", "Place", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]))
    key = models.ForeignKey("rooms.Place", models.PROTECT, related_name="+")
    state.add_model(ModelState("rooms", "Visit", [("id", models.BigAutoField(primary_key=True)), ("place", key)]))
    return state


def test_one_more_column_draws_its_own_table_alone_until_rows_are_read() -> None:
    state = two_tables()
    place, visit = (state.apps.get_model("rooms", name) for name in ("Place", "Visit"))
    state.add_field("rooms", "place", "opened_on", models.DateField(null=True), preserve_default=True)
    drawn = state.apps
    assert drawn.get_model("rooms", "Place") is not place
    assert drawn.get_model("rooms", "Place")._meta.get_field("opened_on")
    assert drawn.get_model("rooms", "Visit") is visit
    state.clear_delayed_apps_cache()  # what a migration that reads rows begins with
    pointed = state.apps.get_model("rooms", "Visit")._meta.get_field("place").related_model
    assert pointed is state.apps.get_model("rooms", "Place")
    assert pointed._meta.get_field("opened_on")


def test_a_column_that_keys_point_to_draws_whoever_points_to_it() -> None:
    state = two_tables()
    visit = state.apps.get_model("rooms", "Visit")
    state.alter_field("rooms", "place", "id", models.AutoField(primary_key=True), preserve_default=True)
    assert state.apps.get_model("rooms", "Visit") is not visit
    pointed = state.apps.get_model("rooms", "Visit")._meta.get_field("place").related_model
    assert pointed._meta.pk.get_internal_type() == "AutoField"
