"""Reading INSEE's files of communes: what is good is kept, what is wrong is told line by line."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory.models import TerritoryIndicator
from carnet.observatory.rules.indicators import Fault, Indicator, Known, Measured, Reading, read
from carnet.observatory.rules.territories import checked_words
from carnet.parties.rules import check_allowed_now
from carnet.places import queries as places
from carnet.places.rules.geography import district_of

SOURCE_MAX = 200
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `columns`: each column read, its indicator and vintage; `faults`: a thousand at most of `fault_count`."""

    communes: int
    figures: int
    secret: int
    columns: dict[str, tuple[Indicator, int]]
    faults: tuple[Fault, ...]
    fault_count: int
    is_summed: bool
    is_kept: bool


@transaction.atomic
def import_indicators(
    *, content: bytes, source: str, is_dry: bool = False, actor: Actor, request_id: UUID, at: datetime
) -> ImportReport:  # fmt: skip
    """Keep the figures of a base-cc or base-ic CSV file; a figure of the same commune, indicator and vintage is replaced.

    A line at fault is told and left out, whatever is wrong; `is_dry` keeps nothing. Repeat: a file read again gives the same rows.
    Raises: NotAllowed, IndicatorsTooHeavy, IndicatorsUnreadable, IndicatorsWithoutColumn, WordsMissing, NirInText, IbanInText.
    """
    check_allowed_now(actor, "observatory.import-indicators", at)
    told = checked_words(source, most=SOURCE_MAX)
    found = read(content, commune_of=commune_of)
    if not is_dry and found.figures:
        _keep(found, told, at)
        journal.record(
            actor=actor,
            action="observatory.indicators-imported",
            subject=("indicators", sha256(content).hexdigest()[:16]),
            facts={"source": told, "communes": found.communes, "figures": len(found.figures), "faults": found.fault_count},
            organisation_id=actor.organisation_id,
            request_id=request_id,
            at=at,
        )
    return ImportReport(
        communes=found.communes,
        figures=len(found.figures),
        secret=sum(1 for each in found.figures if each.known is not Known.VALUE),
        columns=dict(found.columns),
        faults=found.faults,
        fault_count=found.fault_count,
        is_summed=found.is_summed,
        is_kept=not is_dry,
    )


def commune_of(code: str) -> str | None:
    """Today's code of a commune, or None: unknown, merged away, or a district of Paris, Lyon or Marseille, which the city's own line counts."""
    if district_of(code) is not None:
        return None
    found = places.gazetteer().by_code(code)
    return found.code if found is not None else None


def _keep(found: Reading, source: str, at: datetime) -> None:
    TerritoryIndicator.objects.bulk_create(
        [_row(each, source, at) for each in found.figures],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["commune_code", "indicator", "vintage"],
        update_fields=["value", "known", "source", "imported_at"],
    )


def _row(each: Measured, source: str, at: datetime) -> TerritoryIndicator:
    return TerritoryIndicator(
        commune_code=each.commune,
        indicator=each.indicator.value,
        vintage=each.vintage,
        value=each.value,
        known=each.known.value,
        source=source,
        imported_at=at,
    )
