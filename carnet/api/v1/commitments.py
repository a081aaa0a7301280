"""What is owed, funded and in circulation, and what accounts hold: now, and the latest day published. Open to anybody."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from ninja import Field, Router, Schema

from carnet.api.problems import as_response, json_reply
from carnet.api.v1.schemas import Problem
from carnet.continuity.queries import commitments as reading
from carnet.continuity.queries.commitments import ProgrammeNow
from carnet.web import clock
from carnet.web.public import figures

commitments_router = Router(tags=["public"])
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}


class CommitmentOut(Schema):
    """One programme's money now, in whole cents."""

    programme: str
    name: str
    operator: str
    simulated: bool
    funded_cents: int
    needed_cents: int = Field(description=_("Ce qui doit être sur les comptes : la somme des cinq montants qui suivent."))
    owed_cents: int
    in_circulation_cents: int
    unissued_cents: int
    connections_cents: int
    landlords_cents: int
    owed_since: date | None
    sent_cents: int = Field(description=_("Payé par l’opérateur ; la banque n’a pas encore répondu."))
    paid_cents: int
    returned_cents: int
    account_cents: int | None = Field(description=_("Ce que contenaient les comptes, d’après leurs derniers relevés."))
    account_on: date | None
    gap_cents: int = Field(description=_("Ce qui manque sur les comptes."))
    alerts: list[str]
    label: str
    published_day: date | None
    published_digest: str = Field(description=_("SHA-256 de la dernière journée publiée de ce programme ; vide avant la première."))


class CommitmentsOut(Schema):
    """Every programme that ever held money; those in danger first."""

    at: datetime
    programmes: list[CommitmentOut]
    files: list[str] = Field(description=_("Toutes les journées publiées, signées."))


@commitments_router.get("", operation_id="commitments", auth=None, response={200: CommitmentsOut, **PROBLEMS})
def commitments(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    latest = {str(each.content["programme"]): (str(each.content["day"]), each.digest) for each in reading.latest_of_programmes()}
    files = [settings.BASE_URL + reverse(name) for name in ("public:commitments-json", "public:commitments-csv")]
    found = [_told(each, latest.get(each.slug)) for each in figures.commitments_now(at)]
    return as_response(json_reply({"at": at, "programmes": found, "files": files}))


def _told(each: ProgrammeNow, published: tuple[str, str] | None) -> dict[str, Any]:
    sums = (
        "funded_cents", "needed_cents", "owed_cents", "in_circulation_cents", "unissued_cents", "connections_cents", "landlords_cents", "sent_cents",
        "paid_cents", "returned_cents",
    )  # fmt: skip
    return {
        "programme": each.slug,
        "name": each.name,
        "operator": each.operator,
        "simulated": each.is_simulated,
        **{name: each.cents(name) for name in sums},
        "owed_since": each.owed_since,
        "account_cents": each.account_cents,
        "account_on": each.account_on,
        "gap_cents": each.gap_cents,
        "alerts": [alert.value for alert in each.alerts],
        "label": each.label,
        "published_day": published[0] if published else None,
        "published_digest": published[1] if published else "",
    }
