"""A row of a table, with the least it must hold: for tests that ask who sees it, never what it means."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields import NOT_PROVIDED

_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def a_row(model: type[models.Model], made: dict[type, Any], **said: Any) -> None:
    """Create one row and add it to `made`, where later ones find what they must link to.

    What is not said has the plainest value of its kind. `said` may name columns that the table does not have.
    """
    names = {field.name for field in model._meta.concrete_fields} | {field.attname for field in model._meta.concrete_fields}
    given = {name: value for name, value in said.items() if name in names}
    for field in model._meta.concrete_fields:
        if field.name in given or field.attname in given or field.null or isinstance(field, models.AutoField | models.BigAutoField):
            continue
        if field.is_relation:
            given[field.name] = made[field.related_model]
        elif field.default is NOT_PROVIDED:
            given[field.attname] = _plainest(field)
    made[model] = model._default_manager.create(**given)


def _plainest(field: models.Field) -> Any:
    values: tuple[tuple[type[models.Field] | tuple[type[models.Field], ...], Any], ...] = (
        (models.DateTimeField, _AT),
        (models.DateField, date(2026, 3, 1)),
        (models.BooleanField, True),
        (models.UUIDField, uuid4()),
        (models.BinaryField, b"x"),
        (models.JSONField, {}),
        (ArrayField, []),
        ((models.CharField, models.TextField), "x"),
        (models.IntegerField, 1),
    )
    return next(value for kinds, value in values if isinstance(field, kinds))
