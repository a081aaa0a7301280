"""What one activity says of itself, and until when it may be told and corrected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from carnet.activities.rules._refusals import (
    ActivityDayInvalid,
    ActivityMinutesInvalid,
    ActivityPeopleInvalid,
    ActivityWordUnknown,
)
from carnet.activities.rules._words import AGE_BANDS, EQUIPMENT, LEVELS, REDIRECTIONS, THEMES, TOGETHER, UNKNOWN_AGE, Kind, Where
from carnet.kernel.identifiers import check_free_text

PEOPLE_MAX = 500
MINUTES_MIN, MINUTES_MAX = 5, 23 * 60 + 59  # the tool's own most
USUAL_MINUTES = (30, 60, 90, 120)
VISIT_MINUTES = 60  # of a visit nobody timed
TITLE_MAX = 100
# Days after which an activity is no longer told or corrected: two months, so that a quarter's report never changes once made.
DAYS_BACK = 62


class Source(StrEnum):
    """How an activity came to be told."""

    HAND = "HAND"
    DOOR = "DOOR"
    SESSION = "SESSION"
    VOUCHERS = "VOUCHERS"
    SEAT = "SEAT"


@dataclass(frozen=True, slots=True)
class Told:
    """One activity as it is told. `people`: age band -> how many; `minutes` what each person had of it.

    `returning_count`: how many of them had been helped here before. `level` and `title` are of a workshop or an event only.
    """

    kind: Kind
    day: date
    minutes: int
    people: Mapping[str, int]
    where: Where = Where.PLACE
    themes: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    returning_count: int = 0
    redirected_to: str = ""
    level: str = ""
    title: str = ""

    @property
    def people_count(self) -> int:
        """How many people, whatever their age."""
        return sum(self.people.values())


@dataclass(frozen=True, slots=True)
class Origin:
    """What an activity was told from: a finished session, a day of vouchers, a booked seat; empty by hand. Each is told once."""

    source: Source = Source.HAND
    key: str = field(default="")

    @classmethod
    def session(cls, session_id: int) -> "Origin":
        """The attendance of a workshop's session."""
        return cls(Source.SESSION, f"S{session_id}")

    @classmethod
    def vouchers(cls, *, place_id: int, service: str, day: date) -> "Origin":
        """The vouchers accepted at a place for a service on a day, outside any session."""
        return cls(Source.VOUCHERS, f"V{place_id}/{service}/{day.isoformat()}")

    @classmethod
    def seat(cls, booking_id: int) -> "Origin":
        """A booked seat whose person came."""
        return cls(Source.SEAT, f"B{booking_id}")


def checked(told: Told, *, today: date) -> Told:
    """The same, whole: every band present, words in the order of their lists, the title stripped and without numbers of persons.

    Raises: ActivityDayInvalid, ActivityPeopleInvalid, ActivityMinutesInvalid, ActivityWordUnknown, NirInText, IbanInText.
    """
    check_day(told.day, today=today)
    if not MINUTES_MIN <= told.minutes <= MINUTES_MAX:
        raise ActivityMinutesInvalid(minutes_min=MINUTES_MIN, minutes_max=MINUTES_MAX)
    people = _people(told)
    for name, values, known in (
        ("themes", told.themes, THEMES),
        ("equipment", told.equipment, EQUIPMENT),
        ("level", (told.level,) if told.level else (), LEVELS),
        ("redirected_to", (told.redirected_to,) if told.redirected_to else (), REDIRECTIONS),
    ):
        _check_known(name, values, known)
    is_together = told.kind in TOGETHER
    return replace(
        told,
        people=people,
        themes=tuple(code for code in THEMES if code in told.themes),
        equipment=tuple(code for code in EQUIPMENT if code in told.equipment),
        level=told.level if is_together else "",
        title=check_free_text(told.title.strip()[:TITLE_MAX]) if is_together else "",
    )


def _people(told: Told) -> dict[str, int]:
    _check_known("people", tuple(told.people), AGE_BANDS)
    people = {band: told.people.get(band, 0) for band in AGE_BANDS}
    is_sound = all(count >= 0 for count in people.values()) and 1 <= sum(people.values()) <= PEOPLE_MAX
    if not is_sound or not 0 <= told.returning_count <= sum(people.values()):
        raise ActivityPeopleInvalid(people_max=PEOPLE_MAX)
    return people


def _check_known(name: str, values: Collection[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise ActivityWordUnknown(field=name, value=value[:60])


def check_day(day: date, *, today: date) -> None:
    """An activity is told, corrected or withdrawn from its day on, for `DAYS_BACK` days. Raises: ActivityDayInvalid."""
    if not timedelta(0) <= today - day <= timedelta(days=DAYS_BACK):
        raise ActivityDayInvalid(days=DAYS_BACK)


def may_change(day: date, *, today: date) -> bool:
    """Whether an activity of that day may still be corrected."""
    return timedelta(0) <= today - day <= timedelta(days=DAYS_BACK)


def again(latest: Told, *, today: date) -> Told:
    """The same as last time, today: the same people in number and age, the same themes."""
    return replace(latest, day=today)


def visit(*, day: date, age_band: str = "", themes: tuple[str, ...] = (), minutes: int = VISIT_MINUTES) -> Told:
    """One person at the door of the free space. An age nobody asked is not communicated."""
    return Told(kind=Kind.SPACE_VISIT, day=day, minutes=minutes, people={age_band or UNKNOWN_AGE: 1}, themes=themes)
