"""The published figures of a territory, cut by month, territory, service or public: the rows of the page and of its file, open to anybody."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Field, Query, Router, Schema

from carnet.api.problems import as_response, json_reply
from carnet.api.v1.schemas import Problem
from carnet.observatory.queries import boards
from carnet.observatory.queries.boards import PublicBoard
from carnet.observatory.rules import Cut, Measure
from carnet.observatory.rules.boards import CutNotPublished
from carnet.observatory.rules.charts import Gap, Value
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel

cuts = Router(tags=["public"])
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}


class CutsQuery(Schema):
    """Which territory, which months, cut by what."""

    level: Literal["COMMUNE", "EPCI", "DEPARTEMENT", "REGION", "NATION"] = Field("NATION", description=_("Le niveau du territoire."))
    code: str = Field("FR", max_length=9, description=_("Son code INSEE ; le numéro SIREN d’une intercommunalité ; FR pour le pays."))
    by: Literal["month", "region", "departement", "epci", "commune", "service", "public"] = Field(
        "month", description=_("Par quoi compter.")
    )
    period: str = Field("", max_length=20, description=_("Une année (2026) ou un mois (2026-03) publiés ; vide : la dernière année."))


class CutLineOut(Schema):
    """One line: a month, a territory, a service or a public."""

    key: str
    name: str
    values: dict[str, int | None] = Field(
        description=_("Par mesure. null : caché, trop peu de personnes. Une mesure absente est inconnue.")
    )


class CutsOut(Schema):
    """One table of a territory, and the figures at the head of its page."""

    release: str | None = Field(description=_("Le relevé lu ; null tant qu’aucun n’a paru."))
    level: str
    code: str
    name: str
    period: str | None
    periods: list[str] = Field(description=_("Les périodes publiées, la dernière année d’abord."))
    by: str
    measures: list[str]
    figures: dict[str, int | None]
    before: dict[str, int | None] = Field(description=_("Les mêmes chiffres pour la période d’avant, si elle est publiée."))
    lines: list[CutLineOut]


@cuts.get("/cuts", operation_id="figure_cuts", auth=None, response={200: CutsOut, **PROBLEMS})
def figure_cuts(request: HttpRequest, filters: CutsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    level, by = AreaLevel(filters.level), Cut(filters.by)
    found = boards.public_board(level, filters.code, period=filters.period)
    if found is None:
        return as_response(json_reply(_nothing_yet(level, filters.code, by)))
    if by not in found.tables:
        raise CutNotPublished(by=by.value, level=level.value)
    return as_response(json_reply(_told(found, by)))


def _told(found: PublicBoard, by: Cut) -> dict[str, Any]:
    table = found.tables[by]
    return {
        "release": found.release.name,
        "level": found.area.level.value,
        "code": found.area.code,
        "name": found.area.name,
        "period": found.span.key,
        "periods": [span.key for span in found.spans],
        "by": by.value,
        "measures": [measure.value for measure in table.measures],
        "figures": _values({measure: change.now for measure, change in found.figures.items()}),
        "before": _values({measure: change.before for measure, change in found.figures.items()}),
        "lines": [
            {"key": line.key, "name": line.label, "values": _values(dict(zip(table.measures, line.values, strict=True)))}
            for line in table.lines
        ],
    }


def _values(values: dict[Measure, Value]) -> dict[str, int | None]:
    return {
        measure.value: None if isinstance(value, Gap) else round(value) for measure, value in values.items() if value is not Gap.MISSING
    }


def _nothing_yet(level: AreaLevel, code: str, by: Cut) -> dict[str, Any]:
    area = places.area(level, code)
    empty: dict[str, Any] = {"release": None, "period": None, "periods": [], "measures": [], "figures": {}, "before": {}, "lines": []}
    return {**empty, "level": area.level.value, "code": area.code, "name": area.name, "by": by.value}
