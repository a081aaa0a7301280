"""Making a feasibility study and keeping it as made. Loaded by its own name: it needs numpy."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.connectivity.models import Study
from carnet.connectivity.queries.studies import seen_study, sharing, studied
from carnet.connectivity.rules.study.assumptions import Choices, Ranges, check_ranges
from carnet.connectivity.rules.study.estate import NAME_MAX, StudiedResidence
from carnet.connectivity.rules.study.refusals import StudyNameMissing, StudyNotShareable
from carnet.connectivity.rules.study.simulation import SEED_MAX
from carnet.connectivity.rules.study.written import read_residences, write_assumptions, write_estate, write_studied
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


@transaction.atomic
def make_study(
    *,
    name: str,
    residences: Sequence[StudiedResidence],
    ranges: Ranges,
    choices: Choices,
    programme_id: int | None = None,
    landlord_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Study an estate and keep the study; return its number. The seed follows from `request_id`.

    `programme_id`, `landlord_id`: with whom it is shared; nobody, unless said.
    Raises: NotAllowed, StudyNameMissing, StudyNotShareable, StudiedEstateEmpty, StudiedEstateTooLarge, AssumptionWrong, ChoiceWrong.
    Repeat: the same request_id returns the first study.
    """
    check_may(actor, "connectivity.make-study")
    first = _first(request_id)
    if first is not None:
        return first
    _check_shared(actor, programme_id, landlord_id)
    row = Study(organisation_id=actor.organisation_id or 0, programme_id=programme_id, landlord_id=landlord_id, request_id=request_id)
    return _keep(row, name, residences, ranges, choices, request_id.int % SEED_MAX, actor, at)


@transaction.atomic
def try_again(*, study_id: int, name: str, ranges: Ranges, choices: Choices, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep a study of the same residences under other assumptions, shared as the first; return its number.

    The seed is the first study's: what differs comes from the assumptions, never from the draw.
    Raises: NotAllowed, StudyUnknown, StudyNameMissing, AssumptionWrong, ChoiceWrong. Repeat: the same request_id returns the first one.
    """
    check_may(actor, "connectivity.make-study")
    first = _first(request_id)
    if first is not None:
        return first
    origin = seen_study(actor, study_id)
    own = actor.organisation_id or 0
    # Whoever was shown a study keeps its own, and those who made the first still read it.
    landlord_id = origin.organisation_id if origin.landlord_id == own and origin.organisation_id != own else origin.landlord_id
    row = Study(
        organisation_id=own, programme_id=origin.programme_id, landlord_id=landlord_id, tried_from_id=origin.pk, request_id=request_id
    )  # fmt: skip
    return _keep(row, name, read_residences(origin.residences), ranges, choices, origin.seed, actor, at)


def _first(request_id: UUID) -> int | None:
    found = Study.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    return found


def _check_shared(actor: Actor, programme_id: int | None, landlord_id: int | None) -> None:
    if programme_id is None and landlord_id is None:
        return
    known = sharing(actor)
    if programme_id is not None and programme_id not in known.programme_ids:
        raise StudyNotShareable()
    if landlord_id is not None and (landlord_id, programme_id) not in known.landlords:
        raise StudyNotShareable()


def _keep(
    row: Study, name: str, residences: Sequence[StudiedResidence], ranges: Ranges, choices: Choices, seed: int, actor: Actor, at: datetime
) -> int:
    row.name = name.strip()[:NAME_MAX]
    if not row.name:
        raise StudyNameMissing()
    whole = check_ranges(ranges)
    found = studied(residences, whole, choices, seed=seed)
    row.residences, row.assumptions, row.result = write_estate(residences), write_assumptions(whole, choices), write_studied(found)
    row.seed, row.made_at, row.made_by_id = seed, at, actor.person_id
    row.save(force_insert=True)
    journal.record(
        actor=actor,
        action="connectivity.study-made",
        subject=("connection-study", row.pk),
        facts={"residences": found.size.residences, "homes": found.size.homes, "seed": seed, "draws": found.draws},
        programme_id=row.programme_id,
        organisation_id=actor.organisation_id,
        request_id=row.request_id,
        at=at,
    )
    return row.pk
