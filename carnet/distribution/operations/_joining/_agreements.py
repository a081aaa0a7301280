"""Agreements: published by the operator, signed by a named person of the desk, countersigned or sent back; and the ticks of the training."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.distribution import access
from carnet.distribution.models import DeskAgreement, DeskText, DeskTraining, ProgrammePrescriber
from carnet.distribution.operations._notes import note, tell
from carnet.distribution.queries._joining import desk, desk_texts
from carnet.distribution.rules.joining import (
    KINDS_OF_FORM,
    TRAINING_BY_CODE,
    AgreementKind,
    AgreementKindNotOffered,
    AgreementNotNow,
    AgreementTextChanged,
    SuspendedFor,
    TrainingItemUnknown,
    check_may_sign,
    check_reason,
    check_signature,
    check_text,
    term,
)
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard
from carnet.parties.rules import check_allowed_now, check_may, check_second_person, person_of
from carnet.places.rules.joining import LegalForm

SIGN, COUNTERSIGN = "distribution.sign-agreement", "distribution.countersign-agreement"


@transaction.atomic
def publish_agreement(
    *, programme_id: int, kind: AgreementKind, text: str, months: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Publish the agreement that desks sign from now on, for so many months each; return its version. What was signed stays signed.

    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, AgreementTextInvalid, NirInText, IbanInText.
    Repeat:  the same request_id returns the first version.
    """
    check_allowed_now(actor, "distribution.publish-agreement", at)
    programme = funding_access.operated_programme(actor, programme_id, lock=True)
    repeated = DeskText.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.version
    tidy = check_text(text, months)
    check_free_text(tidy)
    published = DeskText.objects.filter(programme_id=programme.id, kind=kind.value).order_by("-version")
    version = 1 + (published.values_list("version", flat=True).first() or 0)
    row = DeskText.objects.create(
        programme_id=programme.id, kind=kind.value, version=version, text=tidy, months=months, published_at=at,
        published_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    facts = {"kind": kind.value, "version": version, "months": months}
    note("agreement-published", ("desk-text", row.id), programme.id, programme.operator_id, facts, actor, request_id, at)
    return version


@transaction.atomic
def sign_agreement(
    *,
    programme_id: int,
    organisation_id: int,
    kind: AgreementKind,
    version: int,
    signer_title: str,
    regisseur_act: str = "",
    regisseur_act_on: date | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Sign the published agreement for one's desk, with a recent proof of who one is; return its id. It then waits for the operator.

    `version` is the one that was read. Locks: the desk's part.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, NotPrescriber, AgreementKindNotOffered, AgreementTextChanged, AgreementNotNow,
             SignerTitleMissing, RegisseurActMissing, NirInText, IbanInText.
    Source:  docs/sources/desks.md#mandate, #regie.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, SIGN, at)
    signer = person_of(actor, SIGN)
    part = access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    repeated = DeskAgreement.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    view, today = desk(programme_id=programme_id, organisation_id=organisation_id, actor=actor, at=at), legal_day(at)
    if part.leaving_at is not None:
        raise AgreementNotNow
    check_may_sign(view.standing, today)
    text_id = _chosen_text(programme_id, parties.organisation(organisation_id), kind, version, at)
    title, act, act_on = check_signature(kind=kind, title=signer_title, act=regisseur_act, act_on=regisseur_act_on, today=today)
    for typed in (title, act):
        check_free_text(typed)
    account = parties.account(signer)
    try:
        with transaction.atomic():
            row = DeskAgreement.objects.create(
                programme_id=programme_id, organisation_id=organisation_id, text_id=text_id, kind=kind.value, signed_by_id=signer,
                signer_name=(account.display_name if account else "") or actor.label, signer_title=title, regisseur_act=act,
                regisseur_act_on=act_on, signed_at=at, request_id=request_id,
            )  # fmt: skip
    except IntegrityError as error:
        if "one_waiting" in str(error):
            raise AgreementNotNow from None
        raise
    _note("agreement-signed", row, {"kind": kind.value, "version": version}, actor, request_id, at)
    context = {"name": parties.organisation_name(organisation_id), "programme": part.programme.name}
    tell("distribution.agreement-signed", part.programme.operator_id, programme_id, context, at)
    return row.id


@transaction.atomic
def countersign_agreement(*, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Sign for the operator: the agreement holds from today, or from the end of the one in force. A desk that had lapsed hands over again.

    Signing again changes nothing. Locks: the desk's part, then the agreement.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, NotPrescriber, SamePerson, AgreementNotNow.
    """
    row, part = _to_answer(agreement_id, actor, at)
    if row.countersigned_at is not None:
        return
    if row.sent_back_at is not None or part.leaving_at is not None:
        raise AgreementNotNow
    today = legal_day(at)
    in_force = access.with_agreement(ProgrammePrescriber.objects.filter(id=part.id), at).get().agreed_until  # type: ignore[attr-defined]
    row.from_on, row.until_on = term(months=row.text.months, today=today, agreed_until=in_force)
    account = parties.account(actor.person_id or 0)
    row.countersigned_by_id, row.countersigned_at = actor.person_id, at
    row.countersigner_name = (account.display_name if account else "") or actor.label
    row.save(update_fields=["from_on", "until_on", "countersigned_by_id", "countersigned_at", "countersigner_name"])
    if part.suspended_for == SuspendedFor.NOT_RENEWED:
        part.suspended_at, part.suspended_for = None, ""
        part.save(update_fields=["suspended_at", "suspended_for"])
    _note("agreement-countersigned", row, {"from_on": row.from_on, "until_on": row.until_on}, actor, request_id, at)
    context = {"programme": part.programme.name, "from_on": row.from_on.isoformat(), "until_on": row.until_on.isoformat()}
    tell("distribution.agreement-countersigned", row.organisation_id, row.programme_id, context, at)


@transaction.atomic
def send_agreement_back(*, agreement_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Do not sign, and say why: the desk may sign again once mended. Sending back again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, NotPrescriber, SamePerson, AgreementNotNow, DeskReasonMissing.
    """
    row, part = _to_answer(agreement_id, actor, at)
    if row.sent_back_at is not None:
        return
    if row.countersigned_at is not None:
        raise AgreementNotNow
    tidy = check_reason(reason)
    check_free_text(tidy)
    row.sent_back_at, row.sent_back_by_id, row.sent_back_because = at, actor.person_id, tidy
    row.save(update_fields=["sent_back_at", "sent_back_by_id", "sent_back_because"])
    _note("agreement-sent-back", row, {}, actor, request_id, at)
    tell("distribution.agreement-sent-back", row.organisation_id, row.programme_id, {"programme": part.programme.name, "reason": tidy}, at)


@transaction.atomic
def tick_training(
    *, programme_id: int, organisation_id: int, item: str, is_done: bool, actor: Actor, request_id: UUID, at: datetime
) -> None:
    """Say that an item of the training is done at one's desk, or take the tick off. Saying the same again changes nothing.

    Raises: NotAllowed, NotPrescriber, TrainingItemUnknown.
    """
    check_may(actor, "distribution.tick-training")
    access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    if item not in TRAINING_BY_CODE:
        raise TrainingItemUnknown
    rows = DeskTraining.objects.filter(programme_id=programme_id, organisation_id=organisation_id, item=item, unticked_at=None)
    if rows.exists() is is_done:
        return
    if is_done:
        DeskTraining.objects.create(
            programme_id=programme_id, organisation_id=organisation_id, item=item, ticked_by_id=actor.person_id or 0, ticked_at=at
        )  # fmt: skip
    else:
        rows.update(unticked_at=at)
    what = "training-ticked" if is_done else "training-unticked"
    note(what, ("organisation", organisation_id), programme_id, organisation_id, {"item": item}, actor, request_id, at)


def _chosen_text(programme_id: int, card: OrganisationCard, kind: AgreementKind, version: int, at: datetime) -> int:
    """The version in force of the agreement chosen, if this organisation may sign it. Raises: AgreementKindNotOffered, AgreementTextChanged.

    An organisation known by an RNA number only is an association: it keeps no régie. Of another, the operator that countersigns looks.
    """
    may = KINDS_OF_FORM[LegalForm.ASSOCIATION if card.rna and not card.siret else LegalForm.PUBLIC]
    found = next((each for each in desk_texts(programme_id, at=at) if each.kind is kind), None)
    if found is None or kind not in may:
        raise AgreementKindNotOffered
    if found.version != version:
        raise AgreementTextChanged(version=found.version)
    return found.id


def _to_answer(agreement_id: int, actor: Actor, at: datetime) -> tuple[DeskAgreement, ProgrammePrescriber]:
    check_allowed_now(actor, COUNTERSIGN, at)
    answered_by = person_of(actor, COUNTERSIGN)
    seen = access.desk_agreement(actor, agreement_id)
    part = access.part(actor, programme_id=seen.programme_id, organisation_id=seen.organisation_id, at=at, lock=True)
    row = access.desk_agreement(actor, agreement_id, lock=True)
    check_second_person(requested_by=row.signed_by_id, decided_by=answered_by, action=COUNTERSIGN)
    return row, part


def _note(what: str, row: DeskAgreement, facts: dict[str, object], actor: Actor, request_id: UUID, at: datetime) -> None:
    note(what, ("desk-agreement", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
