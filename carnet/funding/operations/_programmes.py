"""Creating, changing and ending a programme."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from carnet.funding import access
from carnet.funding.models import Programme
from carnet.funding.rules import OrganisationLacksKind, ProgrammeEnded, ProgrammeTerms, SlugTaken, check_change, check_terms
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now


@transaction.atomic
def create_programme(
    *,
    terms: ProgrammeTerms,
    operator_id: int,
    slug: str = "",
    is_simulated: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Create a programme run by `operator_id`; return its id. Terms come from `rules.template_terms` or a form.

    Without a slug, one is made from the name, and numbered if it is taken.
    Raises:  NotAllowed, OrganisationLacksKind, SlugTaken and the refusals of `rules.check_terms`.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.manage-programme", at)
    repeated = Programme.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_terms(terms)
    operator = parties.organisation(operator_id)
    if OrganisationKind.OPERATOR not in operator.kinds or (actor.kind != "system" and operator_id != actor.organisation_id):
        raise OrganisationLacksKind(organisation=operator.name, kind=OrganisationKind.OPERATOR.value)
    row = Programme(
        operator_id=operator_id,
        slug=slug or _free_slug(terms.name),
        is_simulated=is_simulated,
        created_at=at,
        request_id=request_id,
        **_columns(terms),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "slug" in str(error):
            raise SlugTaken(slug=row.slug) from None
        raise
    _journal(actor, "funding.programme-created", row, {"slug": row.slug, **_written(terms)}, request_id, at)
    return row.id


@transaction.atomic
def change_programme(*, programme_id: int, terms: ProgrammeTerms, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Change a programme's terms, except what vouchers already in circulation promise on paper.

    Raises: NotAllowed, ProgrammeUnknown, ProgrammeEnded, FrozenOnceIssued and the refusals of `rules.check_terms`.
    """
    check_allowed_now(actor, "funding.manage-programme", at)
    row = access.operated_programme(actor, programme_id, lock=True)
    before = row.terms
    if before == terms:
        return
    vouchers_exist = bool(ledger.series_list(programme_id=programme_id))
    check_change(current=before, proposed=terms, vouchers_exist=vouchers_exist, ended_at=row.ended_at)
    for name, value in _columns(terms).items():
        setattr(row, name, value)
    row.save()
    earlier = _written(before)
    changed = {name: value for name, value in _written(terms).items() if value != earlier[name]}
    _journal(actor, "funding.programme-changed", row, changed, request_id, at)


@transaction.atomic
def end_programme(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End a programme: nothing more is changed or ordered in it. Raises: NotAllowed, ProgrammeUnknown, ProgrammeEnded."""
    check_allowed_now(actor, "funding.manage-programme", at)
    row = access.operated_programme(actor, programme_id, lock=True)
    if row.ended_at is not None:
        raise ProgrammeEnded(ended_at=row.ended_at)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _journal(actor, "funding.programme-ended", row, {}, request_id, at)


def _columns(terms: ProgrammeTerms) -> dict[str, object]:
    columns = {name: getattr(terms, name) for name in terms.__slots__ if name != "windows"}
    columns |= {name: getattr(terms.windows, name) for name in terms.windows.__slots__}
    columns["perimeter"], columns["service_codes"] = list(terms.perimeter), list(terms.service_codes)
    columns["service_voucher_counts"] = dict(terms.service_voucher_counts)
    columns["name"] = terms.name.strip()
    columns["payment_frequency"] = terms.payment_frequency.value
    return columns


def _written(terms: ProgrammeTerms) -> dict[str, object]:
    facts = {**asdict(terms), **asdict(terms.windows)}
    del facts["windows"]
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}


def _free_slug(name: str) -> str:
    stem = slugify(name)[:50].strip("-") or "programme"
    taken = set(Programme.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _journal(actor: Actor, action: str, row: Programme, facts: Mapping[str, object], request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("programme", row.id),
        facts=facts,
        programme_id=row.id,
        organisation_id=row.operator_id,
        request_id=request_id,
        at=at,
    )
