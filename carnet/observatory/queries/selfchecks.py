"""What is read of self-checks: whether a programme asks, one slip's own story for whoever holds it, letters to post, and what they come to."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.db.models import Count

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import queries as mandates
from carnet.observatory import access
from carnet.observatory.models import SelfCheckInvitation, SelfCheckKeeping, SelfCheckRound, SelfCheckSlip, SelfCheckTerms
from carnet.observatory.rules import Assessment, Edition, Said, SkillDomain, assess
from carnet.observatory.rules.progress import Checked, Progress, Subject, progress_of
from carnet.observatory.rules.selfchecks import AgeOfTables, InviteBy, Moment, SlipNumber, closes_on, moment_due
from carnet.parties.rules import allowed, check_may
from carnet.places import queries as places

LETTERS_MAX = 100
_TABLE = Path(__file__).parents[1] / "data" / "eurostat-digital_skills_by_area.csv"
_AREAS: Mapping[str, Subject] = {
    "Information and data literacy": SkillDomain.INFORMATION,
    "Communication and collaboration": SkillDomain.COMMUNICATION,
    "Digital content creation": SkillDomain.CONTENT,
    "Safety": SkillDomain.SAFETY,
    "Problem solving": SkillDomain.PROBLEM_SOLVING,
    "Overall (all five areas)": None,
}
_AGES = {"16-24": AgeOfTables.FROM_16_TO_24, "25-54": AgeOfTables.FROM_25_TO_54, "55-74": AgeOfTables.FROM_55_TO_74}


@dataclass(frozen=True, slots=True)
class SelfCheckChoice:
    """What a programme decided last."""

    programme_id: int
    is_on: bool
    edition: Edition
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CheckStory:
    """One slip as whoever holds it reads it. `said`: what was answered so far today; `told`: what each finished moment came to."""

    edition: Edition
    age: AgeOfTables
    used_internet: Said
    said: Mapping[str, str]
    told: Mapping[Moment, Assessment]
    done_on: Mapping[Moment, date]
    asked_again_on: date | None
    closes_on: date


@dataclass(frozen=True, slots=True)
class CheckLetter:
    """A letter to post. `address` is shown for the envelope, and erased once posted."""

    id: int
    number: str
    due_on: date
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HouseChecks:
    """What an organisation gave and what came back, in counts."""

    printed: int
    finished: Mapping[Moment, int]


def terms_of(programme_id: int) -> SelfCheckChoice | None:
    """Whether a programme asks for self-checks; None when it never decided."""
    row = SelfCheckTerms.objects.filter(programme_id=programme_id).order_by("-id").first()
    return SelfCheckChoice(programme_id, row.is_on, Edition(row.edition), row.decided_at) if row else None


def programmes_asking() -> frozenset[int]:
    """The programmes that ask for self-checks now."""
    latest = SelfCheckTerms.objects.order_by("programme_id", "-id").distinct("programme_id")
    return frozenset(row.programme_id for row in latest if row.is_on)


def programmes_of_house(actor: Actor, *, at: datetime) -> list[ProgrammeFacts]:
    """The programmes for which the actor's organisation may give slips: it takes part, they ask, they are open. Raises: NotAllowed."""
    house_id = access.house_giving_slips(actor)
    own = {each.programme_id for each in distribution.participations(organisation_id=house_id, at=at)}
    kept = places.accepted_by([each.place_id for each in places.places_of([house_id], at=at)], at=at)
    own |= {each.programme_id for taken in kept.values() for each in taken}
    structure = mandates.structure(actor=actor) if allowed(actor.roles, "mandates.see") else None
    if structure is not None and structure.is_open:
        own.add(structure.programme_id)
    found = own & programmes_asking()
    return [each for each in funding.programmes(found) if each.is_open_at(at)] if found else []


@cache
def national_skills() -> Mapping[tuple[Subject, AgeOfTables], Decimal]:
    """Eurostat's shares of people in France with at least basic skills, by part and age, 2025, in percent; NOT_SAID is all ages, 16 to 74.

    Source: isoc_sk_dskl_i21, docs/sources/digital-skills.md#tables.
    """
    with _TABLE.open(encoding="utf-8", newline="") as held:
        rows = [row for row in csv.DictReader(held) if row["geo_code"] == "FR"]
    return {
        (_AREAS[row["skill_area"]], _AGES.get(row["age_group"], AgeOfTables.NOT_SAID)): Decimal(row["pct_basic_or_above"]) for row in rows
    }


def done_days(slip_id: int) -> dict[Moment, date]:
    """The days on which each moment of a slip was finished."""
    rows = SelfCheckRound.objects.filter(slip_id=slip_id, finished_on__isnull=False)
    return {Moment(moment): day for moment, day in rows.values_list("moment", "finished_on") if day is not None}


def story(slip_id: int, *, at: datetime) -> CheckStory:
    """One slip, for the visit that holds it (`slip_id` comes from the visit, never from an address)."""
    with acting_as_everything(why="whoever holds a slip is of no tenant"):
        slip = SelfCheckSlip.objects.get(id=slip_id)
        rounds = list(SelfCheckRound.objects.filter(slip=slip))
        waiting = SelfCheckInvitation.objects.filter(slip=slip, ended_at=None).first()
    edition = Edition(slip.edition)
    done = {Moment(row.moment): row.finished_on for row in rounds if row.finished_on is not None}
    moment = moment_due(done, today=legal_day(at))
    current = next((row for row in rounds if row.finished_on is None and row.moment == moment), None)
    return CheckStory(
        edition, AgeOfTables(slip.age), Said(current.used_internet) if current else Said.UNKNOWN, dict(current.answers) if current else {},
        {Moment(row.moment): _assessment(edition, row) for row in rounds if row.finished_on is not None}, done,
        waiting.due_on if waiting else None, closes_on(slip.opened_on),
    )  # fmt: skip


def _assessment(edition: Edition, row: SelfCheckRound) -> Assessment:
    return assess(edition, {key: Said(value) for key, value in row.answers.items()}, used_internet=Said(row.used_internet))


def house_slip(actor: Actor, number: str) -> Edition:
    """The edition of a slip that the actor's organisation gave. Raises: NotAllowed, SlipUnknown, SlipMistyped."""
    return Edition(access.own_slip(actor, number).edition)


def house_checks(actor: Actor) -> HouseChecks:
    """What the actor's organisation gave, and what came back. Raises: NotAllowed."""
    house_id = access.house_giving_slips(actor)
    printed = SelfCheckSlip.objects.filter(organisation_id=house_id).count()
    rows = SelfCheckRound.objects.filter(organisation_id=house_id, finished_on__isnull=False)
    counted = dict(rows.order_by("moment").values_list("moment").annotate(Count("id")))
    return HouseChecks(printed, {moment: counted.get(moment.value, 0) for moment in Moment})


def letters_to_post(actor: Actor, *, at: datetime) -> tuple[CheckLetter, ...]:
    """The letters whose day has come, of the actor's organisation. Raises: NotAllowed."""
    house_id = access.house_giving_slips(actor)
    rows = SelfCheckInvitation.objects.select_related("slip").filter(
        organisation_id=house_id, ended_at=None, channel=InviteBy.LETTER.value, due_on__lte=legal_day(at)
    )  # fmt: skip
    found = rows.order_by("due_on", "id")[:LETTERS_MAX]
    return tuple(CheckLetter(row.id, SlipNumber(row.slip.number).printed(), row.due_on, access.unsealed_invitation(row)) for row in found)


def progress(actor: Actor, *, programme_id: int, at: datetime) -> tuple[Progress, ...]:
    """What the self-checks of a programme come to, an edition each, for whoever reads its figures. Raises: NotAllowed."""
    check_may(actor, "observatory.see")
    return _progress({"programme_id": programme_id}, before_on=None)


def house_progress(actor: Actor) -> tuple[Progress, ...]:
    """What those of the actor's own organisation come to, all programmes together. Raises: NotAllowed."""
    return _progress({"organisation_id": access.house_giving_slips(actor)}, before_on=None)


def published_progress(programme_id: int, *, at: datetime) -> tuple[Progress, ...]:
    """What is published of a programme: answers finished before this month, so that no two days can be subtracted."""
    with acting_as(programme_ids=[programme_id]):
        return _progress({"programme_id": programme_id}, before_on=legal_day(at).replace(day=1))


def _progress(scope: Mapping[str, int], *, before_on: date | None) -> tuple[Progress, ...]:
    rows = SelfCheckRound.objects.select_related("slip").filter(**scope, finished_on__isnull=False)
    if before_on is not None:
        rows = rows.filter(finished_on__lt=before_on)
    told: dict[Edition, list[Checked]] = {}
    for row in rows.order_by("id"):
        edition, day = Edition(row.slip.edition), row.finished_on
        assert day is not None
        told.setdefault(edition, []).append(
            Checked(row.slip_id, Moment(row.moment), _assessment(edition, row), AgeOfTables(row.slip.age), day)
        )
    return tuple(progress_of(edition, told[edition]) for edition in sorted(told, reverse=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """The latest night's proof."""

    day: date
    closed_count: int
    erased_count: int
    open_count: int
    waiting_count: int


def latest_keeping(programme_id: int) -> Kept | None:
    """What the latest night forgot of a programme, and what is left; None before the first."""
    row = SelfCheckKeeping.objects.filter(programme_id=programme_id).order_by("-day").first()
    return Kept(row.day, row.closed_count, row.erased_count, row.open_count, row.waiting_count) if row else None
