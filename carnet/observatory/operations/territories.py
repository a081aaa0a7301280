"""What local actors write in a territory: each its own line, what they decide together, who does what next.

Every function raises NotAllowed, TerritoryUnknown besides what it says. Locks: the territory when its members change, else the row that ends.
Repeat: the same request_id gives the first row again. What is journalled names ids and needs, never a contact.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.observatory import access
from carnet.observatory.models import NextStep, NoticedNeed, Territory, TerritoryCommitment, TerritoryDecision, TerritoryLine
from carnet.observatory.rules.territories import (
    ACTORS_MAX,
    COMMITMENTS_MAX,
    CONTACT_MAX,
    HOURS_MAX,
    CommitmentsTooMany,
    DecisionAhead,
    LocalActorAlreadyIn,
    LocalActorNeedsAddress,
    LocalActorsTooMany,
    LocalActorUnknown,
    Need,
    NextStepBefore,
    Public,
    TerritoryNameTaken,
    checked_codes,
    checked_name,
    checked_part,
    checked_words,
    slug_of,
)
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import OrganisationKind, Role, check_allowed_now, clean_email
from carnet.places import queries as places

_PROGRAM = "territories"


@transaction.atomic
def make_territory(*, name: str, commune_codes: Iterable[str], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Open a territory that one's organisation leads; return its id.

    Raises: TerritoryNameMissing, TerritoryNameTaken, TerritoryEmpty, TerritoryTooLarge, NirInText, IbanInText.
    """
    check_allowed_now(actor, "observatory.lead-territory", at)
    first = Territory.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.id
    told, codes = checked_name(name), _known(commune_codes)
    with acting_as_everything(why="two territories never have one address"):
        if Territory.objects.filter(slug=slug_of(told)).exists():
            raise TerritoryNameTaken(name=told)
    row = Territory.objects.create(
        name=told,
        slug=slug_of(told),
        commune_codes=list(codes),
        organisation_id=actor.organisation_id or 0,
        made_at=at,
        request_id=request_id,
    )
    _record("territory-made", row, row.id, actor, request_id, at, communes=len(codes))
    return row.id


@transaction.atomic
def change_territory(
    *, territory_id: int, name: str, commune_codes: Iterable[str], is_public: bool, actor: Actor, request_id: UUID, at: datetime
) -> None:
    """Change what one leads: its name, its communes, whether the public reads of it what each actor ticked. Its address stays.

    Raises: NotLeader, TerritoryNameMissing, TerritoryEmpty, TerritoryTooLarge, NirInText, IbanInText.
    """
    check_allowed_now(actor, "observatory.lead-territory", at)
    row = access.led_territory(actor, territory_id)
    row.name, row.commune_codes, row.is_public = checked_name(name), list(_known(commune_codes)), is_public
    row.save(update_fields=["name", "commune_codes", "is_public"])
    _record("territory-changed", row, row.id, actor, request_id, at, communes=len(row.commune_codes), is_public=is_public)


@transaction.atomic
def invite_actor(
    *, territory_id: int, number: str, name: str, email: str, actor: Actor, request_id: UUID, at: datetime, is_simulated: bool = False
) -> int:
    """Give an organisation its place in a territory, by its SIRET or RNA number; return the organisation's id.

    One that Carnet knows joins with the accounts it has, and is told; nobody is given an account in it. Another is registered as a local
    actor, and `email` is invited to act for it. Raises: NotLeader, LocalActorAlreadyIn, LocalActorsTooMany, LocalActorNeedsAddress,
    OrganisationNameMissing, SiretInvalid, RnaInvalid, EmailInvalid, SecondFactorNeeded.
    """
    check_allowed_now(actor, "observatory.invite-local-actor", at)
    row = access.led_territory(actor, territory_id)
    plain, given = "".join(number.split()).upper(), {"territory": territory_id, "number": "".join(number.split()).upper()}
    return _answered(row, request_id, given, at, lambda: _invite(row, plain, name, email, actor, request_id, at, is_simulated=is_simulated))


def _invite(
    row: Territory, plain: str, name: str, email: str, actor: Actor, request_id: UUID, at: datetime, *, is_simulated: bool
) -> int:  # fmt: skip
    known = parties_queries.find_organisation(**({"rna": plain} if plain.startswith("W") else {"siret": plain}))
    if known is not None:
        return _add(row, known.id, actor, request_id, at)
    if not email.strip():
        raise LocalActorNeedsAddress
    address, program = clean_email(email), Actor.system(_PROGRAM)
    organisation_id = parties.enlist_organisation(
        number=plain, kind=OrganisationKind.LOCAL_ACTOR, name=name, is_simulated=is_simulated, contact_email=address,
        registered_by=row.organisation_id, actor=program, request_id=request_id, at=at,
    )  # fmt: skip
    parties.invite_member(
        organisation_id=organisation_id, email=address, role=Role.LOCAL_ACTOR, actor=program,
        request_id=uuid5(request_id, "invitation"), at=at,
    )  # fmt: skip
    return _add(row, organisation_id, actor, request_id, at, is_told=False)


@transaction.atomic
def add_actor(*, territory_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Give an organisation Carnet knows its place in a territory, by its id; return it.

    Raises: NotLeader, LocalActorUnknown, LocalActorAlreadyIn, LocalActorsTooMany.
    """
    check_allowed_now(actor, "observatory.lead-territory", at)
    row = access.led_territory(actor, territory_id)
    if organisation_id not in parties_queries.organisations([organisation_id]):
        raise LocalActorUnknown(organisation=organisation_id)
    given = {"territory": territory_id, "organisation": organisation_id}
    return _answered(row, request_id, given, at, lambda: _add(row, organisation_id, actor, request_id, at))


@transaction.atomic
def remove_actor(*, territory_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take an organisation's place back: it reads nothing more, what it said stays in the history. Raises: NotLeader, LocalActorUnknown."""
    check_allowed_now(actor, "observatory.lead-territory", at)
    row = access.led_territory(actor, territory_id)
    if organisation_id not in row.member_ids:
        raise LocalActorUnknown(organisation=organisation_id)
    row.member_ids = [each for each in row.member_ids if each != organisation_id]
    row.save(update_fields=["member_ids"])
    _record("local-actor-removed", row, organisation_id, actor, request_id, at, kind="organisation")


@transaction.atomic
def say_line(
    *, territory_id: int, words: str, contact_service: str, contact_email: str, contact_phone: str, is_public: bool, actor: Actor,
    request_id: UUID, at: datetime,
) -> int:  # fmt: skip
    """Write one's own line: what one does in a few words, how to reach the service, whether the public reads it. Returns its id.

    The contact is a service's; an earlier one is not kept. Raises: EmailInvalid, PhoneNumberInvalid, NirInText, IbanInText.
    """
    row = _joined(actor, territory_id, at)
    line, _made = TerritoryLine.objects.update_or_create(
        territory=row,
        organisation_id=actor.organisation_id or 0,
        defaults={
            "words": checked_words(words, is_needed=False),
            "contact_service": checked_words(contact_service, most=CONTACT_MAX, is_needed=False),
            "contact_email": clean_email(contact_email) if contact_email.strip() else "",
            "contact_phone": PhoneNumber.parse(contact_phone).printed() if contact_phone.strip() else "",
            "is_public": is_public,
            "changed_at": at,
        },
    )
    _record("territory-line-said", row, line.id, actor, request_id, at, kind="territory-line", is_public=is_public)
    return line.id


@transaction.atomic
def commit_to(
    *, territory_id: int, need: Need, words: str, hours: str = "", publics: Sequence[Public] = (), commune_codes: Iterable[str] = (),
    until_on: date | None = None, replaces: int | None = None, actor: Actor, request_id: UUID, at: datetime,
) -> int:  # fmt: skip
    """Say what one's organisation does for a need: where (no commune: everywhere), when, for whom, until when. Returns its id.

    `replaces`: a commitment of one's own that ends as this one begins. Raises: WordsMissing, CommuneOutside, CommitmentUnknown,
    CommitmentsTooMany, NirInText, IbanInText.
    """
    row = _joined(actor, territory_id, at)

    def write() -> int:
        if replaces is not None:
            _end(access.own_commitment(actor, row, replaces), "ended_at", at)
        said = {
            "need": need.value,
            "words": checked_words(words),
            "hours": checked_words(hours, most=HOURS_MAX, is_needed=False),
            "publics": [each.value for each in Public if each in publics],
            "commune_codes": list(checked_part(commune_codes, row.commune_codes)),
            "until_on": until_on,
        }
        open_rows = TerritoryCommitment.objects.filter(territory=row, organisation_id=actor.organisation_id or 0, ended_at__isnull=True)
        if (same := open_rows.filter(**said).first()) is not None:
            return same.id  # sent again by the browser's arrow: said twice, done once
        if open_rows.count() >= COMMITMENTS_MAX:
            raise CommitmentsTooMany(most=COMMITMENTS_MAX)
        made = TerritoryCommitment.objects.create(
            territory=row, organisation_id=actor.organisation_id or 0, **said, made_at=at, request_id=request_id
        )
        facts = {"need": need.value, "communes": len(made.commune_codes), "replaces": replaces}
        _record("commitment-made", row, made.id, actor, request_id, at, kind="territory-commitment", **facts)
        return made.id

    return _once(TerritoryCommitment, request_id, write)


@transaction.atomic
def end_commitment(*, territory_id: int, commitment_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that one's organisation no longer does it. It stays in the history. Raises: CommitmentUnknown."""
    row = _joined(actor, territory_id, at)
    _end(access.own_commitment(actor, row, commitment_id), "ended_at", at)
    _record("commitment-ended", row, commitment_id, actor, request_id, at, kind="territory-commitment")


@transaction.atomic
def notice_need(
    *, territory_id: int, need: Need, words: str, commune_codes: Iterable[str] = (), actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Note a need one sees and nobody answers. Returns its id. Raises: WordsMissing, CommuneOutside, NirInText, IbanInText."""
    row = _joined(actor, territory_id, at)

    def write() -> int:
        made = NoticedNeed.objects.create(
            territory=row,
            organisation_id=actor.organisation_id or 0,
            need=need.value,
            words=checked_words(words),
            commune_codes=list(checked_part(commune_codes, row.commune_codes)),
            noticed_at=at,
            request_id=request_id,
        )
        _record("need-noticed", row, made.id, actor, request_id, at, kind="noticed-need", need=need.value)
        return made.id

    return _once(NoticedNeed, request_id, write)


@transaction.atomic
def settle_need(*, territory_id: int, noticed_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a need one noted is answered now, or was none. Raises: NoticeUnknown."""
    row = _joined(actor, territory_id, at)
    _end(access.own_noticed(actor, row, noticed_id), "settled_at", at)
    _record("need-settled", row, noticed_id, actor, request_id, at, kind="noticed-need")


@transaction.atomic
def note_decision(*, territory_id: int, decided_on: date, words: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Note what was decided together, and on which day. Returns its id. Raises: DecisionAhead, WordsMissing, NirInText, IbanInText."""
    row = _joined(actor, territory_id, at)
    if decided_on > legal_day(at):
        raise DecisionAhead

    def write() -> int:
        made = TerritoryDecision.objects.create(
            territory=row,
            organisation_id=actor.organisation_id or 0,
            decided_on=decided_on,
            words=checked_words(words),
            recorded_at=at,
            request_id=request_id,
        )
        _record("territory-decided", row, made.id, actor, request_id, at, kind="territory-decision", decided_on=decided_on)
        return made.id

    return _once(TerritoryDecision, request_id, write)


@transaction.atomic
def withdraw_decision(*, territory_id: int, decision_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take back a decision noted wrongly: it stays in the history, its next steps leave the list. Raises: TerritoryDecisionUnknown."""
    row = _joined(actor, territory_id, at)
    _end(access.amendable_decision(actor, row, decision_id), "withdrawn_at", at)
    _record("territory-decision-withdrawn", row, decision_id, actor, request_id, at, kind="territory-decision")


@transaction.atomic
def plan_step(
    *, territory_id: int, decision_id: int, responsible_id: int, words: str, due_on: date, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Say who does what before the end of which day, after a decision. Returns its id; whoever answers for it is told.

    Raises: TerritoryDecisionUnknown, LocalActorUnknown, NextStepBefore, WordsMissing, NirInText, IbanInText.
    """
    row = _joined(actor, territory_id, at)

    def write() -> int:
        decision = access.amendable_decision(actor, row, decision_id)
        if responsible_id not in (row.organisation_id, *row.member_ids):
            raise LocalActorUnknown(organisation=responsible_id)
        if due_on < decision.decided_on:
            raise NextStepBefore(decided_on=decision.decided_on)
        made = NextStep.objects.create(
            decision=decision,
            territory=row,
            organisation_id=actor.organisation_id or 0,
            responsible_id=responsible_id,
            words=checked_words(words),
            due_on=due_on,
            made_at=at,
            request_id=request_id,
        )
        _record("next-step-planned", row, made.id, actor, request_id, at, kind="next-step", responsible=responsible_id, due_on=due_on)
        return made.id

    return _once(NextStep, request_id, write)


@transaction.atomic
def close_step(*, territory_id: int, step_id: int, is_done: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a next step is done, or given up: whoever answers for it, noted it, or leads. Raises: NextStepUnknown."""
    row = _joined(actor, territory_id, at)
    step = access.answered_step(actor, row, step_id)
    field = "done_on" if is_done else "dropped_on"
    setattr(step, field, legal_day(at))
    step.save(update_fields=[field])
    _record("next-step-done" if is_done else "next-step-dropped", row, step_id, actor, request_id, at, kind="next-step")


def _known(commune_codes: Iterable[str]) -> tuple[str, ...]:
    gazetteer = places.gazetteer()
    codes = {code: found.code for code in commune_codes if (found := gazetteer.by_code(code)) is not None}
    return checked_codes(codes.values() if codes else commune_codes, set(codes.values()))


def _joined(actor: Actor, territory_id: int, at: datetime) -> Territory:
    check_allowed_now(actor, "observatory.keep-line", at)
    return access.seen_territory(actor, territory_id)


def _add(row: Territory, organisation_id: int, actor: Actor, request_id: UUID, at: datetime, *, is_told: bool = True) -> int:
    if organisation_id == row.organisation_id or organisation_id in row.member_ids:
        raise LocalActorAlreadyIn(name=parties_queries.organisation_name(organisation_id))
    if len(row.member_ids) >= ACTORS_MAX:
        raise LocalActorsTooMany(most=ACTORS_MAX)
    row.member_ids = [*row.member_ids, organisation_id]
    row.save(update_fields=["member_ids"])
    _record("local-actor-added", row, organisation_id, actor, request_id, at, kind="organisation")
    if is_told:
        notices.post(
            kind="observatory.territory-joined",
            to_organisation_id=organisation_id,
            context={"territory": row.name, "leader": parties_queries.organisation_name(row.organisation_id)},
            at=at,
        )
    return organisation_id


def _answered(row: Territory, request_id: UUID, given: Mapping[str, object], at: datetime, add: Callable[[], int]) -> int:
    """The organisation that a request brought in, once."""
    key = f"local-actor-{request_id}"
    first = journal.answer_once(
        organisation_id=row.organisation_id, key=key, body=given, at=at, compute=lambda: (200, {"organisation": add()})
    )
    return int(first.body["organisation"])


def _once(model: Any, request_id: UUID, write: Callable[[], int]) -> int:
    first = model.objects.filter(request_id=request_id).first()
    return int(first.id) if first is not None else write()


def _end(row: Any, field: str, at: datetime) -> None:
    setattr(row, field, at)
    row.save(update_fields=[field])


def _record(
    what: str, territory: Territory, subject_id: int, actor: Actor, request_id: UUID, at: datetime, *, kind: str = "territory", **facts: object
) -> None:  # fmt: skip
    journal.record(
        actor=actor,
        action=f"observatory.{what}",
        subject=(kind, subject_id),
        facts={"territory": territory.id, **facts},
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )
