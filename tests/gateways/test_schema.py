"""What migrations leave is what the models declare, though models are not drawn again for each constraint and index."""

import pytest
from django.apps import apps
from django.db import connection


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
