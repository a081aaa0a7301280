"""Columns that tables of several rooms have alike, and what the database checks of them. No table is here: each room makes its own."""

from typing import Any

from django.db import models
from django.db.models import F, Q


class ApplicationColumns(models.Model):
    """An application to a programme: what it says is sealed; whoever has its link reads it.

    `name` is a public fact of an organisation, in clear to find the application by.
    """

    state = models.CharField(max_length=10)
    name = models.CharField(max_length=200, blank=True)
    sealed_answers = models.BinaryField(null=True)
    sealed_email = models.BinaryField(null=True)
    email_mark = models.BinaryField(max_length=32, null=True)  # finds the applications of an address that asks for its link again
    secret_hash = models.BinaryField(max_length=32, unique=True)
    revision = models.IntegerField(default=0)  # counts every change of what it says
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    objects = models.Manager()

    class Meta:
        abstract = True


class PaperColumns(models.Model):
    """A paper, made harmless and sealed. Looked at by downloading it, never shown in a page."""

    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sealed_content = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # by the applicant, or by its age
    request_id = models.UUIDField(unique=True)

    objects = models.Manager()

    class Meta:
        abstract = True


class DecisionColumns(models.Model):
    """What is decided: prepared by one person, taken or set aside by another. A trigger of each room keeps what was written."""

    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000)
    digest = models.BinaryField(max_length=32)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    objects = models.Manager()

    class Meta:
        abstract = True


def sealed_or_gone(name: str, gone: str, *sealed: str) -> models.CheckConstraint:
    """What is sealed is there until the moment `gone` is written, and not after: all of it, or nothing."""
    return models.CheckConstraint(
        condition=Q(**{f"{gone}__isnull": True}, **{f"{each}__isnull": False for each in sealed})
        | Q(**{f"{gone}__isnull": False}, **{f"{each}__isnull": True for each in sealed}),
        name=name,
    )


def application_checks(state: str, erased: str, sent: str, *, states: type[Any]) -> list[models.BaseConstraint]:
    """What is checked of every application, under these names: its state, its erasure, and that it was sent before it was answered."""
    return [
        models.CheckConstraint(condition=Q(state__in=[each.value for each in states]), name=state),
        sealed_or_gone(erased, "erased_at", "sealed_answers", "sealed_email", "email_mark"),
        models.CheckConstraint(condition=Q(state__in=["DRAFT", "WITHDRAWN"]) | Q(sent_at__isnull=False), name=sent),
    ]


def decision_checks(prefix: str, *, kinds: type[Any], states: type[Any]) -> list[models.BaseConstraint]:
    """What is checked of every decision, under names that begin so: two people, whole, with its reason."""
    return [
        models.CheckConstraint(condition=Q(kind__in=[each.value for each in kinds]), name=f"{prefix}_kind"),
        models.CheckConstraint(condition=Q(state__in=[each.value for each in states]), name=f"{prefix}_state"),
        models.CheckConstraint(
            condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")), name=f"{prefix}_two_people"
        ),
        models.CheckConstraint(
            condition=Q(state="PREPARED", decided_by_id__isnull=True, decided_at__isnull=True)
            | (~Q(state="PREPARED") & Q(decided_by_id__isnull=False, decided_at__isnull=False)),
            name=f"{prefix}_whole",
        ),
        models.CheckConstraint(condition=~Q(reason=""), name=f"{prefix}_motivated"),
    ]


def one_waiting(name: str, *fields: str) -> models.UniqueConstraint:
    """One decision about the same thing waits for a second person at a time."""
    return models.UniqueConstraint(fields=list(fields), condition=Q(state="PREPARED"), name=name)
