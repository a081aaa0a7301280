"""Reading files of areas, and keeping weights."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory.operations.indicators import SOURCE_MAX, commune_of
from carnet.observatory.rules.indicators import Fault, Known
from carnet.observatory.rules.territories import checked_words
from carnet.parties.rules import check_allowed_now
from carnet.places import queries as places
from carnet.planning.models import AreaFigure, Neighbourhood, Weighing
from carnet.planning.rules.area_files import AreaMeasured, AreaReading, FileKind, read_areas
from carnet.planning.rules.need import Component, WeighingUnnamed, Weights

NAME_MAX = 80
_BATCH = 2_000
_CODE = 5


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What became of a file of areas. `columns`: those that were read; `faults`: a thousand at most of `fault_count`."""

    kind: FileKind
    areas: int
    figures: int
    untold: int
    columns: tuple[str, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    is_kept: bool


@transaction.atomic
def import_areas(
    *, content: bytes, source: str, is_dry: bool = False, actor: Actor, request_id: UUID, at: datetime
) -> AreaReport:  # fmt: skip
    """Keep the figures of a file of neighbourhoods, of network cover or of minutes; one of the same area, indicator and vintage is replaced.

    A line at fault is told and left out; `is_dry` keeps nothing. Repeat: a file read again gives the same rows.
    Raises: NotAllowed, IndicatorsTooHeavy, IndicatorsUnreadable, AreasUnreadable, WordsMissing, NirInText, IbanInText.
    """
    check_allowed_now(actor, "observatory.import-indicators", at)
    told = checked_words(source, most=SOURCE_MAX)
    found = read_areas(content, commune_of=_commune_of)
    if not is_dry and found.figures:
        _keep(found, told, at)
        journal.record(
            actor=actor,
            action="planning.areas-imported",
            subject=("areas", sha256(content).hexdigest()[:16]),
            facts={
                "source": told,
                "kind": found.kind.value,
                "areas": found.areas,
                "figures": len(found.figures),
                "faults": found.fault_count,
            },
            organisation_id=actor.organisation_id,
            request_id=request_id,
            at=at,
        )
    return AreaReport(
        kind=found.kind,
        areas=found.areas,
        figures=len(found.figures),
        untold=sum(1 for each in found.figures if each.known is not Known.VALUE),
        columns=found.columns,
        faults=found.faults,
        fault_count=found.fault_count,
        is_kept=not is_dry,
    )


@transaction.atomic
def keep_weights(*, name: str, words: str, weights: Weights, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep weights under a name with their reason, for one's organisation; the latest of a name holds, the earlier ones stay. Returns their id.

    Raises: NotAllowed, WeighingUnnamed, NirInText, IbanInText. Repeat: the same request_id gives the first id again.
    """
    check_allowed_now(actor, "planning.weigh-need", at)
    first = Weighing.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.pk
    told, reason = (checked_words(each, most=most, is_needed=False) for each, most in ((name, NAME_MAX), (words, 400)))
    if not told or not reason or actor.organisation_id is None:
        raise WeighingUnnamed
    row = Weighing.objects.create(
        organisation_id=actor.organisation_id,
        name=told,
        words=reason,
        weights={each.value: weights.of(each) for each in Component},
        made_at=at,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="planning.weights-kept",
        subject=("weighing", row.pk),
        facts={"weights": row.weights},
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )
    return row.pk


def _commune_of(area: str) -> str | None:
    """Today's commune of an area: districts count in a file of neighbourhoods, never beside their city in a file of communes."""
    if len(area) == _CODE:
        return commune_of(area)
    found = places.commune(area[:_CODE])
    return found.code if found is not None else None


def _keep(found: AreaReading, source: str, at: datetime) -> None:
    Neighbourhood.objects.bulk_create(
        [
            Neighbourhood(code=code, commune_code=_commune_of(code) or code[:_CODE], name=name, imported_at=at)
            for code, name in found.names.items()
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["commune_code", "name", "imported_at"],
    )
    AreaFigure.objects.bulk_create(
        [_row(each, source, at) for each in found.figures],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["area_code", "indicator", "vintage"],
        update_fields=["value", "known", "source", "imported_at"],
    )


def _row(each: AreaMeasured, source: str, at: datetime) -> AreaFigure:
    return AreaFigure(
        area_code=each.area,
        indicator=each.indicator,
        vintage=each.vintage,
        value=each.value,
        known=each.known.value,
        source=source,
        imported_at=at,
    )
