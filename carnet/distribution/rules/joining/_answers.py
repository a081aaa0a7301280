"""What an applicant has written, kept as it was typed, and everything that still has to be mended before it is sent.

`Answers` is plain data (it is kept sealed as JSON). Nothing here refuses: `problems` says what is missing or wrong, each with its step,
its point and its field, so that a screen, or the line of a file, shows it where it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from carnet.distribution.rules.joining._words import KINDS_OF_FORM, Step
from carnet.distribution.rules.points import PointAgesReversed, PointCoordinatesUnreadable, PointFacts, PointSaid, checked_point
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import applications
from carnet.parties.rules.applications import Answers
from carnet.places.rules.geography import Gazetteer
from carnet.places.rules.joining import LegalForm, parsed_number

Problem = applications.Problem[Step]
PEOPLE_FIELDS = ("lead_name", "lead_email", "lead_phone")
POINT_FIELDS = (
    "name", "street", "street_extra", "postcode", "commune", "phone", "hours", "age_from", "age_until", "communes", "by_appointment", "note",
    "languages", "is_listed", "latitude", "longitude",
)  # fmt: skip
POINT_REQUIRED = ("name", "street", "postcode", "commune")
_FIELD_OF_CODE = {
    "point-commune-unknown": "commune", "point-far-from-commune": "latitude", "point-coordinates-unreadable": "latitude", "point-ages-reversed": "age_from",
    "phone-number-invalid": "phone", "nir-in-text": "note", "iban-in-text": "note", "too-many-points": "communes",
}  # fmt: skip


def empty_answers() -> Answers:
    """A file nobody has written in."""
    return {"who": {}, "points": [], "people": {}}


def legal_form(answers: Mapping[str, Any]) -> LegalForm | None:
    """The legal form chosen, if it is one that may be a desk."""
    try:
        form = LegalForm(answers["who"].get("form", ""))
    except ValueError:
        return None
    return form if form in KINDS_OF_FORM else None


def typed_points(answers: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The points of the file, in the order they were added."""
    found: Sequence[Mapping[str, Any]] = answers["points"]
    return found


def point_said(typed: Mapping[str, Any]) -> PointSaid:
    """A point from what was typed of it. Raises: PointAgesReversed (no number), PointCoordinatesUnreadable."""
    communes = typed.get("communes") or ""
    return PointSaid(
        **{
            name: str(typed.get(name) or "") for name in ("name", "street", "street_extra", "postcode", "commune", "phone", "hours", "note")
        },
        latitude=_decimal(typed.get("latitude")),
        longitude=_decimal(typed.get("longitude")),
        age_from=_age(typed.get("age_from")),
        age_until=_age(typed.get("age_until")),
        communes=[each.strip() for each in re.split(r"[,;|\n]", communes) if each.strip()] if isinstance(communes, str) else list(communes),
        by_appointment=bool(typed.get("by_appointment")),
        languages=tuple(typed.get("languages") or ()),
        is_listed=bool(typed.get("is_listed", True)),
    )


def typed_of(facts: PointFacts | Any) -> dict[str, Any]:
    """A point that is kept, to be typed again. `facts` has the fields of `PointFacts`."""
    exact = {"latitude": facts.latitude, "longitude": facts.longitude} if facts.is_exact else {}
    same = (
        "name",
        "street",
        "street_extra",
        "postcode",
        "commune",
        "phone",
        "age_from",
        "age_until",
        "by_appointment",
        "note",
        "is_listed",
    )
    return {
        **{name: getattr(facts, name) for name in same},
        "hours": facts.opening_hours,
        "communes": ", ".join(facts.commune_codes),
        "languages": list(facts.languages),
        **exact,
    }


def problems(answers: Mapping[str, Any], gazetteer: Gazetteer, *, number_taken: bool = False) -> tuple[Problem, ...]:
    """Everything to mend before the file is sent, in the order of its steps."""
    return (*_who(answers, number_taken), *_points(answers, gazetteer), *_people(answers))


def problems_of_point(typed: Mapping[str, Any], gazetteer: Gazetteer, *, key: str = "") -> tuple[Problem, ...]:
    """What is wrong with one point."""
    if missing := tuple(applications.missing(Step.POINTS, typed, POINT_REQUIRED, key)):
        return missing
    try:
        checked_point(point_said(typed), gazetteer)
    except Refusal as refusal:
        field = _FIELD_OF_CODE.get(refusal.code) or str(refusal.facts.get("field", ""))
        return (Problem(Step.POINTS, refusal.code, field, key, refusal.facts),)
    return ()


def _who(answers: Mapping[str, Any], number_taken: bool) -> Iterator[Problem]:
    return applications.who_problems(
        Step.WHO,
        answers["who"],
        parse=parsed_number,
        number_missing="number-missing",
        number_taken="desk-already-there" if number_taken else "",
        has_form=legal_form(answers) is not None,
    )


def _points(answers: Mapping[str, Any], gazetteer: Gazetteer) -> Iterator[Problem]:
    if not typed_points(answers):
        yield Problem(Step.POINTS, "points-missing")
    for point in typed_points(answers):
        yield from problems_of_point(point, gazetteer, key=str(point["key"]))


def _people(answers: Mapping[str, Any]) -> Iterator[Problem]:
    people = answers["people"]
    yield from applications.missing(Step.PEOPLE, people, ("lead_name", "lead_email"))
    email = str(people.get("lead_email", ""))
    if email and not applications.is_address(email):
        yield Problem(Step.PEOPLE, "email-invalid", "lead_email", facts={"email": email})
    yield from applications.phone_problems(Step.PEOPLE, people, "lead_phone")


def _age(typed: object) -> int | None:
    text = str(typed if typed is not None else "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise PointAgesReversed
    return int(text)


def _decimal(typed: object) -> float | None:
    text = str(typed if typed is not None else "").strip().replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]+)?", text):
        raise PointCoordinatesUnreadable
    return float(text)
