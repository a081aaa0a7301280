"""Consent given from afar: two texts go out, one answer comes in, a signature takes it. Each step is a line that nobody can change.

The words of the texts are the door's; they are kept as they were sent. What comes in is kept as it was read, with a keyed mark of its words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from carnet.funding import access as funding_access
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.kernel.periods import legal_day, start_of_day
from carnet.mandates import access
from carnet.mandates.models import ConsentLine, Draft, RemoteConsent, RemoteSetting
from carnet.mandates.operations._notes import note
from carnet.mandates.queries.consents import is_remote_open
from carnet.mandates.rules import DraftOver, Duration, Family
from carnet.mandates.rules.consents import (
    ANSWERED_WITHIN,
    ASKED_AGAIN_MAX,
    OPEN_STATES,
    SIGNED_WITHIN,
    Answer,
    ConsentNotGiven,
    ConsentOver,
    ConsentState,
    ConsentStep,
    ConsentWaits,
    check_may_ask,
    is_stop,
    read_answer,
    state_at,
)
from carnet.mandates.rules.telling import mobile, spoken
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

KIND = "mandates.consent"
_NUMBER, _WORDS, _MESSAGE = "number of a consent", "words of an answer", "message of a consent"
_WORDS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Asking:
    """What the two texts say: who asks, to do what, how long, before when to answer."""

    organisation: str
    phone: str
    families: tuple[Family, ...]
    duration: Duration
    expires_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a text that came in. `is_ours`: it answered a question, and nothing else is to be done with it."""

    is_ours: bool
    is_stop: bool = False
    has_reply: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: how the text was read, and who had asked. `is_late`: the question had expired."""

    answer: Answer
    is_late: bool
    organisation: str
    phone: str
    language: str


@transaction.atomic
def allow_remote_consent(*, programme_id: int, is_on: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Turn consent by text message on or off for the structures of a programme. Questions already asked keep their day.

    Raises: NotAllowed, ProgrammeUnknown. Repeat: the same request_id changes nothing more.
    """
    check_may(actor, "mandates.allow-remote-consent")
    funding_access.operated_programme(actor, programme_id)
    if RemoteSetting.objects.filter(request_id=request_id).exists():
        return
    RemoteSetting.objects.create(programme_id=programme_id, is_on=is_on, set_at=at, set_by_id=actor.person_id, request_id=request_id)
    note("remote-consent-set", ("programme", programme_id), actor.organisation_id or 0, {"is_on": is_on}, actor=actor, request_id=request_id,
         at=at, programme_id=programme_id)  # fmt: skip


@transaction.atomic
def ask_from_afar(
    *, draft_id: int, number: str, write: Callable[[Asking], tuple[str, str]], actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Ask the person, by two texts, whether they agree to what is prepared: a recap, then the question. Returns the question's id.

    `write` words both. The draft waits for the answer. Lock: the draft. Repeat: the same request_id gives the first question again.
    Raises: NotAllowed, DraftUnknown, DraftOver, PhoneNumberInvalid, RemoteConsentClosed, TooManyConsents, ConsentNumberTaken, ConsentWaits.
    """
    check_may(actor, "mandates.sign")
    draft = access.kept_draft(actor, draft_id, lock=True)
    if first := RemoteConsent.objects.filter(request_id=request_id).first():
        return first.id
    if draft.closed_at is not None or at >= draft.expires_at:
        raise DraftOver
    to = mobile(number).text
    mark = key_ring().mark(_NUMBER, to)
    _check(draft, mark, at)
    row = _asked(draft, to, mark, actor, request_id, at)
    card = parties.organisation(draft.organisation_id)
    families = tuple(Family(each) for each in row.families)
    recap, question = write(Asking(card.name, spoken(card.contact_phone), families, Duration(row.duration), row.expires_at, row.language))
    for step, words in ((ConsentStep.RECAP_SENT, recap), (ConsentStep.REQUEST_SENT, question)):
        _send(row, step, words, to, at)
    _keep_draft(row, row.expires_at)
    facts = {"families": row.families, "duration": row.duration}
    note("consent-asked", ("remote-consent", row.id), row.organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return row.id


def _check(draft: Draft, mark: bytes, at: datetime) -> None:
    asked = RemoteConsent.objects.filter(organisation_id=draft.organisation_id)
    others = asked.filter(number_mark=mark, state=ConsentState.SIGNED.value).order_by()
    if draft.person_id is not None:
        others = others.exclude(mandate__person_id=draft.person_id)
    check_may_ask(
        is_turned_on=is_remote_open(draft.organisation_id),
        asked_today=asked.filter(asked_at__gte=start_of_day(legal_day(at))).count(),
        people_of_number=others.values("mandate__person_id").distinct().count(),
    )


def _asked(draft: Draft, to: str, mark: bytes, actor: Actor, request_id: UUID, at: datetime) -> RemoteConsent:
    RemoteConsent.objects.filter(draft_id=draft.id, state=ConsentState.AGREED.value).update(state=ConsentState.CANCELLED.value)
    _expire_of(mark, at)
    try:
        with transaction.atomic():
            return RemoteConsent.objects.create(
                organisation_id=draft.organisation_id, draft_id=draft.id, families=draft.families, duration=draft.duration,
                sealed_number=key_ring().seal(_purpose(request_id), to.encode()), number_mark=mark,
                language=draft.language[:2] if draft.language[:2] in ("fr", "en") else "fr", asked_at=at, asked_by_id=actor.person_id,
                expires_at=at + ANSWERED_WITHIN, request_id=request_id,
            )  # fmt: skip
    except IntegrityError:
        raise ConsentWaits from None


def _expire_of(mark: bytes, at: datetime) -> None:
    """A question whose day has passed leaves its number free, before the timer comes."""
    with acting_as_everything(why="a number is asked one question at a time, whichever structure asks"):
        for row in RemoteConsent.objects.select_for_update(of=("self",)).filter(number_mark=mark, state=ConsentState.ASKED.value):
            if at >= row.expires_at:
                _close(row, ConsentState.EXPIRED, ConsentStep.EXPIRED, at)


@transaction.atomic
def hear(*, message_id: str, sender: str, text: str, write: Callable[[Reply], str], at: datetime) -> Heard:
    """A text came in: if a question waits for this telephone's answer, that is what it is. `write` words what is said back.

    Repeat: the same `message_id` again changes nothing and answers nothing more. Nothing of the text is kept but how it was read.
    """
    try:
        to = mobile(sender).text
    except PhoneNumberInvalid:
        return Heard(False)
    mark, message = key_ring().mark(_NUMBER, to), key_ring().mark(_MESSAGE, message_id)
    with acting_as_everything(why="a message delivered twice is known whatever became of its question"):
        if ConsentLine.objects.filter(message_mark=message).exists():
            return Heard(True)
    with access.ringing(mark):
        found = RemoteConsent.objects.filter(number_mark=mark, state=ConsentState.ASKED.value).values_list("id", "organisation_id").first()
    if found is None:
        return Heard(False)
    with acting_as(organisation_ids=[found[1]]):
        row = RemoteConsent.objects.select_for_update(of=("self",)).get(id=found[0])
        if row.state != ConsentState.ASKED.value:
            return Heard(True)  # another delivery came first
        return _answered(row, to, text, message, write, at)


def _answered(row: RemoteConsent, to: str, text: str, message: bytes, write: Callable[[Reply], str], at: datetime) -> Heard:
    answer, is_late = read_answer(text), state_at(ConsentState(row.state), expires_at=row.expires_at, at=at) is ConsentState.EXPIRED
    step = {Answer.YES: ConsentStep.SAID_YES, Answer.NO: ConsentStep.SAID_NO, Answer.UNCLEAR: ConsentStep.UNCLEAR}[answer]
    _line(row, step, at, words_mark=key_ring().mark(_WORDS, text[:_WORDS_MAX]), message_mark=message)
    asks_again = False
    if is_late:
        _close(row, ConsentState.EXPIRED, ConsentStep.EXPIRED, at)
    elif answer is Answer.UNCLEAR:
        asks_again = row.asked_again_count < ASKED_AGAIN_MAX
        if not asks_again:
            return Heard(True)
        row.asked_again_count += 1
        row.save(update_fields=["asked_again_count"])
    else:
        _settle(row, answer, at)
    card = parties.organisation(row.organisation_id)
    words = write(Reply(answer, is_late, card.name, spoken(card.contact_phone), row.language))
    if asks_again:
        _send(row, ConsentStep.ASKED_AGAIN, words, to, at)
    else:
        _post(words, to, row.language, at)
    return Heard(True, is_stop=is_stop(text), has_reply=True)


def _settle(row: RemoteConsent, answer: Answer, at: datetime) -> None:
    row.state = (ConsentState.AGREED if answer is Answer.YES else ConsentState.REFUSED).value
    row.answered_at, row.sealed_number = at, None
    if answer is Answer.YES:
        row.expires_at = at + SIGNED_WITHIN
        _keep_draft(row, row.expires_at)
    row.save(update_fields=["state", "answered_at", "sealed_number", "expires_at"])
    actor = Actor.system("text message", organisation_ids={row.organisation_id})
    note(
        "consent-answered",
        ("remote-consent", row.id),
        row.organisation_id,
        {"answer": answer.value},
        actor=actor,
        request_id=uuid4(),
        at=at,
    )


@transaction.atomic
def cancel_consent(*, consent_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a question back, answered or not: no signature takes it any more. Raises: NotAllowed, ConsentUnknown, ConsentOver."""
    check_may(actor, "mandates.sign")
    row = access.kept_consent(actor, consent_id, lock=True)
    if ConsentState(row.state) not in OPEN_STATES:
        raise ConsentOver(state=row.state)
    _close(row, ConsentState.CANCELLED, ConsentStep.CANCELLED, at)
    note("consent-cancelled", ("remote-consent", row.id), row.organisation_id, {}, actor=actor, request_id=request_id, at=at)


def agreed_from_afar(draft: Draft, *, at: datetime) -> RemoteConsent:
    """The yes given to exactly what this draft says, locked. Call it in the signature's transaction. Raises: ConsentNotGiven."""
    row = RemoteConsent.objects.select_for_update(of=("self",)).filter(draft_id=draft.id).order_by("-id").first()
    if row is None:
        raise ConsentNotGiven(state="")
    state = state_at(ConsentState(row.state), expires_at=row.expires_at, at=at)
    if state is not ConsentState.AGREED or row.families != draft.families or row.duration != draft.duration:
        raise ConsentNotGiven(state=state.value)
    return row


def take_consent(row: RemoteConsent, *, mandate_id: int, at: datetime) -> None:
    """A mandate was signed on this yes: it serves once."""
    row.state, row.mandate_id = ConsentState.SIGNED.value, mandate_id
    row.save(update_fields=["state", "mandate_id"])
    _line(row, ConsentStep.SIGNED, at)


def expire_consents(*, at: datetime, limit: int = 500) -> int:
    """Close the questions and answers whose day has passed, and erase their numbers; return how many."""
    with acting_as_everything(why="questions of every structure expire alike"):
        open_states = [each.value for each in OPEN_STATES]
        rows = RemoteConsent.objects.select_for_update(of=("self",), skip_locked=True).filter(state__in=open_states, expires_at__lte=at)
        late = list(rows.order_by("id")[:limit])
        for row in late:
            _close(row, ConsentState.EXPIRED, ConsentStep.EXPIRED, at)
    return len(late)


def _close(row: RemoteConsent, state: ConsentState, step: ConsentStep, at: datetime) -> None:
    row.state, row.sealed_number = state.value, None
    row.save(update_fields=["state", "sealed_number"])
    _line(row, step, at)


def _line(
    row: RemoteConsent,
    step: ConsentStep,
    at: datetime,
    *,
    words: str = "",
    words_mark: bytes | None = None,
    message_mark: bytes | None = None,
) -> None:
    ConsentLine.objects.create(
        organisation_id=row.organisation_id, consent_id=row.id, step=step.value, words=words, words_mark=words_mark,
        message_mark=message_mark, at=at,
    )  # fmt: skip


def _send(row: RemoteConsent, step: ConsentStep, words: str, to: str, at: datetime) -> None:
    """Post a text and keep its very words."""
    assert 0 < len(words) <= _WORDS_MAX
    _line(row, step, at, words=words)
    _post(words, to, row.language, at)


def _post(words: str, to: str, language: str, at: datetime) -> None:
    notices.post_text(kind=KIND, to=to, language=language, context={"text": words}, at=at)


def _keep_draft(row: RemoteConsent, until: datetime) -> None:
    Draft.objects.filter(id=row.draft_id, closed_at=None, expires_at__lt=until).update(expires_at=until)


def _purpose(request_id: UUID) -> str:
    return f"number of consent {request_id}"
