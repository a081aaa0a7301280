"""A territory as its local actors read it: who does what, what nobody answers, what was decided and what comes next; and its public part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory import access
from carnet.observatory.models import NextStep, NoticedNeed, Territory, TerritoryCommitment, TerritoryDecision, TerritoryLine
from carnet.observatory.rules.territories import Gap, Need, Promise, Public, TerritoryUnknown, gaps, is_late
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.places.rules.geography import folded


@dataclass(frozen=True, slots=True)
class TerritoryCard:
    """A territory in a list. `late`: next steps past their day, of anybody; `own_late`: those one's own organisation answers for."""

    id: int
    name: str
    slug: str
    communes: int
    people: int
    actors: int
    leader: str
    is_led: bool
    has_line: bool
    late: int
    own_late: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """What somebody does for a need. No commune: the whole territory. `until_on`: the last day, or None."""

    id: int
    organisation_id: int
    need: Need
    words: str
    hours: str
    publics: tuple[Public, ...]
    commune_codes: tuple[str, ...]
    until_on: date | None
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActorLine:
    """One local actor: its name, its line when it wrote one, and its commitments that hold."""

    organisation_id: int
    name: str
    is_leader: bool
    has_line: bool
    words: str = ""
    contact_service: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    is_public: bool = False
    changed_at: datetime | None = None
    commitments: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """A need somebody saw."""

    id: int
    organisation_id: int
    name: str
    need: Need
    words: str
    commune_codes: tuple[str, ...]
    noticed_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what before the end of `due_on`."""

    id: int
    words: str
    responsible_id: int
    responsible: str
    organisation_id: int
    due_on: date
    done_on: date | None
    dropped_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided together, and what comes of it."""

    id: int
    organisation_id: int
    decided_on: date
    words: str
    noted_by: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TerritoryView:
    """Everything local actors share of a territory. `people`: inhabitants by commune."""

    id: int
    name: str
    slug: str
    is_public: bool
    leader_id: int
    leader: str
    people: Mapping[str, int]
    communes: Mapping[str, str]
    lines: tuple[ActorLine, ...]
    gaps: tuple[Gap, ...]
    noticed: tuple[Noticed, ...]
    decisions: tuple[Decision, ...]
    as_of: date

    @property
    def late(self) -> tuple[Step, ...]:
        """Next steps past their day, the oldest first."""
        return tuple(sorted((step for each in self.decisions for step in each.steps if step.is_late), key=lambda step: step.due_on))

    def named(self, codes: Sequence[str]) -> str:
        """Communes by name; nothing for the whole territory."""
        return ", ".join(sorted((self.communes.get(code, code) for code in codes), key=folded))

    def line_of(self, organisation_id: int | None) -> ActorLine | None:
        """The line of one organisation, or None when it has no part."""
        return next((each for each in self.lines if each.organisation_id == organisation_id), None)


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was said and no longer holds, or was decided and taken back."""

    at: datetime
    kind: str
    name: str
    need: Need | None
    words: str
    since_at: datetime


@dataclass
class _Rows:
    """The rows of one territory, read once."""

    lines: list[TerritoryLine] = field(default_factory=list)
    commitments: list[TerritoryCommitment] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)


def territories(*, actor: Actor, at: datetime) -> list[TerritoryCard]:
    """The territories one's organisation leads or was invited to, by name. Raises: NotAllowed."""
    check_may(actor, "observatory.see-territories")
    own = actor.organisation_ids
    rows = [row for row in Territory.objects.order_by("name", "id") if own & {row.organisation_id, *row.member_ids}]
    ids = [row.id for row in rows]
    written = set(
        TerritoryLine.objects.filter(territory_id__in=ids, organisation_id__in=list(own)).order_by().values_list("territory_id", flat=True)
    )
    late: dict[int, list[int]] = {}
    steps = NextStep.objects.filter(
        territory_id__in=ids, done_on=None, dropped_on=None, decision__withdrawn_at=None, due_on__lt=legal_day(at)
    ).order_by()
    for territory_id, responsible_id in steps.values_list("territory_id", "responsible_id"):
        late.setdefault(territory_id, []).append(responsible_id)
    names, gazetteer = _names(row.organisation_id for row in rows), places.gazetteer()
    return [
        TerritoryCard(
            id=row.id, name=row.name, slug=row.slug, communes=len(row.commune_codes),
            people=sum(found.population for code in row.commune_codes if (found := gazetteer.by_code(code))),
            actors=len({row.organisation_id, *row.member_ids}), leader=names.get(row.organisation_id, ""),
            is_led=row.organisation_id == actor.organisation_id, has_line=row.id in written, late=len(late.get(row.id, ())),
            own_late=sum(1 for each in late.get(row.id, ()) if each in own),
        )
        for row in rows
    ]  # fmt: skip


def territory(*, actor: Actor, territory_id: int, at: datetime) -> TerritoryView:
    """Everything local actors share of a territory, its uncovered needs computed. Raises: NotAllowed, TerritoryUnknown."""
    row = access.seen_territory(actor, territory_id)
    return _view(row, at, is_told=False)


def public_territory(slug: str, *, at: datetime) -> TerritoryView:
    """What the public reads of a territory: the lines whose actors ticked it, nothing else. Raises: TerritoryUnknown."""
    row = Territory.objects.filter(slug=slug, is_public=True).first()
    if row is None:
        raise TerritoryUnknown(territory=slug)
    return _view(row, at, is_told=True)


def public_territories() -> list[tuple[str, str]]:
    """(name, address) of the territories that are told to the public, by name."""
    return list(Territory.objects.filter(is_public=True).order_by("name", "id").values_list("name", "slug"))


def codes_of(*, actor: Actor, territory_id: int) -> tuple[str, tuple[str, ...]]:
    """The name and the communes of a territory. Raises: NotAllowed, TerritoryUnknown."""
    row = access.seen_territory(actor, territory_id)
    return row.name, tuple(row.commune_codes)


def history(*, actor: Actor, territory_id: int) -> list[Past]:
    """What was said and no longer holds, the latest first: commitments ended, needs settled, decisions withdrawn. Raises: as `territory`."""
    row = access.seen_territory(actor, territory_id)
    ended = list(TerritoryCommitment.objects.filter(territory=row, ended_at__isnull=False).order_by("-ended_at", "-id")[:500])
    settled = list(NoticedNeed.objects.filter(territory=row, settled_at__isnull=False).order_by("-settled_at", "-id")[:500])
    withdrawn = list(TerritoryDecision.objects.filter(territory=row, withdrawn_at__isnull=False).order_by("-withdrawn_at", "-id")[:500])
    names = _names(
        {
            *(each.organisation_id for each in ended),
            *(each.organisation_id for each in settled),
            *(each.organisation_id for each in withdrawn),
        }
    )
    found = [
        Past(each.ended_at, "commitment", names.get(each.organisation_id, ""), Need(each.need), each.words, each.made_at)
        for each in ended
        if each.ended_at
    ]
    found += [
        Past(each.settled_at, "noticed", names.get(each.organisation_id, ""), Need(each.need), each.words, each.noticed_at)
        for each in settled
        if each.settled_at
    ]
    found += [
        Past(each.withdrawn_at, "decision", names.get(each.organisation_id, ""), None, each.words, each.recorded_at)
        for each in withdrawn
        if each.withdrawn_at
    ]
    return sorted(found, key=lambda past: past.at, reverse=True)


def _view(row: Territory, at: datetime, *, is_told: bool) -> TerritoryView:
    day = legal_day(at)
    rows = _rows(row, day, is_told=is_told)
    gazetteer = places.gazetteer()
    known = {code: found for code in row.commune_codes if (found := gazetteer.by_code(code)) is not None}
    people = {code: commune.population for code, commune in known.items()}
    # What the public is not shown is covered all the same: nothing uncovered is told to it.
    promised = [(each.organisation_id, Promise(Need(each.need), frozenset(each.commune_codes))) for each in rows.commitments]
    return TerritoryView(
        id=row.id,
        name=row.name,
        slug=row.slug,
        is_public=row.is_public,
        leader_id=row.organisation_id,
        leader=rows.names.get(row.organisation_id, ""),
        people=people,
        communes={code: commune.name for code, commune in known.items()},
        lines=_lines(row, rows, is_told=is_told),
        gaps=() if is_told else gaps(people, promised),
        noticed=() if is_told else _noticed(row, rows.names),
        decisions=() if is_told else _decisions(row, rows.names, day),
        as_of=day,
    )


def _rows(row: Territory, day: date, *, is_told: bool) -> _Rows:
    present = [row.organisation_id, *row.member_ids]
    lines = TerritoryLine.objects.filter(territory=row, organisation_id__in=present).order_by("id")
    commitments = TerritoryCommitment.objects.filter(territory=row, organisation_id__in=present, ended_at__isnull=True)
    if is_told:
        lines = lines.filter(is_public=True)
    kept_lines = list(lines)
    shown = {each.organisation_id for each in kept_lines} if is_told else set(present)
    kept = [
        each
        for each in commitments.order_by("id")
        if each.organisation_id in shown and (each.until_on is None or each.until_on >= day)
    ]  # fmt: skip
    return _Rows(kept_lines, kept, _names(present))


def _lines(row: Territory, rows: _Rows, *, is_told: bool) -> tuple[ActorLine, ...]:
    said = {each.organisation_id: each for each in rows.lines}
    of_each: dict[int, list[Commitment]] = {}
    for each in rows.commitments:
        of_each.setdefault(each.organisation_id, []).append(_commitment(each))
    present = list(said) if is_told else [row.organisation_id, *row.member_ids]
    found = [_line(each, rows.names.get(each, ""), row, said.get(each), of_each.get(each, [])) for each in present]
    return tuple(sorted(found, key=lambda line: (not line.is_leader, not line.has_line, folded(line.name), line.organisation_id)))


def _line(organisation_id: int, name: str, row: Territory, said: TerritoryLine | None, commitments: list[Commitment]) -> ActorLine:
    order = list(Need)
    kept = tuple(sorted(commitments, key=lambda each: (order.index(each.need), each.id)))
    if said is None:
        return ActorLine(organisation_id, name, organisation_id == row.organisation_id, has_line=bool(kept), commitments=kept)
    return ActorLine(
        organisation_id=organisation_id,
        name=name,
        is_leader=organisation_id == row.organisation_id,
        has_line=True,
        words=said.words,
        contact_service=said.contact_service,
        contact_email=said.contact_email,
        contact_phone=said.contact_phone,
        is_public=said.is_public,
        changed_at=said.changed_at,
        commitments=kept,
    )


def _commitment(row: TerritoryCommitment) -> Commitment:
    return Commitment(
        row.id, row.organisation_id, Need(row.need), row.words, row.hours, tuple(Public(each) for each in row.publics),
        tuple(row.commune_codes), row.until_on, row.made_at, row.ended_at,
    )  # fmt: skip


def _noticed(row: Territory, names: Mapping[int, str]) -> tuple[Noticed, ...]:
    rows = NoticedNeed.objects.filter(territory=row, settled_at__isnull=True).order_by("-noticed_at", "-id")
    return tuple(
        Noticed(
            each.id, each.organisation_id, names.get(each.organisation_id, ""), Need(each.need), each.words, tuple(each.commune_codes),
            each.noticed_at, each.settled_at,
        )
        for each in rows
    )  # fmt: skip


def _decisions(row: Territory, names: Mapping[int, str], day: date) -> tuple[Decision, ...]:
    steps: dict[int, list[Step]] = {}
    for each in NextStep.objects.filter(territory=row).order_by("due_on", "id"):
        late = is_late(each.due_on, each.done_on, each.dropped_on, on=day)
        told = Step(
            each.id, each.words, each.responsible_id, names.get(each.responsible_id, ""), each.organisation_id, each.due_on, each.done_on,
            each.dropped_on, late,
        )  # fmt: skip
        steps.setdefault(each.decision_id, []).append(told)
    rows = TerritoryDecision.objects.filter(territory=row, withdrawn_at__isnull=True).order_by("-decided_on", "-id")
    return tuple(
        Decision(each.id, each.organisation_id, each.decided_on, each.words, names.get(each.organisation_id, ""), tuple(steps.get(each.id, ())))
        for each in rows
    )  # fmt: skip


def _names(organisation_ids: Iterable[int]) -> dict[int, str]:
    return {number: card.name for number, card in parties.organisations(organisation_ids).items()}
