"""Whoever keeps a place corrects what is said of it; a later file is told apart from that."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now
from carnet.places import access
from carnet.places.queries import gazetteer
from carnet.places.queries._offers import declared_of
from carnet.places.rules import EditRefused, Outcome
from carnet.places.rules.checking import judge_lines
from carnet.places.rules.merging import EDITABLE, edited
from carnet.places.rules.offers import NOTHING_DECLARED, traits
from carnet.places.rules.opening import bits_of_week
from carnet.places.rules.standard import COLUMNS, FIELD_BY_NAME, Version
from carnet.places.rules.tables import LIST_MARK, RawLine
from carnet.places.rules.writing import national_row


@transaction.atomic
def edit_place(*, place_id: int, said: Mapping[str, str], actor: Actor, request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Change some fields of a place (`merging.EDITABLE`, by their national names, written as in a file). Gives the fields changed.

    Each is judged as a file's would be. Who said it and which day is kept with it: an older file will not undo it in silence. Locks: the place.

    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, EditRefused.
    Repeat: saying the same again changes nothing.
    """
    check_allowed_now(actor, "places.edit", at)
    place = access.managed_place_locked(actor, place_id)
    before = {column: getattr(place, column) for column in COLUMNS}
    cells = {**national_row(before), **{name: text for name, text in said.items() if name in EDITABLE}}
    # A break of line separates values of a list on a screen, as a bar does in a file.
    cells = {
        name: text.replace("\r\n", "\n").replace("\n", LIST_MARK) if FIELD_BY_NAME[name].is_list else text for name, text in cells.items()
    }
    today = legal_day(at)
    judged = judge_lines([RawLine(1, cells)], version=Version.V1, unknown_columns=(), gazetteer=gazetteer(), today=today)
    for fault in judged.faults:
        if fault.field in said and (fault.outcome in (Outcome.REFUSED, Outcome.SET_ASIDE) or fault.field == "presentation_resume"):
            raise EditRefused(field=fault.field, fault=fault.code.value, value=fault.value, detail=fault.detail)
    (row,) = judged.rows
    changed = {FIELD_BY_NAME[name].column: row.columns[FIELD_BY_NAME[name].column] for name in said if name in EDITABLE}
    made = edited(
        before,
        place.origins,
        changed,
        source=place.provenance,
        before_at=place.imported_at,
        organisation_id=actor.organisation_id,
        on=today,
        at=at,
    )
    touched = tuple(name for name in EDITABLE if made.columns[FIELD_BY_NAME[name].column] != before[FIELD_BY_NAME[name].column])
    if not touched:
        return ()
    for column, value in made.columns.items():
        setattr(place, column, value)
    place.origins = made.origins
    place.open_week = bits_of_week(place.opening_hours)
    place.traits = traits(made.columns, declared_of(Q(place_id=place.id)).get(place.id, NOTHING_DECLARED))
    place.save(update_fields=[*COLUMNS, "origins", "traits", "open_week"])
    journal.record(
        actor=actor,
        action="places.edited",
        subject=("place", place.id),
        facts={"fields": list(touched)},
        organisation_id=place.operator_id,
        request_id=request_id,
        at=at,
    )
    return touched
