"""Tables of indicators kept, the files shipped with them, and the published figures recomputed. Loaded by its own name: it needs numpy."""

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from carnet.kernel.actors import Actor
from carnet.observatory.models import IndicatorStudy
from carnet.observatory.rules import surveys
from carnet.parties.rules import check_may

DATA = Path(__file__).parents[1] / "data"
LISTED_MAX = 100


def example_file() -> bytes:
    """Invented answers in the documented columns, to try and to copy."""
    return (DATA / "surveys" / "example.csv").read_bytes()


def mapping_file() -> bytes:
    """An example of a mapping of columns."""
    return (DATA / "surveys" / "mapping-example.toml").read_bytes()


def reproduced() -> tuple[surveys.Reproduced, ...]:
    """Each published figure whose inputs are shipped, recomputed from them. Source: docs/indicators.md."""
    epci: Any = json.loads((DATA / "insee-illectronisme-2019-epci-hauts-de-france.json").read_bytes())
    inputs = surveys.Inputs(
        by_age=_rows("eurostat-digital_skills_by_age.csv"),
        above=_rows("eurostat-digital_skills_above_basic.csv"),
        by_area=_rows("eurostat-digital_skills_by_area.csv"),
        internet=_rows("eurostat-internet_use_by_age.csv"),
        epci=epci,
    )
    return surveys.reproduce(inputs)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as held:
        return list(csv.DictReader(held))


@dataclass(frozen=True, slots=True)
class Study:
    """A table of indicators kept. `faults`: line and column of the first lines set aside."""

    id: int
    name: str
    made_at: datetime
    table: surveys.IndicatorTable
    faults: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One of a list of them."""

    id: int
    name: str
    made_at: datetime


def studies(actor: Actor) -> list[StudyCard]:
    """The tables of the actor's organisation, the latest first. Raises: NotAllowed."""
    check_may(actor, "observatory.study-answers")
    rows = IndicatorStudy.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id")[:LISTED_MAX]
    return [StudyCard(row.pk, row.name, row.made_at) for row in rows.defer("content")]


def study(actor: Actor, study_id: int) -> Study:
    """One of them. Raises: NotAllowed, SurveyUnknown."""
    check_may(actor, "observatory.study-answers")
    row = IndicatorStudy.objects.filter(id=study_id, organisation_id=actor.organisation_id or 0).first()
    if row is None:
        raise surveys.SurveyUnknown(study=study_id)
    faults = tuple((line, column) for line, column in row.content["faults"])
    return Study(row.pk, row.name, row.made_at, surveys.read_table_of(row.content["table"]), faults)
