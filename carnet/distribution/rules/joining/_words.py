"""The closed lists of a desk that joins, stays and leaves; the delays; the lengths of what is typed."""

from datetime import timedelta
from enum import StrEnum

from carnet.places.rules.joining import LegalForm


class AgreementKind(StrEnum):
    """How public vouchers may be in somebody's hands (docs/sources/desks.md)."""

    MANDATE = "MANDATE"  # convention de mandat
    REGIE = "REGIE"  # a public body's own régie: an act names who keeps it


# What each legal form may sign; whoever is in neither list is no desk.
KINDS_OF_FORM: dict[LegalForm, tuple[AgreementKind, ...]] = {
    LegalForm.ASSOCIATION: (AgreementKind.MANDATE,),
    LegalForm.COOPERATIVE: (AgreementKind.MANDATE,),
    LegalForm.PUBLIC: (AgreementKind.MANDATE, AgreementKind.REGIE),
}


class Step(StrEnum):
    """One page of an application. They may be filled in any order."""

    WHO = "who"
    POINTS = "points"
    PEOPLE = "people"
    SUMMARY = "summary"


FILLED = tuple(step for step in Step if step is not Step.SUMMARY)


class FileState(StrEnum):
    """Where an application stands. What follows an admission is said of the desk, not of its application."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    COMPLETION = "COMPLETION"  # something was asked for: the applicant may change it again
    ADMITTED = "ADMITTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


WRITABLE = frozenset({FileState.DRAFT, FileState.COMPLETION})
# An application that still means something: its number cannot open another for the same programme.
STANDING = frozenset({FileState.SENT, FileState.COMPLETION})


class DecisionKind(StrEnum):
    """What is decided of an application, of a file of desks or of a desk; each prepared by one person and taken by another."""

    COMPLETE = "COMPLETE"
    ADMIT = "ADMIT"
    REFUSE = "REFUSE"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    END = "END"


OF_APPLICATION = frozenset({DecisionKind.COMPLETE, DecisionKind.ADMIT, DecisionKind.REFUSE})
OF_DESK = frozenset({DecisionKind.SUSPEND, DecisionKind.REINSTATE, DecisionKind.END})


class SuspendedFor(StrEnum):
    """Why a desk hands nothing over for now."""

    DECISION = "DECISION"  # two people of the operator decided so
    NOT_RENEWED = "NOT_RENEWED"  # its agreement ended and no other was signed


class ImportState(StrEnum):
    """Where a file of desks stands: read and shown, prepared for a second person, taken, or given up."""

    READ = "READ"
    PREPARED = "PREPARED"
    TAKEN = "TAKEN"
    DROPPED = "DROPPED"


class Todo(StrEnum):
    """What a desk has to do, in this order."""

    AGREEMENT = "AGREEMENT"
    LEAD = "LEAD"
    POINTS = "POINTS"
    TRAINING = "TRAINING"


class TodoState(StrEnum):
    """How far one of them is."""

    TO_DO = "TO_DO"
    WAITING = "WAITING"  # for somebody else: the operator's signature, the answer to an invitation
    DONE = "DONE"
    SOON = "SOON"  # done, and to be done again soon


class DeskState(StrEnum):
    """What a desk is today, in one word."""

    OPEN = "OPEN"
    INCOMPLETE = "INCOMPLETE"  # it may hand over; something is still missing
    TO_REGULARISE = "TO_REGULARISE"  # it may hand over for now: admitted before there was an agreement to sign
    UNSIGNED = "UNSIGNED"  # it may not hand over: no agreement in force
    SUSPENDED = "SUSPENDED"
    LEAVING = "LEAVING"
    LEFT = "LEFT"


HANDING = frozenset({DeskState.OPEN, DeskState.INCOMPLETE, DeskState.TO_REGULARISE})

# One reminder, a month before: long enough for a signature, short enough not to be forgotten.
REMIND_DAYS = 30
# From when another agreement may be signed before the one in force ends.
RENEW_DAYS = 60
# How long a desk admitted before the first agreement was published may go on without one.
REGULARISE_DAYS = 90
MONTHS_MIN, MONTHS_MAX = 1, 36
REASON_MAX = 2_000
AGREEMENT_MAX = 40_000
APPLICATION_POINTS_MAX = 30
DRAFT_KEPT = timedelta(days=180)
ANSWERED_KEPT = timedelta(days=365)
