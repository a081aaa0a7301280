"""The closed lists of a structure that asks to act for people, and of its helpers; the delays; the lengths of what is typed."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from carnet.parties.rules.applications import FileState
from carnet.places.rules.joining import LegalForm


def _(text: str) -> str:
    """Mark a French sentence for extraction; the door translates it."""
    return text


class Step(StrEnum):
    """One page of a request. They may be filled in any order."""

    WHO = "who"
    LEAD = "lead"
    HELPERS = "helpers"
    COMMITMENTS = "commitments"
    PAPERS = "papers"
    SUMMARY = "summary"


FILLED = tuple(step for step in Step if step is not Step.SUMMARY)


class DecisionKind(StrEnum):
    """What is decided of a structure; each prepared by one person and taken by another."""

    COMPLETE = "COMPLETE"
    ADMIT = "ADMIT"
    REFUSE = "REFUSE"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    END = "END"
    UPHOLD = "UPHOLD"  # the appeal was right
    DISMISS = "DISMISS"


DECISIONS_OF_STATE: dict[FileState, frozenset[DecisionKind]] = {
    FileState.SENT: frozenset({DecisionKind.COMPLETE, DecisionKind.ADMIT, DecisionKind.REFUSE}),
    FileState.COMPLETION: frozenset({DecisionKind.REFUSE}),
    FileState.ADMITTED: frozenset({DecisionKind.SUSPEND, DecisionKind.END}),
    FileState.SUSPENDED: frozenset({DecisionKind.REINSTATE, DecisionKind.END}),
}
ANSWERS_AN_APPEAL = frozenset({DecisionKind.UPHOLD, DecisionKind.DISMISS})
APPEALABLE = frozenset({DecisionKind.REFUSE, DecisionKind.SUSPEND, DecisionKind.END})
STATE_AFTER: dict[DecisionKind, FileState] = {
    DecisionKind.COMPLETE: FileState.COMPLETION,
    DecisionKind.ADMIT: FileState.ADMITTED,
    DecisionKind.REFUSE: FileState.REFUSED,
    DecisionKind.SUSPEND: FileState.SUSPENDED,
    DecisionKind.REINSTATE: FileState.ADMITTED,
    DecisionKind.END: FileState.ENDED,
}
# Where an appeal that is right puts a structure back: a refusal is decided anew, the rest is undone.
STATE_UPHELD: dict[DecisionKind, FileState] = {
    DecisionKind.REFUSE: FileState.SENT,
    DecisionKind.SUSPEND: FileState.ADMITTED,
    DecisionKind.END: FileState.ADMITTED,
}


class Position(StrEnum):
    """In what capacity somebody would help."""

    EMPLOYEE = "EMPLOYEE"
    AGENT = "AGENT"
    VOLUNTEER = "VOLUNTEER"
    CIVIC_SERVICE = "CIVIC_SERVICE"
    APPRENTICE = "APPRENTICE"
    INTERN = "INTERN"
    ELECTED = "ELECTED"


# Professionals only (docs/sources/mandates-structures.md#professionals).
PROFESSIONAL = frozenset({Position.EMPLOYEE, Position.AGENT})


@dataclass(frozen=True, slots=True)
class Commitment:
    """One thing a structure promises: a stable code, what it says."""

    code: str
    text: str


COMMITMENTS = (
    Commitment(
        "professionals", _("Nos aidants sont des salariés ou des agents publics. Aucun bénévole, service civique, apprenti ni stagiaire.")
    ),
    Commitment("no-elected", _("Aucun élu n’est aidant.")),
    Commitment("dpo", _("Notre délégué à la protection des données est informé de cette demande.")),
    Commitment("trained", _("Aucun aidant n’agit avant d’avoir suivi la formation et réussi le test.")),
    Commitment("free", _("L’aide est gratuite. Rien n’est demandé à la personne.")),
    Commitment("quiet", _("Nous recevons dans un lieu où l’on parle sans être entendu.")),
    Commitment("nothing-kept", _("Nous ne gardons ni mot de passe, ni copie de pièce, ni numéro de sécurité sociale.")),
)
COMMITMENT_CODES = frozenset(each.code for each in COMMITMENTS)


class PaperKind(StrEnum):
    """The papers of a request."""

    STATUTES = "STATUTES"
    MISSION = "MISSION"  # what entrusts a private body with a service to the public
    DPO = "DPO"
    OTHER = "OTHER"


# Who may ask, and with which papers. A public body is known by its number.
PAPERS_OF_FORM: dict[LegalForm, tuple[PaperKind, ...]] = {
    LegalForm.PUBLIC: (),
    LegalForm.ASSOCIATION: (PaperKind.STATUTES, PaperKind.MISSION),
    LegalForm.COOPERATIVE: (PaperKind.STATUTES, PaperKind.MISSION),
    LegalForm.COMPANY: (PaperKind.STATUTES, PaperKind.MISSION),
}


class HelperState(StrEnum):
    """How far somebody is from acting, in one word."""

    TO_TRAIN = "TO_TRAIN"
    BOOKED = "BOOKED"  # has a seat in a training to come
    TO_TEST = "TO_TEST"
    INVITED = "INVITED"  # trained and tested: a letter opens the account
    TO_ACCEPT = "TO_ACCEPT"  # the terms, or their latest version
    ACTIVE = "ACTIVE"
    DEACTIVATED = "DEACTIVATED"


class Mode(StrEnum):
    """How a training is given."""

    ON_SITE = "ON_SITE"
    ONLINE = "ONLINE"


TEXT_MAX = 2_000
MESSAGE_MAX = 2_000
TERMS_MAX = 40_000
HELPERS_MAX = 30
PAPERS_MAX = 12
MESSAGES_MAX = 200
SEATS_MAX = 60
# Of a hundred points.
TEST_PASS = 75
TEST_TOP = 100
APPEAL_DAYS = 60
DRAFT_KEPT = timedelta(days=180)
ANSWERED_KEPT = timedelta(days=365)
# A helper who left: long enough to answer for the mandates signed (docs/sources/mandates-structures.md#kept).
HELPER_KEPT = timedelta(days=3 * 365)
# Below this, a count could point at somebody. Source: docs/sources/personal-data.md#small-counts.
SMALL_COUNT = 5
