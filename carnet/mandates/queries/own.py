"""What a person reads of their own mandates: who may do what for them, until when, and each thing done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, PaperTry, Structure, Telling, Use
from carnet.mandates.rules import EndReason, Family, MandateNumber, MandateState, last_day, state_of
from carnet.mandates.rules.telling import About
from carnet.mandates.rules.visits import WRONG_CODES_MAX
from carnet.parties import queries as parties

USES_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class OwnFamily:
    """One family of procedures. `over_at`: when it stopped, None while it is in force; `reason` "" when it ran its whole time."""

    family: Family
    is_live: bool
    over_at: datetime | None
    reason: EndReason | None


@dataclass(frozen=True, slots=True)
class OwnMandate:
    """A mandate as its person reads it. `last_day`: the last day it is in force; `over_at`: when it ended before, if it did."""

    id: int
    number: str
    organisation_id: int
    programme_id: int
    state: MandateState
    signed_at: datetime
    last_day: date
    over_at: datetime | None
    families: tuple[OwnFamily, ...]
    use_count: int
    latest_use_at: datetime | None

    @property
    def printed(self) -> str:
        """Its number, as on the paper."""
        return MandateNumber(self.number).printed()

    @property
    def live(self) -> tuple[Family, ...]:
        """The families in force."""
        return tuple(each.family for each in self.families if each.is_live)


@dataclass(frozen=True, slots=True)
class OwnUse:
    """One thing done for the person. `helper`: who did it, "" when it is not known any more."""

    at: datetime
    family: Family
    procedure: str
    service: str
    helper: str


def own_mandates(key_mark: bytes, *, at: datetime) -> tuple[OwnMandate, ...]:
    """Every mandate of whoever holds this key, those in force first, then the latest. Five statements, however many there are."""
    with access.presenting_self(key_mark):
        return _read(_own(key_mark), at)


def own_mandate(key_mark: bytes, number: str, *, at: datetime) -> OwnMandate:
    """One of them. Raises: OwnMandateUnknown, MandateNumberMistyped."""
    row = access.own_mandate(key_mark, MandateNumber.parse(number))
    with access.presenting_self(key_mark):
        return _read([row], at)[0]


def own_uses(key_mark: bytes, mandate: OwnMandate, *, page: int = 1) -> tuple[tuple[OwnUse, ...], bool]:
    """The uses of one's own mandate, the latest first, and whether there are older ones. Pages of USES_PER_PAGE."""
    start = (max(page, 1) - 1) * USES_PER_PAGE
    with access.presenting_self(key_mark):
        rows = list(Use.objects.filter(mandate_id=mandate.id).order_by("-at", "-id")[start : start + USES_PER_PAGE + 1])
    names = helper_names({row.helper_id for row in rows if row.helper_id is not None}, mandate.organisation_id)
    told = tuple(
        OwnUse(row.at, Family(row.family), row.procedure, row.service, names.get(row.helper_id or 0, "")) for row in rows[:USES_PER_PAGE]
    )
    return told, len(rows) > USES_PER_PAGE


def _own(key_mark: bytes) -> list[Mandate]:
    # Not only the walls: a helper signed in on the same browser would see more.
    people = [
        each.id for each in AssistedPerson.objects.filter(subject_mark=key_mark).union(AssistedPerson.objects.filter(code_mark=key_mark))
    ]
    return list(Mandate.objects.filter(person_id__in=people).order_by("-signed_at", "-id"))


def _read(rows: list[Mandate], at: datetime) -> tuple[OwnMandate, ...]:
    ids = [row.id for row in rows]
    families: dict[int, list[OwnFamily]] = {}
    for each in Authorisation.objects.filter(mandate_id__in=ids).order_by("id"):
        families.setdefault(each.mandate_id, []).append(_family(each, at))
    used = {
        line["mandate_id"]: (line["count"], line["latest"])
        for line in Use.objects.filter(mandate_id__in=ids)
        .order_by("mandate_id")
        .values("mandate_id")
        .annotate(count=Count("id"), latest=Max("at"))
    }
    programmes = _programmes({row.organisation_id for row in rows})
    told = []
    for row in rows:
        state = state_of(ended_at=row.ended_at, ends_on=row.ends_on, at=at)
        count, latest = used.get(row.id, (0, None))
        over_at = row.ended_at if state is MandateState.ENDED else None
        told.append(
            OwnMandate(
                row.id, row.number, row.organisation_id, programmes.get(row.organisation_id, 0), state, row.signed_at, last_day(row.ends_on),
                over_at, tuple(families.get(row.id, ())), count, latest,
            )
        )  # fmt: skip
    return tuple(sorted(told, key=lambda each: each.state is not MandateState.LIVE))


def _family(row: Authorisation, at: datetime) -> OwnFamily:
    is_live = row.ended_at is None and at < row.ends_at
    over_at = None if is_live else row.ended_at or row.ends_at
    return OwnFamily(Family(row.family), is_live, over_at, EndReason(row.end_reason) if row.end_reason else None)


def _programmes(organisation_ids: Iterable[int]) -> dict[int, int]:
    with acting_as(organisation_ids=organisation_ids):
        return dict(Structure.objects.filter(organisation_id__in=organisation_ids).values_list("organisation_id", "programme_id"))


def helper_names(person_ids: set[int], organisation_id: int) -> dict[int, str]:
    """Names of a structure's helpers, for whoever they helped."""
    with acting_as(organisation_ids=[organisation_id]):
        return parties.names_of(person_ids)


# --- the structure's side --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterToPost:
    """A letter that waits. `name`, `address`: to whom; `about_on`: the latest day of uses, or the first day it is no longer valid."""

    id: int
    name: str
    address: str
    language: str
    about: About
    about_on: date
    procedures: tuple[str, ...]
    number: str
    made_at: datetime


def letters_to_post(actor: Actor, *, limit: int = 100) -> tuple[LetterToPost, ...]:
    """The letters of the actor's structure that nobody posted yet, the oldest first. Raises: NotAllowed."""
    rows = (
        Telling.objects.filter(organisation_id__in=access.structure_ids(actor), done_at=None)
        .select_related("person", "mandate")
        .order_by("made_at", "id")[:limit]
    )
    return tuple(
        LetterToPost(
            row.id, access.identity_of(row.person).name, access.contact_of(row.person), row.person.language, About(row.about), row.about_on,
            tuple(row.procedures), MandateNumber(row.mandate.number).printed(), row.made_at,
        )
        for row in rows
        if row.person.sealed_identity is not None
    )  # fmt: skip


def letters_waiting(actor: Actor) -> int:
    """How many letters the actor's structure has to post. Raises: NotAllowed."""
    return Telling.objects.filter(organisation_id__in=access.structure_ids(actor), done_at=None).count()


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """What became of a person's own paper. `printed_at`: when the code it now has was printed, None while it was not."""

    person_id: int
    name: str
    is_locked: bool
    printed_at: datetime | None
    mandate_id: int | None


def own_paper(actor: Actor, person_id: int) -> OwnPaper:
    """The own paper of somebody helped by the actor's structure, and the latest mandate it would be printed on. Raises: PersonUnknown."""
    person = access.kept_person(actor, person_id)
    row = PaperTry.objects.filter(person_id=person.id).first()
    latest = Mandate.objects.filter(person_id=person.id).order_by("-signed_at", "-id").values_list("id", flat=True).first()
    is_printed = row is not None and row.printed_version >= person.code_version
    return OwnPaper(
        person.id, access.names_of([person])[person.id], row is not None and row.wrong_count >= WRONG_CODES_MAX,
        row.printed_at if row is not None and is_printed else None, latest,
    )  # fmt: skip


def is_paper_locked(actor: Actor, person_id: int) -> bool:
    """Whether somebody's own paper was tried too often. Raises: PersonUnknown."""
    return own_paper(actor, person_id).is_locked
