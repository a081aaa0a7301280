"""Free help recorded and read by a place's own software, in the national activity tool's words; and the seats of a free space."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_noop as _
from ninja import Header, Query, Router, Schema
from pydantic import Field

from carnet.activities import operations, queries
from carnet.activities.queries import ActivityView, SeatsOfDay
from carnet.activities.rules import BY_HAND, MINUTES_MAX, MINUTES_MIN, PEOPLE_MAX, TITLE_MAX, Kind, Told, Where, attributes
from carnet.api.problems import Reply, as_response, json_reply
from carnet.api.v1 import redeeming
from carnet.api.v1.cursors import next_page, read_cursor, write_cursor
from carnet.api.v1.description import KEY
from carnet.api.v1.schemas import Body, Day, Number, Problem, Text
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties.rules import check_may
from carnet.web import clock

CREATED = 201
LIMIT, LIMIT_MAX = 50, 200
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
MOVES_VALUE: Any = Header(None, alias="Idempotency-Key", description=KEY)
# Each kind under its name here: those recorded by hand, and a visit of the free space.
KINDS = {kind.value.lower(): kind for kind in (*BY_HAND, Kind.SPACE_VISIT)}
activities = Router(tags=["activities"])
spaces = Router(tags=["public"])


class ActivityIn(Body):
    """One activity: what was done for some people who paid nothing."""

    kind: Literal["one_to_one", "open_access", "space_visit", "workshop", "event"] = Field(
        description=_("one_to_one (aide individuelle), open_access (accès libre), space_visit, workshop (atelier gratuit) ou event.")
    )
    minutes: int = Field(ge=MINUTES_MIN, le=MINUTES_MAX, description=_("Ce que chaque personne en a eu, en minutes."))
    people: dict[Text, int] = Field(
        max_length=8,
        description=_(
            "Combien de personnes par tranche d’âge, aux mots de l’outil national : moins_de_douze, douze_dix_huit, dix_huit_vingt_quatre,"
            " vingt_cinq_trente_neuf, quarante_cinquante_neuf, soixante_soixante_neuf, soixante_dix_plus, non_communique. De 1 à 500 en tout."
        ),
    )
    day: Day | None = Field(None, description=_("Le jour, au plus deux mois en arrière ; aujourd’hui s’il n’est pas dit."))
    where: Literal["lieu_activite", "domicile", "a_distance", "autre"] = Field("lieu_activite", description=_("Le canal."))
    themes: list[Text] = Field([], max_length=30, description=_("Les thématiques, aux mots de l’outil national : email, bureautique…"))
    equipment: list[Text] = Field([], max_length=5, description=_("ordinateur, telephone, tablette, autre, aucun."))
    returning: int = Field(0, ge=0, le=PEOPLE_MAX, description=_("Combien étaient déjà venues."))
    redirected_to: Text = Field("", max_length=60, description=_("Vers quel genre de structure elles ont été envoyées ensuite."))
    level: Text = Field("", max_length=20, description=_("Le niveau d’un atelier : debutant, intermediaire, avance."))
    title: Text = Field("", max_length=TITLE_MAX, description=_("Le nom d’un atelier ou d’un évènement. Jamais celui d’une personne."))
    place: Number | None = Field(None, description=_("Le lieu, quand l’organisation en tient plusieurs."))


class ActivityOut(Schema):
    """One activity as it stands."""

    id: str
    revision: int = Field(description=_("0 quand rien n’a été corrigé."))
    place: int
    kind: str
    day: date
    people: dict[str, int]
    returning: int
    told_at: datetime
    source: str = Field(description=_("hand, door (un geste à la porte), session, vouchers ou seat (une place réservée)."))
    national: dict[str, Any] = Field(description=_("La même chose sous les noms de l’interface de l’outil national."))


class ActivitiesOut(Schema):
    """One page of one's own activities."""

    activities: list[ActivityOut]
    next: str | None


class ActivitiesQuery(Schema):
    """Which of one's activities."""

    month: str | None = Field(
        None, pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", description=_("Un mois, comme 2026-03 ; celui-ci s’il n’est pas dit.")
    )
    place: Number | None = Field(None, description=_("Un de ses lieux."))
    limit: int = Field(LIMIT, ge=1, le=LIMIT_MAX, description=_("Le nombre de lignes d’une page, au plus 200."))
    cursor: str | None = Field(None, description=_("Où reprendre la liste : donné par la page précédente, à renvoyer tel quel."))


class StartOut(Schema):
    """A half hour at which a seat may be asked for."""

    at: datetime
    free: int
    minutes: list[int] = Field(description=_("Les durées pour lesquelles une place reste libre à partir de là."))


class SpaceOut(Schema):
    """A free digital space and its seats on a day."""

    place: int
    seats: int
    machines: dict[str, int]
    is_bookable: bool
    minutes_max: int | None
    opening_hours: str
    free_now: int | None = Field(description=_("Les places libres à l’instant ; rien quand c’est fermé."))
    day: date
    starts: list[StartOut]


class SpaceQuery(Schema):
    """Which day."""

    day: Day | None = Field(None, description=_("Aujourd’hui s’il n’est pas dit, et au plus quatorze jours à l’avance."))


@activities.post("", operation_id="record_activity", response={201: ActivityOut, **PROBLEMS})
def record_activity(request: HttpRequest, body: ActivityIn, idempotency_key: str | None = MOVES_VALUE) -> HttpResponse:
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "activities.record")
    key, at = redeeming.key_of(idempotency_key), clock.now()

    def tell() -> tuple[int, dict[str, Any]]:
        done = operations.record(
            place_id=body.place, told=_told(body, at), actor=actor, request_id=redeeming.request_id_of(actor, f"activity {key}"), at=at
        )
        return CREATED, {"id": str(done.activity)}

    with acting_as(actor):
        asked = {"activity": body.model_dump(mode="json")}
        answered = journal.answer_once(organisation_id=actor.organisation_id, key=key, body=asked, at=at, compute=tell)
        found = queries.activity(actor, UUID(answered.body["id"]))
    headers = (redeeming.REPLAYED,) if answered.repeated else ()
    return as_response(json_reply(_document(found), status=answered.status, headers=headers))


def _told(body: ActivityIn, at: datetime) -> Told:
    return Told(
        kind=KINDS[body.kind],
        day=body.day or legal_day(at),
        minutes=body.minutes,
        people=body.people,
        where=Where(body.where),
        themes=tuple(body.themes),
        equipment=tuple(body.equipment),
        returning_count=body.returning,
        redirected_to=body.redirected_to,
        level=body.level,
        title=body.title,
    )


@activities.get("", operation_id="activities", response={200: ActivitiesOut, **PROBLEMS})
def own_activities(request: HttpRequest, filters: ActivitiesQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    actor = request.auth  # type: ignore[attr-defined]
    check_may(actor, "activities.see")
    with acting_as(actor):
        return as_response(_page(filters, actor=actor, path=request.path, query=request.GET))


def _page(filters: ActivitiesQuery, *, actor: Actor, path: str, query: QueryDict) -> Reply:
    first = date.fromisoformat(f"{filters.month}-01") if filters.month else legal_day(clock.now()).replace(day=1)
    after = None
    if filters.cursor is not None:
        day, row_id = read_cursor(filters.cursor, actor=actor, path=path, query=query)
        after = (date.fromisoformat(day), int(row_id))
    found = queries.activities(
        actor, from_on=first, until_on=add_months(first, 1), place_id=filters.place, after=after, limit=filters.limit + 1
    )  # fmt: skip
    shown, address, headers = found[: filters.limit], None, ()
    if len(found) > filters.limit:
        last = shown[-1]
        cursor = write_cursor([last.told.day.isoformat(), last.row_id], actor=actor, path=path, query=query)
        address, headers = next_page(cursor, path=path, query=query)  # type: ignore[assignment]
    return json_reply({"activities": [_document(each) for each in shown], "next": address}, headers=headers)


def _document(found: ActivityView) -> dict[str, Any]:
    told = found.told
    return {
        "id": str(found.activity),
        "revision": found.revision,
        "place": found.place_id,
        "kind": told.kind.value.lower(),
        "day": told.day,
        "people": {band: count for band, count in told.people.items() if count},
        "returning": told.returning_count,
        "told_at": found.told_at,
        "source": found.source.value.lower(),
        "national": attributes(told),
    }


@spaces.get("/{int:number}/space", operation_id="space", auth=None, response={200: SpaceOut, **PROBLEMS})
def space(request: HttpRequest, number: int, filters: SpaceQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    return as_response(json_reply(_space(queries.seats_of_day(number, day=filters.day, at=clock.now()))))


def _space(found: SeatsOfDay) -> dict[str, Any]:
    return {
        "place": found.space.place_id,
        "seats": found.seat_count,
        "machines": dict(found.space.machines),
        "is_bookable": found.space.is_bookable,
        "minutes_max": found.space.minutes_max,
        "opening_hours": found.space.opening_hours,
        "free_now": found.free_now,
        "day": found.day,
        "starts": [{"at": each.starts_at, "free": each.free, "minutes": list(each.minutes)} for each in found.starts],
    }
