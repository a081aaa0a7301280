"""The directory written out, in the national standard and in data.inclusion's, and the reports of the files read in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet

from carnet.kernel.periods import legal_day
from carnet.places.models import Place, PlaceImport
from carnet.places.queries._acceptance import accepting
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.inclusion import service, structure
from carnet.places.rules.partners import PARTNERS
from carnet.places.rules.refusals import ImportUnknown
from carnet.places.rules.reports import ImportReport
from carnet.places.rules.standard import COLUMNS
from carnet.places.rules.writing import csv_lines

# The producer's name in data.inclusion.
INCLUSION_SOURCE = "carnet"


def export_lines(*, at: datetime, department: str | None = None) -> Iterator[str]:
    """The lines of the v1.0.2 file of the places open at `at`, header first; a département alone if asked.

    An identifier that two provenances share is preceded by its provenance: the file's identifiers must be unique.
    Acceptance of any programme is written as the standard still allows (`rules.writing`).
    """
    return csv_lines(_exported(at, department))


def inclusion_lines(*, at: datetime, department: str | None = None) -> Iterator[str]:
    """The same places in data.inclusion's schema v1: one JSON object, `structures` then `services`, written line by line."""
    today = legal_day(at)
    yield '{"structures": ['
    for rank, columns in enumerate(_exported(at, department)):
        yield f"{',' if rank else ''}\n{json.dumps(structure(columns, source=INCLUSION_SOURCE, today=today), ensure_ascii=False)}"
    yield '\n], "services": ['
    separator = ""
    for columns in _exported(at, department):
        if (offered := service(columns, source=INCLUSION_SOURCE, today=today)) is not None:
            yield f"{separator}\n{json.dumps(offered, ensure_ascii=False)}"
            separator = ","
    yield "\n]}\n"


def export_count(*, at: datetime, department: str | None = None) -> int:
    """How many places such a file holds."""
    return _open_places(legal_day(at), department).count()


def _open_places(day: date, department: str | None) -> QuerySet[Place]:
    rows = Place.objects.exclude(ended_on__lte=day).exclude(provenance=PARTNERS)
    return rows.filter(commune_code__startswith=department) if department else rows


def _exported(at: datetime, department: str | None) -> Iterator[Mapping[str, Any]]:
    day = legal_day(at)
    rows = _open_places(day, department)
    shared = set(
        rows.values("national_id")
        .annotate(times=Count("id"))
        .filter(times__gt=1)
        .order_by("national_id")
        .values_list("national_id", flat=True)
    )
    named = rows.annotate(accepts_vouchers=accepting(day)).order_by("provenance", "national_id")
    for columns in named.values("provenance", "accepts_vouchers", *COLUMNS).iterator(chunk_size=2000):
        if columns["national_id"] in shared:
            columns["national_id"] = f"{columns['provenance']}-{columns['national_id']}"
        columns["source"] = columns["source"] or columns["provenance"]
        yield columns


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import, as a list shows it."""

    import_id: int
    provenance: str
    file_name: str
    imported_at: datetime
    read_count: int
    refused_count: int
    fault_count: int


def imports(*, organisation_id: int | None, most: int = 20) -> tuple[ImportLine, ...]:
    """The latest imports made for an organisation (None: by programs), the latest first."""
    rows = PlaceImport.objects.filter(organisation_id=organisation_id).order_by("-imported_at", "-id")[:most]
    return tuple(
        ImportLine(row.id, row.provenance, row.file_name, row.imported_at, row.read_count, row.refused_count, len(row.faults))
        for row in rows
    )


def import_report(import_id: int, *, organisation_id: int | None) -> ImportReport:
    """The report of one import made for this organisation. Raises: ImportUnknown."""
    row = PlaceImport.objects.filter(id=import_id, organisation_id=organisation_id).first()
    if row is None:
        raise ImportUnknown(import_id=import_id)
    return report_of(row)


def report_of(row: PlaceImport) -> ImportReport:
    """The report a kept import tells."""
    return ImportReport(
        import_id=row.id,
        provenance=row.provenance,
        file_name=row.file_name,
        version=row.version,
        imported_at=row.imported_at,
        read_count=row.read_count,
        created_count=row.created_count,
        updated_count=row.updated_count,
        unchanged_count=row.unchanged_count,
        refused_count=row.refused_count,
        absent_count=row.absent_count,
        communes_found_count=row.communes_found_count,
        faults=tuple(_fault(each) for each in row.faults),
    )


def _fault(kept: Mapping[str, Any]) -> Fault:
    return Fault(
        line=kept["line"],
        code=FaultCode(kept["code"]),
        outcome=Outcome(kept["outcome"]),
        field=kept["field"],
        value=kept["value"],
        detail=kept["detail"],
    )
