"""Self-checks: slips printed, a visit opened with a number and a code, answers kept, one invitation by consent, and what is forgotten."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution.rules.reminders import checked_address, checked_consent, checked_phone
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.journal.operations import record
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.notices import operations as notices
from carnet.observatory import access
from carnet.observatory.models import SelfCheckInvitation, SelfCheckRound, SelfCheckSlip, SelfCheckTerms
from carnet.observatory.queries.selfchecks import done_days, programmes_of_house, terms_of
from carnet.observatory.rules import Edition, Said
from carnet.observatory.rules.selfchecks import (
    SLIPS_MAX,
    WRONG_CODES_MAX,
    AgeOfTables,
    CheckDone,
    CheckEmpty,
    CheckOver,
    ChecksClosed,
    InviteBy,
    InviteEnd,
    InviteUnanswered,
    LetterGone,
    Mode,
    Moment,
    SlipCode,
    SlipLocked,
    SlipMistyped,
    SlipNumber,
    SlipsTooMany,
    SlipWrong,
    checked_answers,
    invite_on,
    is_visit_open,
    moment_due,
)
from carnet.parties.rules import check_may
from carnet.workshops.rules import takes_texts

_CODE = "code of a self-check"
_VISITOR = "whoever holds a slip is of no tenant"
TEXT = "observatory.self-check-later"


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What is printed, once: the number, and the code that opens it."""

    id: int
    number: SlipNumber
    code: SlipCode = field(repr=False)
    edition: Edition
    programme_id: int


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A visit, for whoever holds its secret. `moment`: what is answered today, None when nothing is."""

    token: str = field(repr=False)
    slip_id: int
    programme_id: int
    organisation_id: int
    edition: Edition
    moment: Moment | None
    opened_at: datetime


@transaction.atomic
def decide_self_checks(*, programme_id: int, is_on: bool, edition: Edition, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A programme asks for self-checks, or no longer does, in this edition of the indicator. Slips already printed keep theirs.

    Repeat: the same request_id is decided once. Raises: NotAllowed, ProgrammeUnknown.
    """
    check_may(actor, "observatory.decide-self-checks")
    funding_access.operated_programme(actor, programme_id)
    _row, is_new = SelfCheckTerms.objects.get_or_create(
        request_id=request_id,
        defaults={
            "programme_id": programme_id, "is_on": is_on, "edition": edition.value, "decided_at": at, "decided_by_id": actor.person_id,
        },
    )  # fmt: skip
    if is_new:
        facts = {"on": is_on, "edition": edition.value}
        record(
            actor=actor, action="observatory.self-checks-decided", subject=("programme", programme_id), facts=facts,
            programme_id=programme_id, request_id=request_id, at=at,
        )  # fmt: skip


@transaction.atomic
def print_slips(*, programme_id: int, count: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[PrintedSlip, ...]:
    """Number new slips for the actor's organisation; the codes are given here and nowhere again.

    Repeat: the same request_id gives the same slips. Raises: NotAllowed, SlipsTooMany, ChecksClosed.
    """
    house_id = access.house_giving_slips(actor)
    rows = list(SelfCheckSlip.objects.filter(request_id=request_id, organisation_id=house_id).order_by("rank"))
    if not rows:
        if not 0 < count <= SLIPS_MAX:
            raise SlipsTooMany(most=SLIPS_MAX)
        terms = terms_of(programme_id)
        if terms is None or programme_id not in {each.id for each in programmes_of_house(actor, at=at)}:
            raise ChecksClosed
        drawn = [SlipNumber.from_drawn(secrets.randbelow(SlipNumber.DRAWN_MAX)) for _each in range(count)]
        rows = SelfCheckSlip.objects.bulk_create(
            SelfCheckSlip(
                number=str(number), programme_id=programme_id, organisation_id=house_id, edition=terms.edition.value,
                opened_on=legal_day(at), request_id=request_id, rank=rank,
            )
            for rank, number in enumerate(drawn)
        )  # fmt: skip
        record(
            actor=actor, action="observatory.self-checks-printed", subject=("programme", programme_id), facts={"count": count},
            programme_id=programme_id, request_id=request_id, at=at,
        )  # fmt: skip
    return tuple(PrintedSlip(row.id, SlipNumber(row.number), _code_of(row.number), Edition(row.edition), row.programme_id) for row in rows)


def open_check(*, number: str, code: str, at: datetime) -> OpenCheck:
    """Open a visit with what is printed on a slip. A wrong code counts against the slip, whoever typed it; the earlier visit ends.

    Raises: SlipWrong (the same for a number nobody has, a wrong or mistyped code, and a slip that is over), SlipLocked.
    """
    try:
        typed_number, typed_code = SlipNumber.parse(number), SlipCode.parse(code)
    except SlipMistyped:
        raise SlipWrong from None
    token = secrets.token_urlsafe(32)
    with acting_as_everything(why=_VISITOR):
        row = SelfCheckSlip.objects.select_for_update(of=("self",)).filter(number=str(typed_number), closed_on=None).first()
        is_right = hmac.compare_digest(_code_of(str(typed_number)).text, typed_code.text) and row is not None
        if row is not None and row.wrong_count < WRONG_CODES_MAX:
            if is_right:
                row.wrong_count, row.visit_mark, row.visit_opened_at, row.visit_seen_at = 0, _token_mark(token), at, at
            else:
                row.wrong_count += 1
            row.save(update_fields=["wrong_count", "visit_mark", "visit_opened_at", "visit_seen_at"])
            opened = _opened(row, token, at) if is_right else None
        elif row is not None:
            raise SlipLocked(tries=WRONG_CODES_MAX)
        else:
            opened = None
    if opened is None:
        raise SlipWrong
    return opened


def visiting(*, token: str, at: datetime) -> OpenCheck:
    """The visit that a browser holds, kept open by being used. Raises: CheckOver."""
    with acting_as_everything(why=_VISITOR):
        row = SelfCheckSlip.objects.filter(visit_mark=_token_mark(token)).first() if token else None
        if row is None or not is_visit_open(opened_at=row.visit_opened_at, seen_at=row.visit_seen_at, at=at):
            raise CheckOver
        SelfCheckSlip.objects.filter(id=row.id).update(visit_seen_at=at)
        return _opened(row, token, at)


def leave_check(*, token: str, at: datetime) -> None:
    """End a visit at once: nothing is left of it."""
    with acting_as_everything(why=_VISITOR):
        SelfCheckSlip.objects.filter(visit_mark=_token_mark(token)).update(visit_mark=None, visit_opened_at=None, visit_seen_at=None)


def keep_answers(
    *, token: str, used_internet: Said | None = None, answers: Mapping[str, str], is_over: bool = False, at: datetime
) -> OpenCheck:
    """Keep what was answered so far; with `is_over`, count it. Taken up again later, what was said is still there.

    Repeat: saying it again changes nothing more. Lock: the slip. Raises: CheckOver, CheckDone, CheckEmpty (over, and nothing said).
    """
    visit = visiting(token=token, at=at)
    with acting_as_everything(why=_VISITOR):
        slip = SelfCheckSlip.objects.select_for_update(of=("self",)).get(id=visit.slip_id)
        moment = moment_due(done_days(slip.id), today=legal_day(at))
        if moment is None:
            raise CheckDone
        row = _round(slip, moment, Mode.ALONE, legal_day(at))
        _say(row, Edition(slip.edition), used_internet, answers)
        if is_over:
            _finish(slip, row, legal_day(at), actor=Actor.anonymous(), request_id=None, at=at)
        else:
            row.save()
    return visit


def tick_age(*, token: str, age: AgeOfTables, at: datetime) -> None:
    """Keep a coarse age, or take it back. Raises: CheckOver."""
    visit = visiting(token=token, at=at)
    with acting_as_everything(why=_VISITOR):
        SelfCheckSlip.objects.filter(id=visit.slip_id).update(age=age.value)


@transaction.atomic
def type_answers(
    *,
    number: str,
    answered_on: date,
    used_internet: Said,
    answers: Mapping[str, str],
    age: AgeOfTables = AgeOfTables.NOT_SAID,
    mode: Mode,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[int, Moment]:
    """Count what somebody answered on paper, or with one of the organisation beside. Only of a slip that it gave. Returns the slip and the moment.

    Repeat: the same answers of the same day are counted once. Lock: the slip.
    Raises: NotAllowed, SlipUnknown, SlipMistyped, CheckDone, CheckEmpty.
    """
    slip = access.own_slip(actor, number, lock=True)
    told = checked_answers(Edition(slip.edition), answers)
    repeated = SelfCheckRound.objects.filter(slip=slip, finished_on=answered_on, answers=told, used_internet=used_internet.value).first()
    if repeated is not None:
        return slip.id, Moment(repeated.moment)
    day = min(answered_on, legal_day(at))
    moment = moment_due(done_days(slip.id), today=day) if day >= slip.opened_on else None
    if moment is None:
        raise CheckDone
    row = _round(slip, moment, mode, day)
    row.mode, row.answers = mode.value, {}
    _say(row, Edition(slip.edition), used_internet, told)
    if age is not AgeOfTables.NOT_SAID:
        SelfCheckSlip.objects.filter(id=slip.id).update(age=age.value)
    _finish(slip, row, day, actor=actor, request_id=request_id, at=at)
    return slip.id, moment


def ask_again_later(
    *, token: str, channel: InviteBy, phone: str = "", address: str = "", language: str, has_agreed: bool, request_id: UUID, at: datetime
) -> date:
    """Keep a number or an address, sealed, to ask once more six months later; it takes the earlier one's place. Returns the day.

    Repeat: the same request_id keeps one. Lock: the slip.
    Raises: CheckOver, ConsentMissing, PhoneNumberInvalid, AddressMissing, InviteUnanswered.
    """
    visit = visiting(token=token, at=at)
    checked_consent(has_agreed)
    kept = checked_address(address) if channel is InviteBy.LETTER else str(checked_phone(phone))
    with acting_as_everything(why=_VISITOR):
        slip = SelfCheckSlip.objects.select_for_update(of=("self",)).get(id=visit.slip_id)
        done = done_days(slip.id)
        if not done or Moment.LATER in done:
            raise InviteUnanswered
        earlier = SelfCheckInvitation.objects.filter(request_id=request_id).first()
        if earlier is None:
            _end(slip.id, InviteEnd.WITHDRAWN, at)
            earlier = SelfCheckInvitation.objects.create(
                slip=slip, programme_id=slip.programme_id, organisation_id=slip.organisation_id, channel=channel.value,
                language="en" if language == "en" else "fr", sealed=key_ring().seal(access.invitation_purpose(request_id), kept.encode()),
                agreed_on=legal_day(at), due_on=invite_on(max(done.values())), request_id=request_id,
            )  # fmt: skip
        return earlier.due_on


def ask_no_more(*, token: str, at: datetime) -> None:
    """Erase what was left to be asked again. Raises: CheckOver."""
    visit = visiting(token=token, at=at)
    with acting_as_everything(why=_VISITOR):
        _end(visit.slip_id, InviteEnd.WITHDRAWN, at)


@transaction.atomic
def invite_due(*, programme_id: int, request_id: UUID, at: datetime, limit: int = 200) -> int:
    """Write once, by text, to those whose day has come, and erase their numbers in the same transaction. Call it seeing everything.

    Letters wait for whoever gave the slip. A number that takes no text, or no gateway, is erased as not done in time. Outside the hours when a
    person may be written to, nothing. Repeat: whoever was written to has no number left.
    """
    if not is_an_hour_to_write(at):
        return 0
    due = SelfCheckInvitation.objects.select_for_update(of=("self",), skip_locked=True).select_related("slip")
    rows = due.filter(programme_id=programme_id, ended_at=None, channel=InviteBy.TEXT.value, due_on__lte=legal_day(at)).order_by("id")
    programme, sent = funding.programme(programme_id), 0
    for row in rows[:limit]:
        number = access.unsealed_invitation(row)
        can_write = sms.is_offered() and takes_texts(number)
        if can_write:
            context = {
                "programme_id": programme.id, "phone": programme.terms.phone, "number": SlipNumber(row.slip.number).printed(),
            }  # fmt: skip
            notices.post_text(kind=TEXT, to=number, language=row.language, context=context, by_day=True, at=at)
        _end(row.slip_id, InviteEnd.SENT if can_write else InviteEnd.STALE, at)
        sent += can_write
    if rows:
        record(
            actor=Actor.system("self-checks"), action="observatory.self-checks-invited", subject=("programme", programme_id),
            facts={"sent": sent}, programme_id=programme_id, request_id=request_id, at=at,
        )  # fmt: skip
    return sent


@transaction.atomic
def note_letter_posted(*, invitation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The letter is in the post: the address is erased. Raises: NotAllowed, LetterGone."""
    house_id = access.house_giving_slips(actor)
    row = SelfCheckInvitation.objects.select_for_update(of=("self",)).filter(
        id=invitation_id, organisation_id=house_id, channel=InviteBy.LETTER.value
    ).first()  # fmt: skip
    if row is None:
        raise LetterGone
    _end(row.slip_id, InviteEnd.SENT, at)
    record(
        actor=actor, action="observatory.self-check-letter-posted", subject=("self-check-invitation", row.id),
        programme_id=row.programme_id, request_id=request_id, at=at,
    )  # fmt: skip


def _code_of(number: str) -> SlipCode:
    return SlipCode.from_mark(key_ring().mark(_CODE, number))


def _token_mark(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _opened(row: SelfCheckSlip, token: str, at: datetime) -> OpenCheck:
    moment = moment_due(done_days(row.id), today=legal_day(at))
    opened_at = row.visit_opened_at or at
    return OpenCheck(token, row.id, row.programme_id, row.organisation_id, Edition(row.edition), moment, opened_at)


def _round(slip: SelfCheckSlip, moment: Moment, mode: Mode, day: date) -> SelfCheckRound:
    found = SelfCheckRound.objects.filter(slip=slip, moment=moment.value).first()
    return found or SelfCheckRound(
        slip=slip, programme_id=slip.programme_id, organisation_id=slip.organisation_id, moment=moment.value, mode=mode.value, begun_on=day
    )


def _say(row: SelfCheckRound, edition: Edition, used_internet: Said | None, answers: Mapping[str, str]) -> None:
    if used_internet is not None:
        row.used_internet = used_internet.value
    row.answers = {**row.answers, **checked_answers(edition, answers)}


def _finish(slip: SelfCheckSlip, row: SelfCheckRound, day: date, *, actor: Actor, request_id: UUID | None, at: datetime) -> None:
    if row.used_internet == Said.UNKNOWN and not row.answers:
        raise CheckEmpty
    row.finished_on = day
    row.save()
    if row.moment == Moment.LATER:
        _end(slip.id, InviteEnd.ANSWERED, at)
    # Of the programme, not of the slip: a line of the journal has an hour, and an hour could point at somebody.
    with acting_as(programme_ids=[slip.programme_id], organisation_ids=[slip.organisation_id]):
        record(
            actor=actor, action="observatory.self-check-counted", subject=("programme", slip.programme_id),
            facts={"moment": row.moment, "mode": row.mode}, programme_id=slip.programme_id, organisation_id=slip.organisation_id,
            request_id=request_id, at=at,
        )  # fmt: skip


def _end(slip_id: int, reason: InviteEnd, at: datetime) -> None:
    rows = SelfCheckInvitation.objects.filter(slip_id=slip_id, ended_at=None)
    rows.update(sealed=None, ended_at=at, ended_for=reason.value)
