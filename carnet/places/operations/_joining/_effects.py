"""What a decision taken does: organisation, places, labels, acceptances, bank account, invitation; and the undoing of it.

Two people have decided: their consequences are carried out by the programme itself, in the decision's own transaction. Vouchers accepted
before the day a decision holds from are owed and paid whatever it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid5

from django.db.models import F, Q
from django.db.models.functions import Greatest

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import AccountChangeWaiting, AccountUnchanged, OrganisationKind, Role
from carnet.places import access
from carnet.places.models import JoiningDecision, JoiningFile, Place, PlaceAcceptance, PlaceLabel
from carnet.places.operations._acceptance import attach_operator
from carnet.places.operations._imports import place_of_row, write_places
from carnet.places.operations._offers import declare_access, declare_services
from carnet.places.queries import gazetteer
from carnet.places.queries._joining import answers_of, email_of
from carnet.places.rules.declaring import ServiceSaid
from carnet.places.rules.joining import (
    Answers,
    DecisionKind,
    FileState,
    JoiningIncomplete,
    PlaceRunByAnother,
    Step,
    Terms,
    answer_due_on,
    judged_site,
    label_until,
)
from carnet.places.rules.merging import edited
from carnet.places.rules.standard import COLUMNS

PROVENANCE = "carnet"
_CORRECTED = ("name", "address", "address_extra", "postcode", "commune", "commune_code", "latitude", "longitude", "phone")


@dataclass(frozen=True, slots=True)
class Carried:
    """A decision being carried out, and what it is about."""

    file: JoiningFile
    decision: JoiningDecision
    terms: Terms
    at: datetime

    @property
    def organisation_id(self) -> int:
        """The applicant's organisation: labels are given to nobody else."""
        assert self.file.organisation_id is not None
        return self.file.organisation_id

    @property
    def today(self) -> date:
        return legal_day(self.at)

    @property
    def from_on(self) -> date:
        """The day it holds from: never before the day it is taken."""
        return max(self.decision.from_on or self.today, self.today)

    def system(self, *organisation_ids: int) -> Actor:
        """The programme, carrying out what two people decided."""
        return Actor.system(
            f"joining decision {self.decision.id}",
            programme_ids={self.file.programme_id},
            organisation_ids={self.file.programme.operator_id, *organisation_ids},
        )


def carry_out(carried: Carried) -> None:
    """Give a decision its effect. Raises: what admitting may (PlaceRunByAnother, PlaceEnded, OrganisationEnded, JoiningIncomplete...)."""
    kind = DecisionKind(carried.decision.kind)
    if kind is DecisionKind.COMPLETE:
        _move(carried.file, FileState.COMPLETION, due_on=carried.today + timedelta(days=carried.terms.completion_days))
    elif kind is DecisionKind.REFUSE:
        _move(carried.file, FileState.REFUSED)
    elif kind is DecisionKind.ADMIT:
        _admit(carried)
    elif kind is DecisionKind.SUSPEND:
        _suspend(carried)
    elif kind is DecisionKind.RESUME:
        _resume(carried, _standing(carried.file))
    elif kind is DecisionKind.END:
        _end(carried)
    elif kind is DecisionKind.RENEW:
        _renew(carried)


def answer_appeal(carried: Carried, appealed: JoiningDecision, *, is_upheld: bool) -> None:
    """Undo what an appeal was right about; an appeal dismissed changes nothing."""
    if not is_upheld:
        return
    if appealed.kind == DecisionKind.REFUSE:
        _move(carried.file, FileState.SENT, due_on=answer_due_on(carried.today, carried.terms))
    elif appealed.kind == DecisionKind.SUSPEND:
        _resume(carried, _standing(carried.file, appealed.place_ids))
    elif appealed.kind == DecisionKind.END:
        _restore(carried, appealed)


def _move(file: JoiningFile, state: FileState, *, due_on: date | None = None) -> None:
    file.state, file.due_on = state.value, due_on
    file.save(update_fields=["state", "due_on", "organisation"])


# --- Admission ---------------------------------------------------------------------------------------------------------


def _admit(carried: Carried) -> None:
    answers = answers_of(carried.file)
    organisation_id, has_head = _organisation(carried, answers)
    carried.file.organisation_id = organisation_id
    until_on = label_until(carried.from_on, carried.terms)
    for site in answers["sites"]:
        place = _place(carried, answers, site, organisation_id)
        codes = list(answers["teaching"][site["key"]]["services"])
        _label(carried, place.id, codes, carried.from_on, until_on)
        _offer(carried, place.id, answers["teaching"][site["key"]])
    _account(carried, answers, organisation_id)
    if not has_head:
        _invite(carried, answers, organisation_id)
    _move(carried.file, FileState.ADMITTED)


def _organisation(carried: Carried, answers: Answers) -> tuple[int, bool]:
    """The applicant's organisation, found by its number or registered, and whether somebody heads it already."""
    who = answers["who"]
    organisation_id = parties_writes.enlist_organisation(
        number=carried.file.number,
        kind=OrganisationKind.PLACE_OPERATOR,
        name=who["name"],
        is_simulated=carried.file.programme.is_simulated,
        contact_email=answers["people"]["contact_email"],
        contact_phone=answers["people"].get("contact_phone", ""),
        street=who["street"],
        postcode=who["postcode"],
        city=who["city"],
        registered_by=carried.file.programme.operator_id,
        actor=carried.system(),
        request_id=uuid5(carried.decision.request_id, "organisation"),
        at=carried.at,
    )
    return organisation_id, parties.has_head(organisation_id, at=carried.at)


def _place(carried: Carried, answers: Answers, site: dict[str, Any], organisation_id: int) -> Place:
    """The directory's place of a site: created, or found again and corrected, and run by the applicant from now on."""
    national_id = f"{PROVENANCE}-{carried.file.id}-{site['key']}"
    row, _faults = judged_site(site, number=carried.file.number, gazetteer=gazetteer(), today=carried.today, national_id=national_id)
    if row is None:
        raise JoiningIncomplete(steps=[Step.SITES.value], count=1)
    if site.get("place_id") is None:
        write_places([place_of_row(row, PROVENANCE, carried.at)])
        place = Place.objects.get(provenance=PROVENANCE, national_id=national_id)
    else:
        (place,) = access.open_places_locked([site["place_id"]], on=carried.today)
        if place.operator_id not in (None, organisation_id):
            raise PlaceRunByAnother(place_id=place.id, name=place.name)
        _correct(place, {column: row.columns[column] for column in _CORRECTED}, organisation_id, carried)
    attach_operator(
        place_id=place.id, organisation_id=organisation_id, actor=carried.system(organisation_id),
        request_id=uuid5(carried.decision.request_id, f"site {site['key']}"), at=carried.at,
    )  # fmt: skip
    return place


def _correct(place: Place, said: dict[str, Any], organisation_id: int, carried: Carried) -> None:
    """What the applicant corrected of a place of the directory, kept as its correction against its file."""
    before = {column: getattr(place, column) for column in COLUMNS}
    changed = {column: value for column, value in said.items() if value != before[column] and value not in ("", None)}
    if not changed:
        return
    made = edited(
        before, place.origins, changed, source=place.provenance, before_at=place.imported_at,
        organisation_id=organisation_id, on=carried.today, at=carried.at,
    )  # fmt: skip
    for column in (*changed, "updated_on"):
        setattr(place, column, made.columns[column])
    place.origins = made.origins
    place.save(update_fields=[*changed, "updated_on", "origins"])


def _offer(carried: Carried, place_id: int, taught: dict[str, Any]) -> None:
    """What the applicant said it teaches and how one comes in, declared as its own words."""
    said = [ServiceSaid(code, tuple(taught["modes"]), None, 1, taught["beyond_cents"], "") for code in taught["services"]]
    with acting_as(carried.system(carried.organisation_id)):
        actor = replace(carried.system(), organisation_id=carried.organisation_id)
        request_id = uuid5(carried.decision.request_id, f"offer {place_id}")
        declare_services(place_id=place_id, services=said, actor=actor, request_id=request_id, at=carried.at)
        if taught.get("access") or taught.get("note"):
            declare_access(
                place_id=place_id, needs=dict.fromkeys(taught["access"], True), note=taught.get("note", ""), languages=None,
                actor=actor, request_id=request_id, at=carried.at,
            )  # fmt: skip


def _account(carried: Carried, answers: Answers, organisation_id: int) -> None:
    """The account of the file waits for its own approval, by somebody else than whoever checked it on paper."""
    bank = answers["bank"]
    try:
        parties_writes.propose_bank_account(
            organisation_id=organisation_id, iban=bank["iban"], bic=bank.get("bic", ""), holder_name=bank["holder"],
            checked_by=carried.decision.prepared_by_id, actor=carried.system(organisation_id),
            request_id=uuid5(carried.decision.request_id, "account"), at=carried.at,
        )  # fmt: skip
    except (AccountUnchanged, AccountChangeWaiting):
        return  # the account in force is this one, or a change is already being decided


def _invite(carried: Carried, answers: Answers, organisation_id: int) -> None:
    """The file's contact becomes the first manager, by invitation. An organisation with a head invites its own people."""
    parties_writes.invite_member(
        organisation_id=organisation_id, email=email_of(carried.file), display_name=answers["people"]["contact_name"],
        role=Role.PLACE_MANAGER, actor=carried.system(organisation_id),
        request_id=uuid5(carried.decision.request_id, "invitation"), at=carried.at,
    )  # fmt: skip


# --- Labels and acceptances --------------------------------------------------------------------------------------------


def _label(carried: Carried, place_id: int, codes: Sequence[str], from_on: date, until_on: date) -> None:
    PlaceLabel.objects.create(
        place_id=place_id,
        programme_id=carried.file.programme_id,
        organisation_id=carried.organisation_id,
        file=carried.file,
        service_codes=list(codes),
        from_on=from_on,
        until_on=until_on,
    )
    _accept(carried, place_id, codes, from_on, until_on)


def _accept(carried: Carried, place_id: int, codes: Sequence[str], from_on: date, until_on: date) -> None:
    """Let the place accept the programme for the label's days, save those on which it already does."""
    held = PlaceAcceptance.objects.filter(place_id=place_id, programme_id=carried.file.programme_id).exclude(until_on=F("from_on"))
    for each in held.order_by("from_on"):
        if each.from_on < until_on and (each.until_on is None or each.until_on > from_on):
            if each.from_on > from_on:
                until_on = each.from_on  # one still to come begins where this one ends
            elif each.until_on is None:
                return
            else:
                from_on = each.until_on
    if from_on >= until_on:
        return
    PlaceAcceptance.objects.create(
        place_id=place_id,
        programme_id=carried.file.programme_id,
        service_codes=list(codes),
        from_on=from_on,
        until_on=until_on,
        request_id=uuid5(carried.decision.request_id, f"accept {place_id} {from_on}"),
    )


def _refuse_from(carried: Carried, place_ids: Iterable[int], day: date) -> None:
    """From that day the places accept no voucher of the programme; what was accepted before is owed."""
    held = PlaceAcceptance.objects.filter(place_id__in=list(place_ids), programme_id=carried.file.programme_id)
    held.filter(Q(until_on__isnull=True) | Q(until_on__gt=day)).exclude(until_on=F("from_on")).update(until_on=Greatest(F("from_on"), day))


def _standing(file: JoiningFile, place_ids: Sequence[int] = ()) -> list[PlaceLabel]:
    """The labels of a file that were not withdrawn (of these places, if given), locked in the order of their ids."""
    rows = PlaceLabel.objects.select_for_update(of=("self",)).filter(file_id=file.id, withdrawn_on__isnull=True)
    if place_ids:
        rows = rows.filter(place_id__in=list(place_ids))
    return list(rows.order_by("id"))


def _suspend(carried: Carried) -> None:
    labels = _standing(carried.file, carried.decision.place_ids)
    for label in labels:
        label.suspended_on = carried.from_on
        label.save(update_fields=["suspended_on"])
    _refuse_from(carried, {label.place_id for label in labels}, carried.from_on)
    _move(carried.file, FileState.SUSPENDED)


def _resume(carried: Carried, labels: Sequence[PlaceLabel]) -> None:
    """Lift a suspension from today, or before it has begun."""
    for label in labels:
        if label.suspended_on is None:
            continue
        from_on, label.suspended_on = max(carried.today, label.suspended_on, label.from_on), None
        label.save(update_fields=["suspended_on"])
        if from_on < label.until_on:
            _accept(carried, label.place_id, label.service_codes, from_on, label.until_on)
    is_suspended = PlaceLabel.objects.filter(file_id=carried.file.id, withdrawn_on__isnull=True, suspended_on__isnull=False).exists()
    _move(carried.file, FileState.SUSPENDED if is_suspended else FileState.ADMITTED)


def _end(carried: Carried) -> None:
    labels = _standing(carried.file, carried.decision.place_ids)
    for label in labels:
        label.withdrawn_on = carried.from_on
        label.save(update_fields=["withdrawn_on"])
    _refuse_from(carried, {label.place_id for label in labels}, carried.from_on)
    if not PlaceLabel.objects.filter(file_id=carried.file.id, withdrawn_on__isnull=True).exists():
        _move(carried.file, FileState.ENDED)


def _restore(carried: Carried, appealed: JoiningDecision) -> None:
    """Labels wrongly withdrawn: kept where the day has not come; else new ones until the end of the old, which stay in the list."""
    rows = PlaceLabel.objects.select_for_update(of=("self",)).filter(file_id=carried.file.id, withdrawn_on__isnull=False)
    for label in rows.filter(place_id__in=appealed.place_ids).order_by("id"):
        withdrawn_on = label.withdrawn_on
        if withdrawn_on is None or carried.today >= label.until_on:
            continue
        if withdrawn_on > carried.today:
            label.withdrawn_on = None
            label.save(update_fields=["withdrawn_on"])
            _accept(carried, label.place_id, label.service_codes, withdrawn_on, label.until_on)
        elif withdrawn_on > label.from_on or label.from_on < carried.today:
            _label(carried, label.place_id, label.service_codes, carried.today, label.until_on)
    _move(carried.file, FileState.ADMITTED)


def _renew(carried: Carried) -> None:
    """Another label follows each one that still stands, from its end."""
    latest: dict[int, PlaceLabel] = {}
    for label in _standing(carried.file, carried.decision.place_ids):
        if label.place_id not in latest or label.until_on > latest[label.place_id].until_on:
            latest[label.place_id] = label
    for place_id, label in sorted(latest.items()):
        from_on = max(label.until_on, carried.today)
        _label(carried, place_id, label.service_codes, from_on, add_months(from_on, carried.terms.label_months))
