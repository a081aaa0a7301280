"""One word about somebody is corrected: where it is in clear and theirs. What is proof stays as it was; what is sealed has its own screen."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.privacy.models import DataRequest
from carnet.privacy.queries.finding import find
from carnet.privacy.rules import NotCorrectable, Outcome, RequestKind, RowUnknown, marked, sought

# What may be corrected from outside: not a proof, not sealed, not what somebody signs in by without proving they hold it.
CORRECTABLE = {
    ("parties_person", "display_name"): 120, ("parties_person", "phone"): 20, ("parties_invitation", "display_name"): 120,
    ("parties_organisation", "contact_email"): 254, ("parties_organisation", "contact_phone"): 20, ("distribution_deskpoint", "note"): 200,
    ("observatory_territoryline", "contact_email"): 254, ("observatory_territoryline", "contact_phone"): 30,
    ("observatory_territoryline", "contact_service"): 120,
}  # fmt: skip


def correct(*, text: str, row: str, column: str, value: str, actor: Actor, request_id: UUID, at: datetime) -> str:
    """Write `value` in that column of one of the rows found for the person. Returns what was there before.

    Raises: TooVague, NobodyFound, RowUnknown, NotCorrectable, and as `screen`. Repeat: the same request_id changes nothing more.
    """
    with acting_as_everything(why="a person's rows belong to many tenants"):
        if DataRequest.objects.filter(request_id=request_id).exists():
            return ""
        found = next((each for each in find(text) if each.name == row), None)
        if found is None:
            raise RowUnknown(row=row)
        most = CORRECTABLE.get((found.table, column))
        if most is None:
            raise NotCorrectable(column=f"{found.table}.{column}")
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {found.table} SET {column} = %s WHERE id = %s", [screen(value.strip())[:most], int(found.row)])
        step = {"table": found.table, "row": found.row, "outcome": Outcome.ALREADY.value, "law": "", "until": ""}
        request = DataRequest.objects.create(
            kind=RequestKind.CORRECT.value, mark=key_ring().mark("data request", marked(sought(text))), steps=[step], asked_at=at, done_at=at,
            asked_through=actor.label[:60] or actor.kind, request_id=request_id,
        )  # fmt: skip
        journal.record(
            actor=actor, action="privacy.person-corrected", subject=("data-request", request.id), facts={"table": found.table, "column": column},
            request_id=request_id, at=at,
        )  # fmt: skip
        return found.texts.get(column, "")
