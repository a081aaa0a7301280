"""Saying that a person has read a translated sentence beside its French, or that it is not good after all."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from carnet.distribution.models import TranslationCheck
from carnet.distribution.rules.translations import check_checked
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may, person_of

ACTION = "distribution.validate-translation"


@transaction.atomic
def validate_translations(*, language: str, checked: Mapping[str, str], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep that one person read these sentences (key and digest of each) and found them good; return how many were not read before.

    It holds on this installation, for that version of the French and of the translation only.
    Raises: NotAllowed, PersonNeeded, TranslationUnknown.
    """
    person_id = _may(actor)
    check_checked(language, checked)
    _one_at_a_time(language)
    known = set(_standing(language).filter(digest__in=checked.values()).values_list("key", "digest"))
    fresh = [(key, digest) for key, digest in checked.items() if (key, digest) not in known]
    TranslationCheck.objects.bulk_create(
        TranslationCheck(language=language, key=key, digest=digest, checked_at=at, checked_by_id=person_id) for key, digest in fresh
    )
    if fresh:
        facts = {"sentences": sorted(key for key, _digest in fresh)}
        _journal("translation-validated", language, facts, actor=actor, request_id=request_id, at=at)
    return len(fresh)


@transaction.atomic
def withdraw_translation(*, language: str, key: str, digest: str, actor: Actor, request_id: UUID, at: datetime) -> bool:
    """Say that a sentence that was read is not good after all: it waits again. False when nobody had read it.

    Raises: NotAllowed, PersonNeeded, TranslationUnknown.
    """
    person_id = _may(actor)
    check_checked(language, {key: digest})
    _one_at_a_time(language)
    withdrawn = _standing(language).filter(key=key, digest=digest).update(withdrawn_at=at, withdrawn_by_id=person_id)
    if withdrawn:
        _journal("translation-withdrawn", language, {"sentences": [key]}, actor=actor, request_id=request_id, at=at)
    return bool(withdrawn)


def _may(actor: Actor) -> int:
    check_may(actor, ACTION)
    return person_of(actor, ACTION)


def _standing(language: str) -> QuerySet[TranslationCheck]:
    return TranslationCheck.objects.filter(language=language, withdrawn_at=None)


def _one_at_a_time(language: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('distribution.translation ' || %s, 0))", [language])


def _journal(what: str, language: str, facts: dict[str, list[str]], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=f"distribution.{what}", subject=("translation", language), facts=facts, request_id=request_id, at=at
    )  # fmt: skip
