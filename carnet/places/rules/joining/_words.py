"""The closed lists of joining: steps, states, decisions, documents, legal forms; and the lengths of what is typed."""

from datetime import timedelta
from enum import StrEnum

from carnet.parties.rules.applications import FileState


class Step(StrEnum):
    """One page of a file. They may be filled in any order."""

    WHO = "who"
    SITES = "sites"
    TEACHING = "teaching"
    PEOPLE = "people"
    DOCUMENTS = "documents"
    BANK = "bank"
    CHARTER = "charter"
    SUMMARY = "summary"


FILLED = tuple(step for step in Step if step is not Step.SUMMARY)


class DecisionKind(StrEnum):
    """What the network decides about a file; each prepared by one person and taken by another."""

    COMPLETE = "COMPLETE"
    ADMIT = "ADMIT"
    REFUSE = "REFUSE"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"  # the suspension is lifted without an appeal
    END = "END"
    RENEW = "RENEW"
    UPHOLD = "UPHOLD"  # the appeal is right: what it is against is undone
    DISMISS = "DISMISS"  # the appeal is not


# Which decisions a file in each state may receive.
DECISIONS_OF_STATE: dict[FileState, frozenset[DecisionKind]] = {
    FileState.DRAFT: frozenset(),
    FileState.WITHDRAWN: frozenset(),
    FileState.SENT: frozenset({DecisionKind.COMPLETE, DecisionKind.ADMIT, DecisionKind.REFUSE}),
    FileState.COMPLETION: frozenset({DecisionKind.REFUSE}),
    FileState.ADMITTED: frozenset({DecisionKind.SUSPEND, DecisionKind.END, DecisionKind.RENEW}),
    FileState.SUSPENDED: frozenset({DecisionKind.RESUME, DecisionKind.END}),
    FileState.ENDED: frozenset(),
    FileState.REFUSED: frozenset(),
}
ANSWERS_AN_APPEAL = frozenset({DecisionKind.UPHOLD, DecisionKind.DISMISS})
APPEALABLE = frozenset({DecisionKind.REFUSE, DecisionKind.SUSPEND, DecisionKind.END})
# These take something away: they must name what is not met.
AGAINST = frozenset({DecisionKind.COMPLETE, DecisionKind.REFUSE, DecisionKind.SUSPEND, DecisionKind.END})
NEEDS_A_DAY = frozenset({DecisionKind.ADMIT, DecisionKind.SUSPEND, DecisionKind.END})


class LegalForm(StrEnum):
    """What an applicant is in law: it decides which documents are asked for."""

    ASSOCIATION = "ASSOCIATION"
    PUBLIC = "PUBLIC"
    COOPERATIVE = "COOPERATIVE"
    COMPANY = "COMPANY"
    SOLE_TRADER = "SOLE_TRADER"


class DocumentKind(StrEnum):
    """What a paper of the file is."""

    STATUTES = "STATUTES"
    DECLARATION = "DECLARATION"  # receipt of the prefecture, or the official gazette
    OFFICERS = "OFFICERS"
    DELIBERATION = "DELIBERATION"
    REGISTRATION = "REGISTRATION"  # Kbis, register of trades, notice of situation
    INSURANCE = "INSURANCE"
    BANK_DETAILS = "BANK_DETAILS"
    OTHER = "OTHER"


DOCUMENTS_OF_FORM: dict[LegalForm, tuple[DocumentKind, ...]] = {
    LegalForm.ASSOCIATION: (
        DocumentKind.STATUTES,
        DocumentKind.DECLARATION,
        DocumentKind.OFFICERS,
        DocumentKind.INSURANCE,
        DocumentKind.BANK_DETAILS,
    ),
    LegalForm.PUBLIC: (DocumentKind.DELIBERATION, DocumentKind.BANK_DETAILS),
    LegalForm.COOPERATIVE: (DocumentKind.STATUTES, DocumentKind.REGISTRATION, DocumentKind.INSURANCE, DocumentKind.BANK_DETAILS),
    LegalForm.COMPANY: (DocumentKind.REGISTRATION, DocumentKind.INSURANCE, DocumentKind.BANK_DETAILS),
    LegalForm.SOLE_TRADER: (DocumentKind.REGISTRATION, DocumentKind.INSURANCE, DocumentKind.BANK_DETAILS),
}


class LabelState(StrEnum):
    """What a label is worth on a day."""

    TO_COME = "TO_COME"
    IN_FORCE = "IN_FORCE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


# Public access of a site, asked once per site; the codes are those of `rules.needs` where there is one.
SITES_MAX = 30
DOCUMENTS_MAX = 20
CRITERIA_MAX = 20
TEXT_MAX = 2_000
CHARTER_MAX = 20_000
BEYOND_CENTS_MAX = 10_000
DRAFT_KEPT = timedelta(days=180)
REFUSED_KEPT = timedelta(days=365)
PAPERS_KEPT_YEARS = 5
RENEWAL_DAYS = 60
