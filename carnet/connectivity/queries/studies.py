"""Feasibility studies as they were made, and what they would become. Loaded by its own name: it needs numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from carnet.connectivity.models import Partner, Residence, Study
from carnet.connectivity.rules import Part
from carnet.connectivity.rules.study import simulation
from carnet.connectivity.rules.study.assumptions import Choices, Key, Range, Ranges, check_choices, check_ranges
from carnet.connectivity.rules.study.estate import RESIDENCES_MAX, StudiedResidence, check_estate, groups_of
from carnet.connectivity.rules.study.outcome import within
from carnet.connectivity.rules.study.refusals import StudyUnknown, TooFewToCompare
from carnet.connectivity.rules.study.simulation import DRAWS, Studied
from carnet.connectivity.rules.study.written import read_assumptions, read_residences, read_studied
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role, check_may

LISTED_MAX = 100
COMPARED_MIN, COMPARED_MAX = 2, 4
DRAWS_LEAST = 500
# Drawing home by home costs a number per group, draw and step: beyond this, fewer draws, and the study says how many.
_DRAWN_MAX = 2_000_000
_PROGRAMME_READERS = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.FUNDER, Role.STATE_OFFICER})


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One of a list of studies. Homes that join, and cents left to the funders: the middle of its draws."""

    id: int
    name: str
    organisation_id: int
    landlord_id: int | None
    programme_id: int | None
    made_at: datetime
    dwellings: int
    homes: int
    left_cents: int


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study as it was made: all it was made from, and what it came to."""

    id: int
    name: str
    organisation_id: int
    landlord_id: int | None
    programme_id: int | None
    tried_from_id: int | None
    made_at: datetime
    residences: tuple[StudiedResidence, ...]
    ranges: dict[Key, Range]
    choices: Choices
    studied: Studied


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom the actor may share a study: programmes it acts in, landlords admitted there (organisation, programme)."""

    programme_ids: tuple[int, ...]
    landlords: tuple[tuple[int, int], ...]


def studied(residences: Sequence[StudiedResidence], ranges: Ranges, choices: Choices, *, seed: int) -> Studied:
    """Study an estate without keeping anything: pure, for a trial, a command or a played campaign.

    Raises: StudiedEstateEmpty, StudiedEstateTooLarge, AssumptionWrong, ChoiceWrong.
    """
    estate = check_estate(tuple(residences))
    check_estate(tuple(within(estate, choices)))
    draws = max(DRAWS_LEAST, min(DRAWS, _DRAWN_MAX // len(groups_of(estate))))
    return simulation.study(estate, check_ranges(ranges), check_choices(choices), seed=seed, draws=draws)


def studies(actor: Actor) -> list[StudyCard]:
    """The studies the actor reads, the latest first. Raises: NotAllowed."""
    check_may(actor, "connectivity.study")
    rows = _readable(actor).order_by("-id").defer("residences", "assumptions")[:LISTED_MAX]
    return [_card(row, read_studied(row.result)) for row in rows]


def study(actor: Actor, study_id: int) -> KeptStudy:
    """One study, made by the actor's organisation or shared with it. Raises: NotAllowed, StudyUnknown."""
    return _kept(seen_study(actor, study_id))


def seen_study(actor: Actor, study_id: int) -> Study:
    """Its row. Here and not in `access`, which every page loads. Raises: NotAllowed, StudyUnknown."""
    check_may(actor, "connectivity.study")
    row = _readable(actor).filter(id=study_id).first()
    if row is None:
        raise StudyUnknown(study=study_id)
    return row


def compared(actor: Actor, study_ids: Sequence[int]) -> list[KeptStudy]:
    """Several studies, in the order asked. Raises: NotAllowed, StudyUnknown, TooFewToCompare."""
    check_may(actor, "connectivity.study")
    asked = list(dict.fromkeys(study_ids))
    if not COMPARED_MIN <= len(asked) <= COMPARED_MAX:
        raise TooFewToCompare(least=COMPARED_MIN, most=COMPARED_MAX)
    rows = {row.pk: row for row in _readable(actor).filter(id__in=asked)}
    for study_id in asked:
        if study_id not in rows:
            raise StudyUnknown(study=study_id)
    return [_kept(rows[study_id]) for study_id in asked]


def recomputed(found: KeptStudy) -> Studied:
    """The study made again from what it was made from: equal to what was kept, or Carnet counts otherwise since."""
    return simulation.study(found.residences, found.ranges, found.choices, seed=found.studied.seed, draws=found.studied.draws)


def sharing(actor: Actor) -> Sharing:
    """With whom the actor may share a study. A landlord shares with the programmes that admitted it."""
    check_may(actor, "connectivity.study")
    standing = Partner.objects.filter(part=Part.LANDLORD.value, ended_at=None).order_by("id")
    if _reads_programmes(actor):
        found = standing.filter(programme_id__in=actor.programme_ids).values_list("organisation_id", "programme_id")
        return Sharing(tuple(sorted(actor.programme_ids)), tuple(found))
    own = standing.filter(organisation_id=actor.organisation_id or 0).values_list("programme_id", flat=True)
    return Sharing(tuple(own), ())


def registered_estate(actor: Actor, landlord_id: int) -> tuple[StudiedResidence, ...]:
    """The residences that a landlord registered, as a study reads them; unknown fibre is counted as none.

    Only one's own, or those of a landlord of one's programmes (the database hides the others). Raises: NotAllowed.
    """
    check_may(actor, "connectivity.study")
    rows = Residence.objects.filter(landlord_id=landlord_id, ended_at=None).order_by("commune", "name", "id")
    if not _reads_programmes(actor) and landlord_id != actor.organisation_id:
        return ()
    return tuple(
        StudiedResidence(
            name=row.name, commune=row.commune, dwellings=row.dwelling_count, occupied=row.dwelling_count, has_fibre=bool(row.has_fibre),
            has_room=row.place_id is not None,
        )
        for row in rows[: RESIDENCES_MAX + 1]  # one too many is refused, not cut
    )  # fmt: skip


def _reads_programmes(actor: Actor) -> bool:
    return actor.kind == "system" or not _PROGRAMME_READERS.isdisjoint(actor.roles)


def _readable(actor: Actor) -> QuerySet[Study]:
    own = Q(organisation_id=actor.organisation_id or 0) | Q(landlord_id=actor.organisation_id or 0)
    return Study.objects.filter(own | Q(programme_id__in=actor.programme_ids) if _reads_programmes(actor) else own)


def _card(row: Study, found: Studied) -> StudyCard:
    return StudyCard(
        id=row.pk, name=row.name, organisation_id=row.organisation_id, landlord_id=row.landlord_id, programme_id=row.programme_id,
        made_at=row.made_at, dwellings=found.size.dwellings, homes=found.spreads["homes"].middle,
        left_cents=found.spreads["left"].middle,
    )  # fmt: skip


def _kept(row: Study) -> KeptStudy:
    ranges, choices = read_assumptions(row.assumptions)
    return KeptStudy(
        id=row.pk, name=row.name, organisation_id=row.organisation_id, landlord_id=row.landlord_id, programme_id=row.programme_id,
        tried_from_id=row.tried_from_id, made_at=row.made_at, residences=read_residences(row.residences), ranges=ranges, choices=choices,
        studied=read_studied(row.result),
    )  # fmt: skip
