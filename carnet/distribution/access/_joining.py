"""Applications, decisions, agreements and points: seen by whoever holds the link, the desk or the operator."""

from carnet.distribution.access._desks import acts_for
from carnet.distribution.models import DeskAgreement, DeskDecision, DeskFile, DeskImport, DeskPoint
from carnet.distribution.rules.joining import AgreementUnknown, DeskDecisionUnknown, DeskFileUnknown, DeskImportUnknown
from carnet.distribution.rules.points import PointUnknown
from carnet.funding import access as funding_access
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.actors import Actor
from carnet.parties.access import presenting
from carnet.parties.rules import check_may, secret_hash


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


def check_open_point(row: DeskPoint) -> None:
    """A point that closed is not changed any more. Raises: PointUnknown."""
    if row.closed_at is not None:
        raise PointUnknown
