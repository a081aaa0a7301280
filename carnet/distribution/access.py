"""Who may hand over, move, count and replace, and let a prescriber in. The database shows a desk only its own rows."""

import json
from datetime import datetime

from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from carnet.distribution.models import (
    DeskAgreement,
    DeskDecision,
    DeskFile,
    DeskImport,
    DeskPoint,
    DeskText,
    HandOver,
    PaperSheet,
    PostalRequest,
    ProgrammePrescriber,
    Reminder,
    ReminderContact,
    Replacement,
    StockMove,
    StockRequest,
    StockTake,
)
from carnet.distribution.rules import (
    HandOverUnknown,
    MoveNotYours,
    MoveUnknown,
    NotPrescriber,
    NotYourDesk,
    ReplacementUnknown,
    StockRequestUnknown,
    StockTakeUnknown,
    check_participation,
)
from carnet.distribution.rules.joining import (
    AgreementUnknown,
    DeskDecisionUnknown,
    DeskFileUnknown,
    DeskImportUnknown,
    Standing,
    SuspendedFor,
    check_hands_over,
)
from carnet.distribution.rules.papers import PaperUnknown
from carnet.distribution.rules.points import PointUnknown
from carnet.distribution.rules.postal import PostalAddress, PostalNumber, PostalUnknown
from carnet.distribution.rules.reminders import ReminderUnknown
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.access import presenting
from carnet.parties.rules import check_may, secret_hash


def desk(actor: Actor, organisation_id: int | None = None) -> int:
    """The organisation whose desk the actor stands at: the one acted for, or the one named if it is the actor's too.

    Raises: NotYourDesk.
    """
    chosen = organisation_id if organisation_id is not None else actor.organisation_id
    if chosen is None or (chosen != actor.organisation_id and chosen not in actor.organisation_ids):
        raise NotYourDesk
    return chosen


def check_may_hand_over(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.hand-over")


def check_may_declare_loss(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.declare-loss")


def check_may_admit(actor: Actor) -> None:
    """Only the operator's staff let a prescriber into a programme. Raises: NotAllowed."""
    check_may(actor, "distribution.admit-prescriber")


def check_takes_part(*, organisation_id: int, programme_id: int, programme: str, at: datetime) -> None:
    """Refuse a desk whose organisation takes no part in the programme at that moment, is leaving, suspended or without an agreement.

    Raises: NotPrescriber, DeskLeaving, DeskSuspended, DeskNotRenewed, AgreementMissing.
    """
    rows = ProgrammePrescriber.objects.filter(organisation_id=organisation_id, programme_id=programme_id)
    part = with_agreement(rows, at).order_by("-joined_at", "-id").first()
    check_participation(programme=programme, joined_at=part.joined_at if part else None, left_at=part.left_at if part else None, at=at)
    if part is not None:
        check_hands_over(standing_of(part), programme=programme, today=legal_day(at))


def with_agreement(rows: QuerySet[ProgrammePrescriber], at: datetime) -> QuerySet[ProgrammePrescriber]:
    """Parts with `asked_at`, when their programme first published an agreement, and `agreed_until`, the end of theirs in force at `at`."""
    texts = DeskText.objects.filter(programme_id=OuterRef("programme_id"), published_at__lte=at).order_by("published_at")
    signed = DeskAgreement.objects.filter(
        programme_id=OuterRef("programme_id"),
        organisation_id=OuterRef("organisation_id"),
        from_on__lte=legal_day(at),
        until_on__gt=legal_day(at),
    ).order_by("-until_on")
    return rows.annotate(asked_at=Subquery(texts.values("published_at")[:1]), agreed_until=Subquery(signed.values("until_on")[:1]))


def standing_of(part: ProgrammePrescriber) -> Standing:
    """What decides whether a part `with_agreement` may hand over; the rest of the standing is left as if nothing were done."""
    asked_at: datetime | None = part.asked_at  # type: ignore[attr-defined]
    return Standing(
        joined_on=legal_day(part.joined_at),
        left_on=legal_day(part.left_at) if part.left_at else None,
        leaving=part.leaving_at is not None,
        suspended_for=SuspendedFor(part.suspended_for) if part.suspended_for else None,
        asked_on=legal_day(asked_at) if asked_at else None,
        agreed_until=part.agreed_until,  # type: ignore[attr-defined]
    )


def hand_over(hand_over_id: int) -> HandOver:
    """One hand-over of the actor's desk or programme. Raises: HandOverUnknown."""
    found = HandOver.objects.filter(id=hand_over_id).first()
    if found is None:
        raise HandOverUnknown(hand_over=hand_over_id)
    return found


def own_hand_over(actor: Actor, hand_over_id: int) -> HandOver:
    """A hand-over of the desk the actor stands at: what it prints again is never another's. Raises: NotYourDesk, HandOverUnknown."""
    found = hand_over(hand_over_id)
    if found.organisation_id != desk(actor):
        raise HandOverUnknown(hand_over=hand_over_id)
    return found


def own_paper(actor: Actor, sheet_id: int, *, lock: bool = False) -> PaperSheet:
    """A sheet of paper of the desk the actor stands at. Raises: NotYourDesk, PaperUnknown."""
    rows = PaperSheet.objects.select_for_update(of=("self",)) if lock else PaperSheet.objects
    found = rows.filter(id=sheet_id, organisation_id=desk(actor)).first()
    if found is None:
        raise PaperUnknown(paper=sheet_id)
    return found


def acts_for(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor stands for this organisation now. A program stands for each of its own."""
    return actor.organisation_id == organisation_id or (actor.kind == "system" and organisation_id in actor.organisation_ids)


def move(move_id: int, *, lock: bool = False) -> StockMove:
    """A move of booklets from or to the actor's organisation, or of its programme. Raises: MoveUnknown."""
    rows = StockMove.objects.select_for_update(of=("self",)) if lock else StockMove.objects
    found = rows.filter(id=move_id).first()
    if found is None:
        raise MoveUnknown(move=move_id)
    return found


def check_gives(actor: Actor, row: StockMove) -> None:
    """Raises: NotAllowed, MoveNotYours."""
    check_may(actor, "distribution.move-stock")
    if not acts_for(actor, row.from_organisation_id):
        raise MoveNotYours


def check_receives(actor: Actor, row: StockMove) -> None:
    """Raises: NotAllowed, MoveNotYours."""
    check_may(actor, "issuing.receive")
    if not acts_for(actor, row.to_organisation_id):
        raise MoveNotYours


def stock_request(stock_request_id: int, *, lock: bool = False) -> StockRequest:
    """A request for booklets by the actor's desk, or in its programme. Raises: StockRequestUnknown."""
    rows = StockRequest.objects.select_for_update(of=("self",)) if lock else StockRequest.objects
    found = rows.filter(id=stock_request_id).first()
    if found is None:
        raise StockRequestUnknown(stock_request=stock_request_id)
    return found


def stock_take(stock_take_id: int, *, lock: bool = False) -> StockTake:
    """A stock-take of the actor's desk, or of its programme. Raises: StockTakeUnknown."""
    rows = StockTake.objects.select_for_update(of=("self",)) if lock else StockTake.objects
    found = rows.filter(id=stock_take_id).first()
    if found is None:
        raise StockTakeUnknown(stock_take=stock_take_id)
    return found


def own_stock_take(actor: Actor, stock_take_id: int) -> StockTake:
    """A stock-take of the actor's own desk, locked. Raises: NotAllowed, StockTakeUnknown."""
    check_may(actor, "distribution.count-stock")
    found = stock_take(stock_take_id, lock=True)
    if not acts_for(actor, found.organisation_id):
        raise StockTakeUnknown(stock_take=stock_take_id)
    return found


def replacement(replacement_id: int, *, lock: bool = False) -> Replacement:
    """A replacement the actor's desk gives or gave rise to, or of its programme. Raises: ReplacementUnknown."""
    rows = Replacement.objects.select_for_update(of=("self",)) if lock else Replacement.objects
    found = rows.filter(id=replacement_id).first()
    if found is None:
        raise ReplacementUnknown(replacement=replacement_id)
    return found


def part(actor: Actor, *, programme_id: int, organisation_id: int, at: datetime, lock: bool = False) -> ProgrammePrescriber:
    """The part an organisation takes in a programme at that moment: the actor's own, or in a programme its operator runs.

    Raises: NotPrescriber, ProgrammeUnknown.
    """
    rows = ProgrammePrescriber.objects.select_related("programme")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(
        Q(left_at=None) | Q(left_at__gt=at), programme_id=programme_id, organisation_id=organisation_id, joined_at__lte=at
    ).first()
    if found is None:
        raise NotPrescriber(programme=funding.programme(programme_id).name)
    if not acts_for(actor, organisation_id):
        funding_access.operated_programme(actor, programme_id)
    return found


def kept_point(actor: Actor, point_id: int) -> DeskPoint:
    """A point the actor may change, locked: its organisation's, or of a programme its operator runs. Raises: NotAllowed, PointUnknown."""
    check_may(actor, "distribution.keep-points")
    found = DeskPoint.objects.select_for_update(of=("self",)).filter(id=point_id).first()
    if found is None:
        raise PointUnknown
    if not acts_for(actor, found.organisation_id):
        try:
            funding_access.operated_programme(actor, found.programme_id)
        except ProgrammeUnknown:
            raise PointUnknown from None
    return found


def desk_file_of_link(secret: str) -> DeskFile:
    """The application that a link opens, for reading; its own wall shows nothing else. Raises: DeskFileUnknown."""
    with presenting(secret):
        found = DeskFile.objects.select_related("programme").filter(secret_hash=secret_hash(secret)).first()
    if found is None or found.erased_at is not None:
        raise DeskFileUnknown
    return found


def desk_file(actor: Actor, file_id: int, *, lock: bool = False) -> DeskFile:
    """An application to a programme the actor's operator runs. Raises: DeskFileUnknown."""
    rows = DeskFile.objects.select_related("programme")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=file_id).first()
    if found is None or not _operates(actor, found.programme_id):
        raise DeskFileUnknown
    return found


def desk_decision(actor: Actor, decision_id: int, *, lock: bool = False) -> DeskDecision:
    """A decision of a programme the actor's operator runs. Raises: DeskDecisionUnknown."""
    rows = DeskDecision.objects.select_related("programme")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=decision_id).first()
    if found is None or not _operates(actor, found.programme_id):
        raise DeskDecisionUnknown
    return found


def desk_import(actor: Actor, import_id: int, *, lock: bool = False) -> DeskImport:
    """A file of desks of a programme the actor's operator runs. Raises: DeskImportUnknown."""
    rows = DeskImport.objects.select_related("programme")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=import_id).first()
    if found is None or not _operates(actor, found.programme_id):
        raise DeskImportUnknown
    return found


def desk_agreement(actor: Actor, agreement_id: int, *, lock: bool = False) -> DeskAgreement:
    """An agreement of the actor's desk, or of a programme its operator runs. Raises: AgreementUnknown."""
    rows = DeskAgreement.objects.select_related("programme", "text")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=agreement_id).first()
    if found is None or not (acts_for(actor, found.organisation_id) or _operates(actor, found.programme_id)):
        raise AgreementUnknown
    return found


def _operates(actor: Actor, programme_id: int) -> bool:
    try:
        funding_access.operated_programme(actor, programme_id)
    except ProgrammeUnknown:
        return False
    return True


def check_open_point(row: DeskPoint) -> None:
    """A point that closed is not changed any more. Raises: PointUnknown."""
    if row.closed_at is not None:
        raise PointUnknown


def check_may_remind(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.remind")


def own_reminder(actor: Actor, reminder_id: int) -> Reminder:
    """A call or a letter the actor's desk is to make, with its contact locked first. Raises: NotAllowed, ReminderUnknown."""
    check_may_remind(actor)
    seen = Reminder.objects.filter(id=reminder_id).values_list("contact_id", flat=True).first()
    if seen is not None:
        ReminderContact.objects.select_for_update(of=("self",)).get(id=seen)
    found = Reminder.objects.select_related("contact").filter(id=reminder_id).first()
    if found is None or not acts_for(actor, found.organisation_id):
        raise ReminderUnknown
    return found


def contact_purpose(contact_request: object) -> str:
    """What a number or an address is sealed for: another contact's row does not open it."""
    return f"reminders of {contact_request}"


def unsealed(contact: ReminderContact) -> str:
    """The number (international form) or the address somebody left."""
    assert contact.sealed is not None, "an ended contact holds nothing"
    return key_ring().unseal(contact_purpose(contact.request_id), bytes(contact.sealed)).decode()


# --- asked by post ---------------------------------------------------------------------------------------------


def postal_purpose(number: str) -> str:
    """What the address of a request is sealed for: another request's row does not open it."""
    return f"postal address of request {number}"


def postal(postal_id: int, *, lock: bool = False) -> PostalRequest:
    """A request seen by its desk or its programme's operator. Raises: PostalUnknown."""
    rows = PostalRequest.objects.select_related("hand_over")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=postal_id).first()
    if found is None:
        raise PostalUnknown
    return found


def own_postal(actor: Actor, row: PostalRequest) -> None:
    """Only the desk that sends acts on a request, and reads its address. Raises: PostalUnknown."""
    if actor.organisation_id is None or actor.organisation_id != row.organisation_id:
        raise PostalUnknown


def postal_presented(number: PostalNumber) -> PostalRequest:
    """The one request that has this number, to whoever holds it. Raises: PostalUnknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.postal', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.postal', %s, true)", [str(number)])
        found = PostalRequest.objects.filter(number=str(number)).first()
        cursor.execute("SELECT set_config('carnet.postal', %s, true)", [before])
    if found is None:
        raise PostalUnknown
    return found


def postal_address(row: PostalRequest) -> PostalAddress:
    """The address of a request whose address was not erased."""
    assert row.sealed_address is not None
    return PostalAddress(**json.loads(key_ring().unseal(postal_purpose(row.number), bytes(row.sealed_address))))
