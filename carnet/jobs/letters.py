"""Sending the outbox: each notice becomes a letter in its reader's language, from a template named after its kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.gateways.deadlines import Round, within
from carnet.jobs.monthly import file_name, letter_pdf
from carnet.jobs.wording import facts_of, own_letter
from carnet.notices import operations as notices
from carnet.observatory import queries as observatory
from carnet.parties import queries as parties

BATCH = 20
# The whole of one letter, however the server dawdles; and how long a silent one may hold a round up.
LETTER_SECONDS, PATIENCE_SECONDS = 20.0, 40.0
MONTHLY = "observatory.monthly-letter"


class NobodyToWriteTo(OSError):
    """The organisation has neither a contact address nor a member who manages it: the notice waits and is tried again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: one line, then the text."""

    subject: str
    body: str


def letter_of(*, kind: str, context: Mapping[str, Any], language: str) -> Letter:
    """Write the letter of one kind of notice. The first line of its template is the subject."""
    with translation.override(language):
        own = own_letter(kind, context, language=language)
        told = {**facts_of(context), "link": _link(kind, context), "site": settings.BASE_URL, "own": own}
        text = render_to_string(f"letters/{kind}.txt", told)
    subject, _newline, body = text.strip().partition("\n")
    return Letter(subject=subject.strip(), body=re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n")


def send_letters(*, at: datetime) -> tuple[int, int]:
    """Send what is due, in batches of 20, and return (sent, failed). A batch that fails whole ends the round: the server is away."""
    sent = failed = 0
    this_round = Round(patience_seconds=PATIENCE_SECONDS)
    while True:
        with acting_as_everything(why="the outbox holds every tenant's letters"):
            batch_sent, batch_failed = notices.send_waiting(at=at, send=lambda notice: this_round.send(lambda: _send(notice)), limit=BATCH)
        sent, failed = sent + batch_sent, failed + batch_failed
        if batch_sent == 0:
            return sent, failed


@app.periodic(cron="* * * * *")
@app.task(name="notices.send-letters", queue="notices", queueing_lock="notices.send-letters", pass_context=False)
def send_every_minute(timestamp: int) -> None:
    """The timer. A demonstration writes to nobody."""
    if not settings.DEMO:
        send_letters(at=timezone.now())


def _send(notice: Any) -> None:
    addresses = [notice.to_email] if notice.to_email else parties.letter_addresses(notice.to_organisation_id)
    if not addresses:
        raise NobodyToWriteTo(notice.id)
    letter = letter_of(kind=notice.kind, context=notice.context, language=notice.language)
    message = EmailMessage(subject=letter.subject, body=letter.body, to=addresses)
    if notice.kind == MONTHLY:
        figures = observatory.letter_to_send(notice.context["letter_id"])
        with translation.override(notice.language):
            message.attach(file_name(figures), letter_pdf(figures), "application/pdf")
    within(LETTER_SECONDS, message.send, partner="mail")


def _link(kind: str, context: Mapping[str, Any]) -> str:
    """The address the letter leads to."""
    if kind == "parties.invitation":
        path = reverse("accounts:invitation", args=[context["secret"]])
    elif kind == "places.joining-link":
        path = reverse("public:joining-open", args=[context["secret"]])
    elif kind == "places.joining-decided" or kind == "places.joining-sent":
        path = reverse("public:joining")
    elif kind == "distribution.desk-file-link":
        path = reverse("public:desk-open", args=[context["secret"]])
    elif kind in ("distribution.agreement-signed", "distribution.desk-leaves"):
        path = reverse("operator:desk-joining")
    elif kind in ("distribution.desk-file-sent", "distribution.desk-decided"):
        path = reverse("public:desks")
    elif kind.startswith("distribution.agreement-"):
        path = reverse("prescriber:parts")
    elif kind == "places.joining-appeal":
        path = reverse("operator:joining")
    elif kind == "mandates.structure-link":
        path = reverse("public:structure-open", args=[context["secret"]])
    elif kind in ("mandates.structure-sent", "mandates.structure-message", "mandates.structure-decided"):
        path = reverse("public:structure-resume")
    elif kind == "mandates.carried":
        path = reverse("helper:people")
    elif kind == "mandates.structure-appeal":
        path = reverse("operator:structures")
    elif kind.startswith("mandates.training-"):
        path = reverse("public:structures")
    elif kind == "parties.password-reset":
        path = reverse("new-password", args=[context["person_id"], context["token"]])
    elif kind == "parties.new-browser":
        path = reverse("accounts:sessions")
    elif kind == "places.report-answered":
        path = reverse("public:report-read")
    elif kind == "journal.verification-broken":
        path = reverse("operator:verifications")
    elif kind == "journal.anchored":
        path = reverse("public:anchors")
    elif kind == "helpline.complaint-filed":
        path = reverse("helpline:complaints")
    elif kind == MONTHLY:
        path = reverse("funder:forecast", args=[context["agreement_id"]])
    elif kind.startswith("issuing.proof-"):
        path = reverse("proofs:proof", args=[context["proof"]])
    elif kind in ("issuing.booklets-shipped", "issuing.parcels-awaited", "issuing.parcel-settled"):
        path = reverse("prescriber:shipments")
    elif kind in ("issuing.parcel-short", "issuing.parcels-unconfirmed"):
        path = reverse("operator:parcels")
    elif kind in ("controls.case-answered", "controls.case-appealed", "controls.hold-ended"):
        path = reverse("operator:case", args=[context["case"]])
    elif kind.startswith("controls."):
        path = reverse("place:case", args=[context["case"]])
    elif kind == "settlement.claim-redrawn":
        path = reverse("place:payments")
    elif kind == "places.confirmation-due":
        path = reverse("place:own-places")
    else:
        path = reverse("accounts:home")
    return f"{settings.BASE_URL}{path}"
