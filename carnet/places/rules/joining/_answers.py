"""What an applicant has written, step by step, kept as it was typed; and everything that still has to be mended before it is sent.

`Answers` is plain data (it is kept sealed as JSON). Nothing here refuses: a step half filled is kept half filled, and `problems` says what
is missing or wrong, each with its step, its site and its field, so that the screen shows it where it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from carnet.kernel.identifiers import Bic, Iban, Rna, Siret, holds_iban, holds_nir
from carnet.parties.rules import applications
from carnet.parties.rules.applications import Answers, missing
from carnet.places.rules.checking import PlaceRow, judge_lines
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.geography import Gazetteer
from carnet.places.rules.joining._terms import Terms
from carnet.places.rules.joining._words import BEYOND_CENTS_MAX, DOCUMENTS_OF_FORM, DocumentKind, LegalForm, Step
from carnet.places.rules.offers import ACCESS_BY_CODE, Mode
from carnet.places.rules.services import SERVICE_BY_CODE
from carnet.places.rules.standard import Version
from carnet.places.rules.tables import RawLine

Problem = applications.Problem[Step]

# Fields of a site an applicant writes, and the national field each is.
SITE_FIELDS = {
    "name": "nom",
    "address": "adresse",
    "address_extra": "complement_adresse",
    "postcode": "code_postal",
    "commune": "commune",
    "latitude": "latitude",
    "longitude": "longitude",
    "phone": "telephone",
}
SITE_REQUIRED = ("name", "address", "postcode", "commune")
PEOPLE_FIELDS = ("head_name", "head_title", "contact_name", "contact_email", "contact_phone")
BANK_FIELDS = ("holder", "iban", "bic")
# A fault of the directory's own check that an applicant must mend, rather than be told.
_MUST_MEND = frozenset(
    {
        FaultCode.POSTCODE_MALFORMED,
        FaultCode.COMMUNE_UNKNOWN,
        FaultCode.COMMUNE_CONTRADICTED,
        FaultCode.NUMBER_MALFORMED,
        FaultCode.COORDINATES_HALF,
        FaultCode.COORDINATES_OUTSIDE,
        FaultCode.COORDINATES_SWAPPED,
        FaultCode.FAR_FROM_COMMUNE,
        FaultCode.PHONE_MALFORMED,
    }
)
_FIELD_OF = {national: name for name, national in SITE_FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What judging needs besides what was typed. `run_by_another`, `ended`: ids of directory places that may not be taken."""

    terms: Terms
    gazetteer: Gazetteer
    today: date
    services: Collection[str]
    documents: Collection[str] = ()
    run_by_another: Collection[int] = ()
    ended: Collection[int] = ()
    number_taken: bool = False


def empty_answers() -> Answers:
    """A file nobody has written in."""
    return {"who": {}, "sites": [], "teaching": {}, "people": {}, "bank": {}, "charter": {}}


def parsed_number(text: str) -> Siret | Rna:
    """A SIRET, or an association's RNA number. Raises: SiretInvalid, RnaInvalid."""
    return Rna.parse(text) if text.strip().upper().startswith("W") else Siret.parse(text)


def legal_form(answers: Mapping[str, Any]) -> LegalForm | None:
    """The legal form chosen, or None."""
    try:
        return LegalForm(answers["who"].get("form", ""))
    except ValueError:
        return None


def documents_needed(answers: Mapping[str, Any]) -> tuple[DocumentKind, ...]:
    """The papers asked of that legal form; none while it is not chosen."""
    form = legal_form(answers)
    return DOCUMENTS_OF_FORM[form] if form is not None else ()


def sites(answers: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The sites of the file, in the order they were added."""
    found: Sequence[Mapping[str, Any]] = answers["sites"]
    return found


def judged_site(
    site: Mapping[str, Any], *, number: str, gazetteer: Gazetteer, today: date, national_id: str = "site"
) -> tuple[PlaceRow | None, tuple[Fault, ...]]:
    """A site as the directory would keep it, and the faults found on the way. None while it cannot make a place."""
    cells = {national: str(site.get(name, "")) for name, national in SITE_FIELDS.items()}
    cells |= {"id": national_id, "pivot": number, "date_maj": today.isoformat()}
    judged = judge_lines([RawLine(1, cells)], version=Version.V1, unknown_columns=(), gazetteer=gazetteer, today=today)
    return (judged.rows[0] if judged.rows else None), judged.faults


def problems(answers: Mapping[str, Any], around: Surroundings) -> tuple[Problem, ...]:
    """Everything to mend before the file is sent, in the order of its steps."""
    return (
        *_who(answers, around),
        *_sites(answers, around),
        *_teaching(answers, around),
        *_people(answers),
        *_documents(answers, around),
        *_bank(answers),
        *_charter(answers, around),
    )


def problems_by_step(found: Collection[Problem]) -> dict[Step, tuple[Problem, ...]]:
    """The same, by step; a step without any is left out."""
    return {step: here for step in Step if (here := tuple(each for each in found if each.step is step))}


def _who(answers: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    return applications.who_problems(
        Step.WHO,
        answers["who"],
        parse=parsed_number,
        number_missing="number-missing",
        number_taken="joining-already-open" if around.number_taken else "",
        has_form=legal_form(answers) is not None,
    )


def _sites(answers: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    if not sites(answers):
        yield Problem(Step.SITES, "sites-missing")
    met: dict[tuple[str, str, str], str] = {}
    for site in sites(answers):
        key = site["key"]
        yield from missing(Step.SITES, site, SITE_REQUIRED, key)
        same = tuple(str(site.get(name, "")).strip().casefold() for name in ("name", "address", "postcode"))
        if all(same) and met.setdefault(same, key) != key:  # type: ignore[arg-type]
            yield Problem(Step.SITES, "site-twice", "name", key)
        if site.get("place_id") in around.run_by_another:
            yield Problem(Step.SITES, "place-run-by-another", "", key, {"name": site.get("name", "")})
        if site.get("place_id") in around.ended:
            yield Problem(Step.SITES, "site-ended", "", key)
        if malformed := tuple(applications.postcode_problems(Step.SITES, site, key)):
            yield from malformed
            continue  # what is wrong with the commune would only follow from it
        if site.get("commune") and site.get("postcode") and around.gazetteer.named(site["commune"], postcode=site["postcode"]) is None:
            yield Problem(Step.SITES, "commune-unknown", "commune", key)
        _row, faults = judged_site(site, number=answers["who"].get("number", ""), gazetteer=around.gazetteer, today=around.today)
        for fault in faults:
            name = _FIELD_OF.get(fault.field, "")
            must = fault.code in _MUST_MEND or (fault.outcome is Outcome.REFUSED and fault.code is not FaultCode.REQUIRED_MISSING)
            if must and name and name != "commune" and str(site.get(name, "")).strip():
                yield Problem(Step.SITES, fault.code.value, name, key, {"value": fault.value, "detail": fault.detail})


def _teaching(answers: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    for site in sites(answers):
        taught = answers["teaching"].get(site["key"], {})
        services = taught.get("services", [])
        if not services:
            yield Problem(Step.TEACHING, "services-missing", "services", site["key"])
        elif not set(services) <= set(SERVICE_BY_CODE) & set(around.services):
            yield Problem(Step.TEACHING, "service-outside-programme", "services", site["key"])
        if not taught.get("modes") or not set(taught["modes"]) <= set(Mode):
            yield Problem(Step.TEACHING, "modes-missing", "modes", site["key"])
        beyond = taught.get("beyond_cents")
        if beyond is None:
            yield Problem(Step.TEACHING, "missing", "beyond_cents", site["key"])
        elif not 0 <= beyond <= BEYOND_CENTS_MAX:
            yield Problem(Step.TEACHING, "beyond-too-much", "beyond_cents", site["key"], {"most_cents": BEYOND_CENTS_MAX})
        if not set(taught.get("access", [])) <= set(ACCESS_BY_CODE):
            yield Problem(Step.TEACHING, "access-unknown", "access", site["key"])
        if holds_nir(taught.get("note", "")) or holds_iban(taught.get("note", "")):
            yield Problem(Step.TEACHING, "nir-in-text", "note", site["key"])


def _people(answers: Mapping[str, Any]) -> Iterator[Problem]:
    people = answers["people"]
    yield from missing(Step.PEOPLE, people, ("head_name", "head_title", "contact_name", "contact_email"))
    email = people.get("contact_email", "")
    if email and not applications.is_address(email):
        yield Problem(Step.PEOPLE, "email-invalid", "contact_email", facts={"email": email})
    yield from applications.phone_problems(Step.PEOPLE, people, "contact_phone")


def _documents(answers: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    if legal_form(answers) is None:
        yield Problem(Step.DOCUMENTS, "form-first")
    for kind in documents_needed(answers):
        if kind not in around.documents:
            yield Problem(Step.DOCUMENTS, "document-missing", kind.value)


def _bank(answers: Mapping[str, Any]) -> Iterator[Problem]:
    bank = answers["bank"]
    yield from missing(Step.BANK, bank, ("holder", "iban"))
    if len(bank.get("holder", "")) > 70:
        yield Problem(Step.BANK, "holder-missing", "holder")
    for name, kind in (("iban", Iban), ("bic", Bic)):
        yield from applications.refused(Step.BANK, name, bank.get(name, ""), kind.parse)


def _charter(answers: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    charter = answers["charter"]
    if not charter.get("accepted_by"):
        yield Problem(Step.CHARTER, "charter-missing", "accepted_by")
    elif charter.get("version") != around.terms.version:
        yield Problem(Step.CHARTER, "charter-changed", "is_accepted")
