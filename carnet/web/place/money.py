"""Money that comes to a place: how much, which day, what it waits for, and asking for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.settlement import operations as settlement_writes
from carnet.settlement import queries as settlement
from carnet.settlement.queries import CaseTold, ExpectedPayment, PaymentStep
from carnet.web import clock
from carnet.web.cases import counted, last_day
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.place import counter

STEPS = {
    PaymentStep.TO_ASK: (gettext_lazy("À demander"), "info"),
    PaymentStep.ASKED: (gettext_lazy("Demandé"), "info"),
    PaymentStep.RUNNING: (gettext_lazy("Période en cours"), "neutral"),
    PaymentStep.TO_CLAIM: (gettext_lazy("Décompte à faire par l’opérateur"), "info"),
    PaymentStep.CLAIMED: (gettext_lazy("À payer"), "info"),
    PaymentStep.WAITING: (gettext_lazy("En attente"), "warning"),
    PaymentStep.BEING_PAID: (gettext_lazy("Virement en cours"), "info"),
    PaymentStep.CAME_BACK: (gettext_lazy("Revenu de la banque"), "danger"),
    PaymentStep.PAID: (gettext_lazy("Payé"), "success"),
    PaymentStep.REDRAWN: (gettext_lazy("Refait en deux"), "neutral"),
}
WAITING_FOR = {
    "ACCOUNT_MISSING": gettext_lazy("il manque un compte bancaire approuvé"),
    "ACCOUNT_CHANGING": gettext_lazy("le nouveau compte bancaire n’a pas encore pris effet"),
    "DIFFERS": gettext_lazy("l’opérateur vérifie le décompte : vous n’avez rien à faire"),
    "HELD": gettext_lazy("l’opérateur vérifie quelque chose"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence about money that comes, and where to go on: the first thing a place reads."""

    sentence: str
    url: str
    verb: str
    tone: str = "info"


def told(expected: Sequence[ExpectedPayment], today: date) -> list[Told]:
    """*You will receive this much on this day*, the soonest day first; then what waits to be asked for. Never a day that has passed."""
    page = reverse("place:payments")
    days: dict[date, int] = {}
    late = 0
    for each in expected:
        if each.payable_on is not None and each.payable_on >= today:
            days[each.payable_on] = days.get(each.payable_on, 0) + each.coming_cents
        elif each.payable_on is not None:
            late += each.coming_cents
    said = []
    if late:
        sentence = _("%(amount)s ont du retard. Vous les recevrez dès que possible.") % {"amount": formats.euros(late)}
        said.append(Told(sentence, page, _("Voir ce qui se passe"), "warning"))
    for day in sorted(days)[:2]:
        sentence = _("Vous recevrez %(amount)s le %(day)s.") % {"amount": formats.euros(days[day]), "day": formats.weekday(day)}
        said.append(Told(sentence, page, _("Voir le détail")))
    for each in expected:
        if each.step is PaymentStep.TO_ASK:
            sentence = _("%(amount)s vous attendent. Demandez-les quand vous voulez.") % {"amount": formats.euros(each.cents)}
            said.append(Told(sentence, reverse("place:payment-ask", args=[each.programme_id]), _("Demander mon paiement")))
    return said


def tasks(expected: Sequence[ExpectedPayment]) -> list[Task]:
    """What keeps money from coming, why, and what to do; nothing to do is said too."""
    return [_task(each) for each in expected if each.step in (PaymentStep.WAITING, PaymentStep.CAME_BACK)]


def _task(waiting: ExpectedPayment) -> Task:
    if waiting.case is not None:
        return _of_case(waiting, waiting.case)
    tone, amount = STEPS[waiting.step][1], formats.euros(waiting.cents)
    is_ours = waiting.reason in ("HELD", "DIFFERS")
    title = _("%(amount)s attendent une vérification") if is_ours else _("%(amount)s n’ont pas pu être payés")
    changing = waiting.reason == "ACCOUNT_CHANGING"
    verb = _("Voir le détail") if is_ours else _("Voir le compte bancaire") if changing else _("Compléter le compte bancaire")
    url = reverse("place:payments") if is_ours else reverse("accounts:bank-account")
    return Task(title % {"amount": amount}, verb, url, detail=why_waiting(waiting), tone=tone, tone_text=str(STEPS[waiting.step][0]))


def _of_case(waiting: ExpectedPayment, told: CaseTold) -> Task:
    """*10 chèques, 100 € en attente*: why, and until when an answer is awaited."""
    facts = {"answer": last_day(told.answer_until), "day": last_day(told.until)}
    why = _("L’opérateur vous pose une question. Réponse attendue jusqu’au %(answer)s. Sans décision le %(day)s, tout est payé.") % facts
    return Task(
        _("%(counted)s en attente") % {"counted": counted(waiting.voucher_count, waiting.cents)},
        _("Voir la question"),
        reverse("place:case", args=[told.case_id]),
        detail=why,
        tone=STEPS[waiting.step][1],
        tone_text=str(STEPS[waiting.step][0]),
    )


def why_waiting(payment: ExpectedPayment) -> str:
    """What a payment waits for, in words."""
    if payment.step is PaymentStep.CAME_BACK:
        return _("la banque a renvoyé le virement : vérifiez le compte")
    if payment.hold is not None:
        return _("%(words)s Au plus tard le %(day)s. Pour en parler : %(phone)s.") % {
            "words": payment.hold.words,
            "day": formats.day(payment.hold.until),
            "phone": payment.hold.phone,
        }
    if payment.case is not None:
        facts = {"answer": last_day(payment.case.answer_until), "day": last_day(payment.case.until)}
        return (
            _("L’opérateur vous pose une question. Réponse attendue jusqu’au %(answer)s. Sans décision le %(day)s, tout est payé.") % facts
        )
    if payment.step is PaymentStep.TO_ASK:
        return _("quand vous le demandez")
    return str(WAITING_FOR.get(payment.reason, ""))


def payment_tables(expected: Sequence[ExpectedPayment], organisation_id: int, today: date) -> tuple[Table, Table]:
    """What is on its way, and what came."""
    coming = Table(
        _("À venir"),
        [
            Column(_("Quand")),
            Column(_("Programme")),
            Column(_("Chèques"), number=True),
            Column(_("Montant"), number=True),
            Column(_("Où en est-ce")),
        ],
        [
            [
                _when(each, today),
                each.programme,
                formats.number(each.voucher_count),
                formats.euros(each.cents),
                Cell(str(STEPS[each.step][0]), tone=STEPS[each.step][1]),
            ]
            for each in expected
        ],
        empty=_("Rien à venir : aucun chèque accepté depuis le dernier paiement."),
    )
    received = settlement.received_payments(organisation_id=organisation_id)
    came = Table(
        _("Reçu"),
        [
            Column(_("Payé le")),
            Column(_("Programme")),
            Column(_("Chèques"), number=True),
            Column(_("Montant"), number=True),
            Column(_("Référence")),
        ],
        [
            [
                Cell(formats.day(each.paid_on), url=reverse("place:claim", args=[each.claim_id])),
                each.programme,
                formats.number(each.voucher_count),
                formats.euros(each.cents),
                f"{each.reference} ({each.masked_iban})",
            ]
            for each in received
        ],
        empty=_("Aucun paiement reçu pour l’instant."),
    )
    return coming, came


def _when(payment: ExpectedPayment, today: date) -> str:
    """The day announced at the counter while it is still to come; a day that passed is not announced again."""
    if payment.payable_on is None:
        return why_waiting(payment)
    return formats.day(payment.payable_on) if payment.payable_on >= today else _("dès que possible")


class AskPayment(OperationView):
    """Ask for everything accepted until now, where the programme pays on demand."""

    template_name = "place/payment_ask.html"
    form_class = OperationForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        organisation_id, programme_id = counter.organisation_of(actor), self.kwargs["programme_id"]
        counter.own_places(self.request, organisation_id, at)
        expected = settlement.expected_payments(organisation_id=organisation_id, at=at)
        waiting = [each for each in expected if each.programme_id == programme_id and each.step is PaymentStep.TO_ASK]
        rows = [
            row
            for each in waiting
            for row in (
                Row(_("Programme"), each.programme),
                Row(_("Chèques"), formats.number(each.voucher_count)),
                Row(_("Montant"), formats.euros(each.cents)),
                Row(_("Vous le recevrez le"), formats.weekday(settlement.day_of_payment(programme_id=programme_id, redeemed_at=at))),
            )
        ]
        return super().get_context_data(**({"rows": rows, "may_ask": bool(waiting)} | more))

    def perform(self, form: OperationForm) -> HttpResponseBase:
        asked = settlement_writes.request_payment(
            programme_id=self.kwargs["programme_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        sentence = _("C’est demandé. Vous recevrez %(amount)s le %(day)s.")
        messages.success(self.request, sentence % {"amount": formats.euros(asked.cents), "day": formats.weekday(asked.payable_on)})
        return redirect("place:payments")
