"""The person's own side: a short visit opened by a paper or by FranceConnect, left in one gesture; a mandate stopped by the person."""

import hmac
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.operations import record
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, PaperTry, Visit
from carnet.mandates.operations._ending import end_authorisations
from carnet.mandates.rules import MandateNumber, MandateNumberMistyped, NothingToEnd, PersonCode, PersonCodeMistyped, PersonNumber
from carnet.mandates.rules.visits import (
    VISITS_KEPT,
    PaperCodeNotLocked,
    PaperCodePrinted,
    PaperCodeWrong,
    VisitOver,
    Way,
    is_open,
    open_until,
    refusal_of_try,
)
from carnet.parties.rules import check_may

# Each page of a visit is not written: what was seen a minute ago was seen now.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A visit, for whoever holds its secret. `key_mark` shows the rows; `until`: when it ends by itself if nothing more is done."""

    token: str = field(repr=False)
    key_mark: bytes = field(repr=False)
    way: Way
    until: datetime


def open_with_paper(*, number: str, code: str, request_id: UUID, at: datetime) -> Opened:
    """Open a visit with a mandate's number and the code printed beside it. A wrong code is counted against the paper, whoever typed it.

    Raises: PaperCodeWrong (the same for a number nobody has and for a wrong or mistyped code), PaperCodeLocked.
    """
    try:
        typed_number, typed_mark = MandateNumber.parse(number), access.code_mark(PersonCode.parse(code))
    except (MandateNumberMistyped, PersonCodeMistyped):
        raise PaperCodeWrong from None
    found = access.mandate_on_paper(typed_number)
    right_mark = bytes(found.person.code_mark) if found is not None else access.code_mark(_nobodys_code(typed_number))
    is_right = hmac.compare_digest(right_mark, typed_mark) and found is not None
    with acting_as_everything(why="wrong codes are counted before anybody is known"):
        tried = PaperTry.objects.filter(person_id=found.person_id).first() if found is not None else None
        refusal = refusal_of_try(is_known=found is not None, wrong_count=tried.wrong_count if tried else 0, is_right=is_right)
        if found is not None and isinstance(refusal, PaperCodeWrong):
            _count_wrong(found.person, at)
        elif found is not None and refusal is None and tried is not None and tried.wrong_count:
            PaperTry.objects.filter(id=tried.id).update(wrong_count=0)
    if refusal is not None:
        raise refusal
    assert found is not None
    opened = _open(Way.PAPER, right_mark, at)
    _note("own-visit-opened", ("assisted-person", found.person_id), found.organisation_id, {"way": Way.PAPER.value}, request_id, at)
    return opened


def open_with_franceconnect(*, subject: str, request_id: UUID, at: datetime) -> Opened:
    """Open a visit for whoever signed in at FranceConnect, `subject` being its name for them. A person with no mandate has a visit too."""
    opened = _open(Way.FRANCECONNECT, access.subject_mark(subject), at)
    with access.presenting_self(opened.key_mark):
        known = list(AssistedPerson.objects.filter(subject_mark=opened.key_mark).order_by("id").values_list("id", "organisation_id"))
    for person_id, organisation_id in known:
        _note("own-visit-opened", ("assisted-person", person_id), organisation_id, {"way": Way.FRANCECONNECT.value}, request_id, at)
    return opened


def _nobodys_code(number: MandateNumber) -> PersonCode:
    """A code for a number nobody has, so that looking takes as long."""
    return access.person_code(PersonNumber(str(number)), 0)


def _count_wrong(person: AssistedPerson, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mandates_papertry AS t (organisation_id, person_id, printed_version, wrong_count, wrong_at) VALUES (%s, %s, 0, 1, %s)"
            " ON CONFLICT (person_id) DO UPDATE SET wrong_count = LEAST(t.wrong_count + 1, 100), wrong_at = EXCLUDED.wrong_at",
            [person.organisation_id, person.id, at],
        )


def _open(way: Way, key_mark: bytes, at: datetime) -> Opened:
    token = secrets.token_urlsafe(32)
    with access.holding_visit(token):
        Visit.objects.create(way=way.value, key_mark=key_mark, token_mark=access.visit_mark(token), opened_at=at, seen_at=at)
    return Opened(token, key_mark, way, open_until(opened_at=at, at=at))


def visiting(*, token: str, at: datetime) -> Opened:
    """The visit that a browser holds, kept open by being used. Raises: VisitOver."""
    with access.holding_visit(token):
        row = access.held_visit(token) if token else None
        if row is None or not is_open(opened_at=row.opened_at, seen_at=row.seen_at, ended_at=row.ended_at, at=at):
            raise VisitOver
        if at >= row.seen_at + _SEEN_EVERY:
            Visit.objects.filter(id=row.id).update(seen_at=at)
        return Opened(token, bytes(row.key_mark), Way(row.way), open_until(opened_at=row.opened_at, at=at))


def leave(*, token: str, at: datetime) -> None:
    """End a visit at once; one that is over stays as it was."""
    with access.holding_visit(token):
        Visit.objects.filter(token_mark=access.visit_mark(token), ended_at=None).update(ended_at=at)


def stop_own_mandate(*, token: str, number: str, families: Collection[str] = (), request_id: UUID, at: datetime) -> None:
    """The person stops a mandate, or some families of it (`families`), at once and without saying why.

    Repeat: what has ended already stays as it ended, and is no refusal: the person reads that it has.
    Raises: VisitOver, OwnMandateUnknown, MandateNumberMistyped.
    """
    visit = visiting(token=token, at=at)
    mandate = access.own_mandate(visit.key_mark, MandateNumber.parse(number))
    with access.presenting_self(visit.key_mark):
        live = Authorisation.objects.filter(mandate_id=mandate.id, ended_at=None, ends_at__gt=at)
        ids = list((live.filter(family__in=families) if families else live).order_by("id").values_list("id", flat=True))
    if not ids:
        return
    with suppress(NothingToEnd):
        end_authorisations(authorisation_ids=ids, actor=Actor.anonymous(), request_id=request_id, at=at, holder=visit.key_mark)


@transaction.atomic
def unlock_paper(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The structure knows the person: their paper opens their page again. Raises: NotAllowed, PersonUnknown, PaperCodeNotLocked."""
    check_may(actor, "mandates.unlock-paper")
    person = access.kept_person(actor, person_id)
    changed = PaperTry.objects.filter(person_id=person.id, wrong_count__gt=0).update(
        wrong_count=0, unlocked_at=at, unlocked_by_id=actor.person_id
    )
    if not changed:
        raise PaperCodeNotLocked
    record(actor=actor, action="own-paper-unlocked", subject=("assisted-person", person.id), request_id=request_id, at=at)


@transaction.atomic
def print_paper_code(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> str:
    """The code of the person's own paper, as printed on it: given once, for the paper that leaves with the person. Lock: the person.

    Repeat: the same request_id gives the code again; another one is refused until the code is renewed.
    Raises: NotAllowed, PersonUnknown, PaperCodePrinted.
    """
    check_may(actor, "mandates.unlock-paper")
    person = access.kept_person(actor, person_id, lock=True)
    row, _is_new = PaperTry.objects.get_or_create(person_id=person.id, defaults={"organisation_id": person.organisation_id})
    if row.printed_version >= person.code_version and row.printed_request_id != request_id:
        raise PaperCodePrinted(printed_at=row.printed_at)
    if row.printed_version < person.code_version:
        row.printed_version, row.printed_at = person.code_version, at
        row.printed_by_id, row.printed_request_id = actor.person_id, request_id
        row.save(update_fields=["printed_version", "printed_at", "printed_by_id", "printed_request_id"])
        record(actor=actor, action="own-paper-printed", subject=("assisted-person", person.id), request_id=request_id, at=at)
    return access.person_code(PersonNumber(person.number), person.code_version).printed()


@transaction.atomic
def renew_paper_code(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A paper was lost: the code on it is worth nothing from now on, and a paper printed again carries another.

    Repeat: a second request of the same page draws one more; nothing is lost by it but paper. Raises: NotAllowed, PersonUnknown.
    """
    check_may(actor, "mandates.unlock-paper")
    person = access.kept_person(actor, person_id, lock=True)
    old_mark, version = bytes(person.code_mark), person.code_version + 1
    new_mark = access.code_mark(access.person_code(PersonNumber(person.number), version))
    AssistedPerson.objects.filter(id=person.id).update(code_version=version, code_mark=new_mark)
    PaperTry.objects.filter(person_id=person.id).update(wrong_count=0, unlocked_at=at, unlocked_by_id=actor.person_id)
    with acting_as_everything(why="a lost paper's visits end wherever they are"):
        Visit.objects.filter(key_mark=old_mark, ended_at=None).update(ended_at=at)
    record(actor=actor, action="own-paper-renewed", subject=("assisted-person", person.id), request_id=request_id, at=at)


def forget_visits(*, at: datetime) -> int:
    """Erase the visits of more than a week ago; return how many."""
    with acting_as_everything(why="visits belong to no tenant"):
        return int(Visit.objects.filter(opened_at__lte=at - VISITS_KEPT).delete()[0])


def _note(action: str, subject: tuple[str, int], organisation_id: int, facts: dict[str, str], request_id: UUID, at: datetime) -> None:
    with acting_as(organisation_ids=[organisation_id]):
        record(
            actor=Actor.anonymous(),
            action=action,
            subject=subject,
            facts=facts,
            organisation_id=organisation_id,
            request_id=request_id,
            at=at,
        )
