"""What a structure has written in its request, kept as it was typed, and everything still to mend before it is sent.

`Answers` is plain data (kept sealed, as JSON). Nothing here refuses: `problems` says what is missing or wrong, each with its step, its
helper and its field, so that a screen shows it where it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carnet.kernel.identifiers import Siret
from carnet.mandates.rules.habilitation._words import (
    COMMITMENTS,
    PAPERS_OF_FORM,
    PROFESSIONAL,
    PaperKind,
    Position,
    Step,
)
from carnet.parties.rules import applications
from carnet.parties.rules.applications import Answers, is_address
from carnet.places.rules.joining import LegalForm

Problem = applications.Problem[Step]
LEAD_FIELDS = ("lead_name", "lead_email", "lead_phone", "lead_job", "lead_helps")
HELPER_FIELDS = ("name", "email", "job", "position")
COMMITMENT_FIELDS = ("codes", "dpo", "accepted_by", "accepted_title", "version")


@dataclass(frozen=True, slots=True)
class HelperSaid:
    """Somebody who would help, as written in a request or by the structure's lead."""

    name: str
    email: str
    job: str
    position: Position


def empty_answers() -> Answers:
    """A request nobody has written in."""
    return {"who": {}, "lead": {}, "helpers": [], "commitments": {}}


def legal_form(answers: Mapping[str, Any]) -> LegalForm | None:
    """The legal form chosen, if it is one that may ask."""
    try:
        form = LegalForm(answers["who"].get("form", ""))
    except ValueError:
        return None
    return form if form in PAPERS_OF_FORM else None


def papers_needed(answers: Mapping[str, Any]) -> tuple[PaperKind, ...]:
    """The papers a structure of this form sends."""
    form = legal_form(answers)
    return PAPERS_OF_FORM[form] if form is not None else ()


def helpers_said(answers: Mapping[str, Any]) -> Sequence[HelperSaid]:
    """Everybody who would help, the lead too if it said so, one for each address. Call it once nothing is left to mend."""
    lead = answers["lead"]
    said = [HelperSaid(each["name"], each["email"].lower(), each.get("job", ""), Position(each["position"])) for each in answers["helpers"]]
    if lead.get("lead_helps"):
        said.insert(0, HelperSaid(lead["lead_name"], lead["lead_email"].lower(), lead.get("lead_job", ""), Position.EMPLOYEE))
    return list({each.email: each for each in reversed(said)}.values())[::-1]


def problems(answers: Mapping[str, Any], *, papers: Collection[str], terms_version: int, number_taken: bool = False) -> tuple[Problem, ...]:
    """Everything to mend before the request is sent, in the order of its steps. `terms_version`: the one in force."""
    return (
        *_who(answers, number_taken),
        *_lead(answers),
        *_helpers(answers),
        *_commitments(answers, terms_version),
        *(Problem(Step.PAPERS, "document-missing", kind.value) for kind in papers_needed(answers) if kind.value not in papers),
    )


def problems_of_helper(typed: Mapping[str, Any], *, key: str = "") -> tuple[Problem, ...]:
    """What is wrong with one helper."""
    found = list(applications.missing(Step.HELPERS, typed, ("name", "email"), key))
    if typed.get("email") and not is_address(str(typed["email"])):
        found.append(Problem(Step.HELPERS, "desk-email-malformed", "email", key))
    try:
        if Position(str(typed.get("position", ""))) not in PROFESSIONAL:
            found.append(Problem(Step.HELPERS, "helper-not-professional", "position", key))
    except ValueError:
        found.append(Problem(Step.HELPERS, "missing", "position", key))
    return tuple(found)


def _who(answers: Mapping[str, Any], number_taken: bool) -> Iterator[Problem]:
    return applications.who_problems(
        Step.WHO,
        answers["who"],
        parse=Siret.parse,
        number_missing="siret-missing",
        number_taken="structure-already-there" if number_taken else "",
        has_form=legal_form(answers) is not None,
    )


def _lead(answers: Mapping[str, Any]) -> Iterator[Problem]:
    lead = answers["lead"]
    yield from applications.missing(Step.LEAD, lead, ("lead_name", "lead_email", "lead_phone"))
    if lead.get("lead_email") and not is_address(str(lead["lead_email"])):
        yield Problem(Step.LEAD, "desk-email-malformed", "lead_email")
    yield from applications.phone_problems(Step.LEAD, lead, "lead_phone")


def _helpers(answers: Mapping[str, Any]) -> Iterator[Problem]:
    if not answers["helpers"] and not answers["lead"].get("lead_helps"):
        yield Problem(Step.HELPERS, "helpers-missing")
    # The lead has an account of one's own: an address that two people share would make them one.
    seen = {str(answers["lead"].get("lead_email") or "").lower()} - {""}
    for each in answers["helpers"]:
        yield from problems_of_helper(each, key=str(each["key"]))
        address = str(each.get("email", "")).lower()
        if address and address in seen:
            yield Problem(Step.HELPERS, "helper-twice", "email", str(each["key"]))
        seen.add(address)


def _commitments(answers: Mapping[str, Any], terms_version: int) -> Iterator[Problem]:
    said = answers["commitments"]
    kept = set(said.get("codes") or ())
    if any(each.code not in kept for each in COMMITMENTS):
        yield Problem(Step.COMMITMENTS, "commitments-missing", "codes")
    yield from applications.missing(Step.COMMITMENTS, said, ("dpo", "accepted_by", "accepted_title"))
    if str(said.get("version", "")) != str(terms_version):
        yield Problem(Step.COMMITMENTS, "helper-terms-changed" if said.get("version") else "helper-terms-missing", "version")
