"""Who may have a connection: rules as data, each with its source; what may be asked, and what may not.

Nothing is proved by a paper that is kept. A person says so, or shows one thing at the desk, which is not copied.
Source: docs/sources/needless-papers.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from carnet.connectivity.rules._refusals import NotEligible, OfferIncomplete, PaperNeedless


class Ground(StrEnum):
    """What gives a right to a connection. One word each, that a person says of their own home."""

    NO_CONNECTION = "NO_CONNECTION"
    TOO_DEAR = "TOO_DEAR"
    LOW_INCOME = "LOW_INCOME"
    JOB_SEEKER = "JOB_SEEKER"
    SCHOOL_CHILD = "SCHOOL_CHILD"
    AGED = "AGED"
    LESSONS = "LESSONS"


class Proof(StrEnum):
    """How a ground is known. There is no third way: nothing is copied, nothing is kept."""

    SAID = "SAID"
    SHOWN = "SHOWN"


# What somebody may be asked to show, for which ground: the least that says it, and only one of them.
SHOWABLE: Mapping[Ground, tuple[str, ...]] = {
    Ground.LOW_INCOME: ("energy-cheque", "health-card-css", "benefit-notice", "housing-benefit"),
    Ground.JOB_SEEKER: ("job-seeker-card",),
    Ground.LESSONS: ("voucher",),
}

# Papers never to be asked for, and why (docs/sources/needless-papers.md): what the landlord knows already,
# what another administration holds, what says more than the question asked.
NEEDLESS: Mapping[str, str] = {
    "identity-card": "the landlord knows its tenants",
    "lease": "the landlord signed it",
    "rent-receipt": "the landlord wrote it",
    "address-proof": "the home is in the landlord's file",
    "family-record": "says more than is asked",
    "tax-notice": "says more than is asked, and another administration holds it",
    "pay-slip": "says more than is asked",
    "bank-statement": "says more than is asked",
    "bank-account": "nothing is debited by the programme",
    "social-security-card": "its number is never to be collected",
    "medical-certificate": "health is no ground",
    "residence-permit": "the lease is enough",
    "photograph": "nobody is to be recognised",
    "school-certificate": "said is enough",
}


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The rules of one offer, as data. Every ground of `needed`, and one of `one_of` when it is not empty.

    `proof`: said, or shown. `source`: the decision or the agreement the rules come from, printed beside them.
    """

    needed: tuple[Ground, ...] = (Ground.NO_CONNECTION,)
    one_of: tuple[Ground, ...] = ()
    proof: Proof = Proof.SAID
    papers: tuple[str, ...] = ()
    source: str = ""

    def as_data(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "needed": [each.value for each in self.needed],
            "one_of": [each.value for each in self.one_of],
            "proof": self.proof.value,
            "papers": list(self.papers),
            "source": self.source,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Eligibility":
        """As it was stored."""
        return cls(
            tuple(Ground(each) for each in data["needed"]),
            tuple(Ground(each) for each in data["one_of"]),
            Proof(data["proof"]),
            tuple(data["papers"]),
            data["source"],
        )

    @property
    def asked(self) -> tuple[Ground, ...]:
        """What the desk asks, in order, each once."""
        return tuple(dict.fromkeys((*self.needed, *self.one_of)))


def checked_eligibility(rules: Eligibility) -> Eligibility:
    """The rules of an offer, if they ask for nothing needless and say where they come from.

    Raises: OfferIncomplete (no ground, no source, shown without a paper to show), PaperNeedless.
    """
    if not rules.asked:
        raise OfferIncomplete(what="eligibility")
    if not rules.source.strip():
        raise OfferIncomplete(what="source")
    showable = {paper for ground in rules.asked for paper in SHOWABLE.get(ground, ())}
    for paper in rules.papers:
        if paper not in showable:
            raise PaperNeedless(paper=paper)
    if bool(rules.papers) != (rules.proof is Proof.SHOWN):
        raise OfferIncomplete(what="papers")
    return rules


def missing_grounds(rules: Eligibility, said: Collection[Ground]) -> tuple[Ground, ...]:
    """What is missing for the right: empty when the person has it. One of several missing: all of them are given back."""
    held = frozenset(said)
    missing = tuple(each for each in rules.needed if each not in held)
    return missing + (rules.one_of if rules.one_of and held.isdisjoint(rules.one_of) else ())


def check_eligible(rules: Eligibility, said: Collection[Ground]) -> tuple[Ground, ...]:
    """The grounds worth keeping: those the offer asks for, and no other. Raises: NotEligible."""
    missing = missing_grounds(rules, said)
    if missing:
        raise NotEligible(missing=tuple(each.value for each in missing))
    return tuple(each for each in rules.asked if each in frozenset(said))
