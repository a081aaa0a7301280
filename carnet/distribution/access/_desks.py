"""Whose desk it is, whether it takes part now, and what it handed over."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from carnet.distribution.models import DeskAgreement, DeskText, HandOver, PaperSheet, ProgrammePrescriber
from carnet.distribution.rules import HandOverUnknown, NotPrescriber, NotYourDesk, check_participation
from carnet.distribution.rules.joining import Standing, SuspendedFor, check_hands_over
from carnet.distribution.rules.papers import PaperUnknown
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_may


def desk(actor: Actor, organisation_id: int | None = None) -> int:
    """The organisation whose desk the actor stands at: the one acted for, or the one named if it is the actor's too.

    Raises: NotYourDesk.
    """
    chosen = organisation_id if organisation_id is not None else actor.organisation_id
    if chosen is None or (chosen != actor.organisation_id and chosen not in actor.organisation_ids):
        raise NotYourDesk
    return chosen


def acts_for(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor stands for this organisation now. A program stands for each of its own."""
    return actor.organisation_id == organisation_id or (actor.kind == "system" and organisation_id in actor.organisation_ids)


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
