"""Sending what waits, outside any transaction, and taking in what comes back: by HTTPS, or by files where operators have no link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingClaim, ClearingMessage, ClearingSending, Partner
from carnet.continuity.operations.clearing._keys import own_identity
from carnet.continuity.operations.clearing._receiving import Received, receive
from carnet.continuity.operations.clearing._writing import sent_again
from carnet.continuity.rules.clearing.claims import PartnerState
from carnet.continuity.rules.clearing.messages import BOX_BYTES_MAX, PARCEL_BYTES_MAX, Signed, write_parcel
from carnet.continuity.rules.clearing.refusals import ClearingRefused, PartnerUnknown
from carnet.gateways.database import acting_as
from carnet.gateways.webhooks import HttpWebhookSender, Outcome, Sending

PATH = "/api/v1/clearing/messages"
# The place is at the counter: a partner that does not answer by then is asked again by the timer.
COUNTER_SECONDS, TIMER_SECONDS = 4.0, 20.0
ANSWER_BYTES_MAX = 16 * 1024 * 1024
# A partner that was silent so lately is left to the timer: no counter waits for it again, one after the other.
SILENT_FOR = timedelta(seconds=30)
AT_ONCE = 50
POST_BYTES_MAX = 1536 * 1024  # what the other side may be asked to read at once
# Ten seconds, twenty, forty … an hour.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


class Sender(Protocol):
    """What carries a parcel to a partner."""

    def send(self, sending: Sending) -> Outcome:
        """Make one POST. Never raises for what the other side does."""
        ...


def http_sender(*, seconds: float = TIMER_SECONDS) -> Sender:
    """The real one."""
    return HttpWebhookSender(
        loopback=settings.WEBHOOKS_TO_LOOPBACK, deadline_seconds=seconds, answer_bytes_kept=ANSWER_BYTES_MAX, agent="carnet-clearing/1"
    )


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one exchange did. `failure`: one word, or empty."""

    sent: int = 0
    answered: int = 0
    failure: str = ""


def exchange(
    *, partner_id: int, operator_id: int, sender: Sender, at: datetime, even_early: bool = False, may_hold: bool = False
) -> Exchanged:
    """Send a partner the questions that wait, and take in its answers. Never inside a transaction: nothing is held while it answers.

    Whatever is lost on the way is asked again; whatever comes twice is answered alike. `even_early`: without waiting for the next try.
    `may_hold`: for tests, whose whole is one transaction.
    """
    if connection.in_atomic_block and not may_hold:
        raise RuntimeError("a partner is never waited for inside a transaction")
    with acting_as(organisation_ids={operator_id}):
        partner = Partner.objects.get(id=partner_id)
        due = _due(partner, None if even_early else at)
        if not due or not partner.address:
            return Exchanged()
        parcel = write_parcel([sent_again(each) for each in due], identity=_identity(partner, at))
        url = f"{partner.address.rstrip('/')}{PATH}"
    outcome = sender.send(Sending(url, parcel, {}))
    received, failure = _taken_in(outcome, at)
    with acting_as(organisation_ids={operator_id}):
        _note_try(partner_id, [each.pk for each in due], failure, at)
    return Exchanged(len(due), received.kept if received else 0, failure)


def exchange_all(*, sender: Sender, at: datetime, even_early: bool = False) -> dict[int, Exchanged]:
    """The same with every partner that something waits for, one after the other; one that is silent holds back none of the others for long."""
    with access.every_partner():
        due = Q() if even_early else Q(next_try_at__lte=at)
        waiting = list(
            ClearingSending.objects.filter(due, is_question=True, done_at__isnull=True)
            .exclude(partner__address="")
            .order_by("partner_id")
            .values_list("partner_id", "operator_id")
            .distinct()
        )
    return {
        partner_id: exchange(partner_id=partner_id, operator_id=operator_id, sender=sender, at=at, even_early=even_early)
        for partner_id, operator_id in waiting
    }


def write_file(*, siret: str, at: datetime) -> tuple[bytes, int]:
    """A parcel of everything that waits for one partner: questions without an answer, answers never given in a file. Returns it and its count.

    Raises: PartnerUnknown.
    """
    with access.every_partner():
        partner = access.locked_partner(_by_siret(siret))
        questions = ClearingSending.objects.filter(partner=partner, is_question=True, done_at__isnull=True)
        answers = ClearingSending.objects.filter(partner=partner, is_question=False, written_at__isnull=True)
        keys = list((questions | answers).order_by("message_id").values_list("message_id", flat=True))
        messages = [sent_again(each) for each in ClearingMessage.objects.filter(id__in=keys).order_by("id")]
        ClearingSending.objects.filter(message_id__in=keys).update(written_at=at)
        return write_parcel(messages, identity=_identity(partner, at)), len(messages)


def read_file(*, content: bytes, at: datetime) -> Received:
    """Take in a parcel that came as a file; its answers wait for the next file. Raises: MessageTooLarge, MessageUnreadable."""
    return receive(content=content, at=at, bytes_max=PARCEL_BYTES_MAX)


def _by_siret(siret: str) -> int:
    found = (
        Partner.objects.filter(siret="".join(siret.split()), state__in=[PartnerState.OPEN, PartnerState.ENDED])
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )
    if found is None:
        raise PartnerUnknown
    return found


def _due(partner: Partner, at: datetime | None) -> Sequence[ClearingMessage]:
    rows = ClearingSending.objects.filter(partner=partner, is_question=True, done_at__isnull=True)
    if at is not None:
        rows = rows.filter(next_try_at__lte=at)
    keys = list(rows.order_by("message_id").values_list("message_id", flat=True)[:AT_ONCE])
    found: list[ClearingMessage] = []
    size = 0
    for message in ClearingMessage.objects.filter(id__in=keys).order_by("id"):
        size += 2 * len(message.text.encode()) + BOX_BYTES_MAX
        if found and size > POST_BYTES_MAX:
            break
        found.append(message)
    return found


def _identity(partner: Partner, at: datetime) -> object:
    siret = access.numbered_operator(partner.operator_id).siret
    assert siret is not None
    return own_identity(siret=siret, at=at)


def _taken_in(outcome: Outcome, at: datetime) -> tuple[Received | None, str]:
    if not outcome.is_success:
        return None, outcome.error or f"http-{outcome.status}"
    try:
        return receive(content=outcome.body, at=at), ""
    except ClearingRefused:
        return None, "unreadable"


def _note_try(partner_id: int, keys: Sequence[int], failure: str, at: datetime) -> None:
    Partner.objects.filter(id=partner_id).update(tried_at=at, failure=failure[:40])
    # Those that were answered are done; the others are asked again, less and less often.
    for row in (
        ClearingSending.objects.select_for_update(of=("self",)).filter(message_id__in=keys, done_at__isnull=True).order_by("message_id")
    ):
        row.tries += 1
        row.next_try_at = at + min(FIRST_WAIT * 2 ** min(row.tries - 1, 12), LONGEST_WAIT)
        row.save(update_fields=["tries", "next_try_at"])


def as_parcel(messages: Sequence[Signed], received: Received, *, at: datetime) -> bytes:
    """What a POST is answered with: our answers, what we do not believe, and what we say of ourselves."""
    identity = own_identity(siret=received.operators[0], at=at) if len(received.operators) == 1 else None
    refused = [{"id": message_id, "code": refusal.code} for message_id, refusal in received.refused]
    return write_parcel(messages, identity=identity, refused=refused)


def exchange_about(*, claim_id: UUID, at: datetime, sender: Sender | None = None) -> None:
    """Ask a claim's issuer at once, for whoever waits at the counter; without an answer in a few seconds, the timer asks again.

    Nothing when the caller is inside a transaction, or when the issuer was silent a moment ago: the timer asks.
    """
    if connection.in_atomic_block:
        return
    with access.every_partner():
        found = ClearingClaim.objects.filter(id=claim_id).values_list("partner_id", "operator_id").first()
        lately = Q(id=found[0], tried_at__gt=at - SILENT_FOR) if found is not None else Q(pk__in=[])
        is_silent = Partner.objects.filter(lately).exclude(failure="").exists()
    if found is not None and not is_silent:
        exchange(partner_id=found[0], operator_id=found[1], sender=sender or http_sender(seconds=COUNTER_SECONDS), at=at)
