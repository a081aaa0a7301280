"""The door a gateway knocks at: signed, recent, small; answered by a message of its own, never in the answer to the request."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from carnet.controls.operations import questions
from carnet.gateways import sms
from carnet.gateways.sms import BODY_MAX, Delivery, Incoming, MessageForged, MessageStale, MessageUnreadable, SmsRefused
from carnet.jobs import texts
from carnet.mandates.operations import consents
from carnet.redemption import operations
from carnet.redemption.operations import TextAnswer
from carnet.web import clock
from carnet.web.own import texts as own_texts
from carnet.web.telephones import words

STATUS = {MessageForged.code: 401, MessageStale.code: 401, MessageUnreadable.code: 400}


@csrf_exempt  # the signature says who sends it; no session is read
@require_POST
def incoming(request: HttpRequest) -> HttpResponse:
    """One delivery. Nothing of it reaches a log: neither the number, nor the text."""
    if not sms.is_offered():
        return JsonResponse({"code": "not-found"}, status=404)
    # One byte more than is allowed, so that too much is told from just enough.
    body = request.read(BODY_MAX + 1)
    return receive(Delivery(body, request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")))


def receive(delivery: Delivery) -> HttpResponse:
    """What the door does with a delivery, whoever brought it: a gateway, or the demonstration's telephone."""
    at = clock.now()
    try:
        message = sms.read(delivery, key=settings.SMS_SIGNING_KEY, at=at)
    except SmsRefused as refusal:
        return JsonResponse({"code": refusal.code}, status=STATUS.get(refusal.code, 400))
    if message is not None and _answered(message, at):
        texts.enqueue()
    return JsonResponse({})


def _answered(message: Incoming, at: datetime) -> bool:
    """Whether something is said back. A person asked to agree to a mandate answers that first, then one asked about a lesson.

    A stop also stops their reminders.
    """
    heard = consents.hear(message_id=message.delivery_id, sender=message.sender, text=message.text, write=own_texts.reply, at=at)
    if heard.is_ours and not heard.is_stop:
        return heard.has_reply
    if not heard.is_ours and questions.answer_by_text(sender=message.sender, text=message.text, at=at):
        return False  # counted, and nothing to say back
    write = _nothing_to_strangers if heard.is_ours else words.answers
    has_answer = operations.answer_text(message_id=message.delivery_id, sender=message.sender, text=message.text, write=write, at=at)
    return has_answer or heard.has_reply


def _nothing_to_strangers(answer: TextAnswer) -> Sequence[str]:
    """Whoever was just answered about a mandate is not told besides that their number is unknown."""
    return words.answers(answer) if answer.lines else ()
