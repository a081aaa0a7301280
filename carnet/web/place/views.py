"""The screens of a counter: test, accept, undo, the day's list, and the money that comes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped, check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.redemption import operations as redemption_writes
from carnet.redemption import queries as redemption
from carnet.redemption.queries import RedemptionLine, VoucherSeen
from carnet.redemption.rules import RedemptionUnknown, VoucherCountWrong, VoucherUnknown
from carnet.settlement import queries as settlement
from carnet.settlement.queries import advices
from carnet.web import clock, packages
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.disputes import MISTAKES, reason_kept
from carnet.web.helpline import filing
from carnet.web.offers import desks as offer_desks
from carnet.web.offers import tasks as offer_tasks
from carnet.web.place import cases, counter, days, devices, disputes, joining, money, remittances, reservations, till
from carnet.web.place import help as free_help
from carnet.web.place.forms import AcceptForm, CodeForm, UndoForm, named

MENDABLE = frozenset({CodeMistyped.code, VoucherUnknown.code})


def home(request: HttpRequest) -> HttpResponse:
    """The till first, then what waits, then figures."""
    actor, at = actor_of(request), clock.now()
    organisation_id = counter.organisation_of(actor)
    sees_money = allowed(actor.roles, "settlement.see-own")
    expected = settlement.expected_payments(organisation_id=organisation_id, at=at) if sees_money else []
    context = (
        till.context(request)
        | {
            "tasks": [
                *devices.tasks(actor, at),
                *filing.tasks(actor),
                *cases.tasks(actor, at),
                *reservations.tasks(actor, at),
                *money.tasks(expected),
                *(remittances.tasks(actor, legal_day(at)) if sees_money else []),
                *offer_tasks.tasks(offer_desks.PLACE, actor, at),
            ],
            "money": money.told(expected, legal_day(at)),
            "figures": counter.figures(counter.days(organisation_id, legal_day(at))),
            "today": days.table(organisation_id, legal_day(at), limit=8),
            "suspended": joining.suspended_sentence(organisation_id),
        }
        | free_help.tiles(request, places.places_of([organisation_id], at=at))
    )
    return render(request, "place/home.html", context)


def voucher(request: HttpRequest) -> HttpResponse:
    """Test a voucher without spending it. When it is good, the page asks for the service."""
    scanned = request.session.pop("scanned", "") if request.method == "GET" else ""
    if request.method != "POST":
        return render(request, "place/voucher.html", till.context(request, initial={"code": scanned} if scanned else None))
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    form = CodeForm(request.POST, request.FILES, places=own, current=till.place_kept(request, own))
    if not form.is_valid():
        return render(request, "place/voucher.html", till.context(request) | {"form": form}, status=422)
    (code,), place_id = form.codes, form.cleaned_data["place_id"]
    request.session["place_id"] = place_id
    seen = redemption_writes.check_quietly(code=code, actor=actor, place_id=place_id, channel=till.CHANNEL, at=at)
    if isinstance(seen, Refusal):
        # A code with one wrong digit comes back to be mended, not typed again.
        return _refused(request, counter.refused(seen, place_names=own, typed=code), mend=code if seen.code in MENDABLE else "")
    if seen.outcome != "redeemable":
        return _refused(request, counter.refused_seen(seen, own))
    return _ask_service(request, seen, code, place_id, own)


def _ask_service(
    request: HttpRequest, seen: VoucherSeen, code: str, place_id: int, own: Sequence[PlaceSummary], form: AcceptForm | None = None
) -> HttpResponse:
    at = clock.now()
    blank = AcceptForm(
        initial={"code": code, "place_id": place_id, "request_id": uuid4()},
        service_codes=till.services(place_id, seen.programme_id),
        today=legal_day(at),
        latest=till.latest_service(request, counter.organisation_of(actor_of(request)), place_id),
        costs=till.costs(seen.programme_id),
    )
    context = {
        "others": counter.others_words(form) if form else "",
        "reader": packages.reader(),
        "ticket": counter.good_ticket(seen),
        "place_id": place_id,
        "form": form or blank,
        "place_name": next((place.name for place in own if place.place_id == place_id), ""),
    }
    return render(request, "place/accept.html", context, status=422 if form else 200)


def accept(request: HttpRequest) -> HttpResponse:
    """Spend the voucher for the service chosen."""
    if request.method != "POST":
        return redirect("place:voucher")
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    codes = {code for place in own for acceptance in place.acceptances for code in acceptance.service_codes}
    form = AcceptForm(request.POST, service_codes=sorted(codes), today=legal_day(at))
    if not form.is_valid():
        return _ask_again(request, form, own)
    given = form.cleaned_data
    item = redemption_writes.Item(
        code=given["code"], service=given["service"], place_id=given["place_id"], attended_on=given["attended_on"]
    )
    sent = {"actor": actor, "channel": till.CHANNEL, "request_id": given["request_id"], "at": at}
    try:
        if len(form.codes) > 1:
            done, *_others = redemption_writes.redeem_service(codes=form.codes, item=item, **sent)
        else:
            done = redemption_writes.redeem(item=item, **sent)
    except VoucherCountWrong as refusal:
        return _ask_for_the_others(request, form, own, needed=refusal.facts["needed"])
    except Refusal as refusal:
        if len(form.codes) > 1:
            return _others_refused(request, form, own, refusal)
        if refusal.code in ("service-not-accepted", "attended-invalid"):
            form.add_error("service" if refusal.code == "service-not-accepted" else "attended_on", sentence_for(refusal))
            return _ask_again(request, form, own)
        return _refused(request, counter.refused(refusal, place_names=own))
    request.session["service"] = given["service"]
    return redirect(reverse("place:redemption", args=[done.number]) + "?new")


def _ask_for_the_others(request: HttpRequest, form: AcceptForm, own: Sequence[PlaceSummary], *, needed: int) -> HttpResponse:
    """The service chosen costs several vouchers: the same page, which asks for the others. Nothing is taken yet."""
    # Another number of vouchers is another request.
    form.data = {**form.data.dict(), "vouchers": str(needed), "request_id": str(uuid4())}  # type: ignore[attr-defined]
    form.ask_for(needed)
    return _ask_again(request, form, own)


def _others_refused(request: HttpRequest, form: AcceptForm, own: Sequence[PlaceSummary], refusal: Refusal) -> HttpResponse:
    """One of the vouchers of a service is not good: none was taken, and the page says which one when it can."""
    codes, at = form.codes, clock.now()
    field = "service" if refusal.code in ("service-not-accepted", "attended-invalid") else f"code_{len(codes)}"
    if len({"".join(filter(str.isalnum, code)) for code in codes}) < len(codes):
        form.add_error(field, _("C’est deux fois le même chèque. Donnez l’autre."))
        return _ask_again(request, form, own)
    for rank, code in enumerate(codes[1:], start=2):
        seen = redemption_writes.check_quietly(
            code=code, actor=actor_of(request), place_id=form.cleaned_data["place_id"], channel=till.CHANNEL, at=at
        )
        if isinstance(seen, Refusal) or seen.outcome != "redeemable":
            shown = counter.refused(seen, place_names=own, typed=code) if isinstance(seen, Refusal) else counter.refused_seen(seen, own)
            form.add_error(f"code_{rank}", f"{shown.heading}. {shown.sentence}")
    if not form.errors:
        form.add_error(field, sentence_for(refusal))
    return _ask_again(request, form, own)


def _ask_again(request: HttpRequest, form: AcceptForm, own: Sequence[PlaceSummary]) -> HttpResponse:
    """The same page again, with what was typed; a voucher that is no longer good says so instead."""
    code, place_id = form.data.get("code", ""), form.data.get("place_id", "")
    if not (place_id.isascii() and place_id.isdigit() and len(place_id) < 19 and code):
        return redirect("place:voucher")
    seen = redemption_writes.check_quietly(code=code, actor=actor_of(request), place_id=int(place_id), channel=till.CHANNEL, at=clock.now())
    if isinstance(seen, Refusal):
        return _refused(request, counter.refused(seen, place_names=own))
    if seen.outcome != "redeemable":
        return _refused(request, counter.refused_seen(seen, own))
    services = set(till.services(int(place_id), seen.programme_id))
    field: Any = form.fields["service"]
    costs = till.costs(seen.programme_id)
    field.choices = [(each, named(label, costs.get(each, 1))) for each, label in field.choices if each in services]
    return _ask_service(request, seen, code, int(place_id), own, form)


def _refused(request: HttpRequest, refused: counter.Refused, *, mend: str = "") -> HttpResponse:
    shown = till.context(request, initial={"code": mend} if mend else None)
    return render(request, "place/voucher.html", shown | {"refused": refused}, status=422)


def one_redemption(request: HttpRequest, number: str) -> HttpResponse:
    """What was accepted, when it will be paid, and (for a while) the way to undo it."""
    actor, at = actor_of(request), clock.now()
    line = _line(actor, number)
    until = counter.undo_until(line)
    names = places.names_of([line.place_id])
    told = disputes.told(line, counter.organisation_of(actor))
    waits = any(each.is_open for each in told)
    serials = counter.serials_together(line)
    context = till.context(request) | {
        "line": line,
        "is_new": "new" in request.GET and not line.reversed,
        "value": formats.euros(line.value_cents * len(serials), short=True),
        "ticket": counter.kept_ticket(line),
        "payable_on": counter.payable_on(line),
        "paid_on": settlement.day_paid(organisation_id=counter.organisation_of(actor), redemption=line.number),
        "may_undo": not line.reversed and at < until and allowed(actor.roles, "redemption.reverse"),
        "undo_until": until,
        "disputes": told,
        "may_dispute": not line.reversed and at >= until and not waits and allowed(actor.roles, "redemption.dispute"),
        "rows": [
            Row(_("Accepté le"), formats.moment(line.redeemed_at)),
            Row(_("Service"), counter.service_word(line.service)),
            Row(_("Jour de la leçon"), formats.day(line.attended_on)),
            Row(_("Lieu"), names.get(line.place_id, "")),
            *([Row(_("Chèques de ce service"), ", ".join(serials))] if len(serials) > 1 else []),
            Row(_("Numéro du passage"), line.number),
        ],
    }
    return render(request, "place/redemption.html", context)


class Undo(OperationView):
    """Undo a redemption inside the window, with a reason. The voucher may be spent again."""

    template_name = "place/undo.html"
    form_class = UndoForm
    refusal_fields = {"nir-in-text": "detail", "iban-in-text": "detail", "reason-missing": "reason"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.line = _line(actor_of(request), kwargs["number"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counter.own_places(self.request, counter.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**kwargs) | {
            "line": self.line,
            "ticket": counter.kept_ticket(self.line),
            "together": counter.serials_together(self.line),
            "undo_until": counter.undo_until(self.line),
        }

    def perform(self, form: UndoForm) -> HttpResponse:
        given = form.cleaned_data
        detail = check_free_text(given["detail"].strip())
        reason = reason_kept(given["reason"], detail)
        redemption_writes.reverse(
            number=self.line.number, reason=reason, actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        serials = counter.serials_together(self.line)
        text = ngettext(
            "C’est annulé (%(why)s). Le chèque %(serial)s peut de nouveau servir.",
            "C’est annulé (%(why)s). Les chèques %(serial)s peuvent de nouveau servir.",
            len(serials),
        )
        messages.success(self.request, text % {"why": MISTAKES[given["reason"]], "serial": ", ".join(serials)})
        return redirect("place:redemption", number=self.line.number)


def payments(request: HttpRequest) -> HttpResponse:
    """What will come, on which day, and what came."""
    actor, at = actor_of(request), clock.now()
    organisation_id = counter.organisation_of(actor)
    counter.own_places(request, organisation_id, at)
    expected = settlement.expected_payments(organisation_id=organisation_id, at=at)
    coming, came = money.payment_tables(expected, organisation_id, legal_day(at))
    context = {
        "tasks": [*money.tasks(expected), *remittances.tasks(actor, legal_day(at))],
        "money": money.told(expected, legal_day(at)),
        "coming": coming,
        "came": came,
        "owed": remittances.owed_banners(actor),
    }
    return render(request, "place/payments.html", context)


def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One payment, day by day, to check against one's own count."""
    actor, at = actor_of(request), clock.now()
    counter.own_places(request, counter.organisation_of(actor), at)
    page = settlement.claim_page(actor=actor, claim_id=claim_id, at=at)
    names = places.names_of({each.place_id for each in page.days})
    rows = [
        [formats.day(each.day), names.get(each.place_id, ""), formats.number(each.voucher_count), formats.euros(each.cents)]
        for each in page.days
    ]
    columns = [Column(_("Jour")), Column(_("Lieu")), Column(_("Chèques"), number=True), Column(_("Montant"), number=True)]
    total = [_("Total"), "", formats.number(page.voucher_count), formats.euros(page.cents)]
    context = {
        "page_title": _("Paiement du %(day)s") % {"day": formats.day(page.paid_on)} if page.paid_on else _("Paiement à venir"),
        "rows": [
            Row(_("Programme"), page.programme),
            Row(_("Chèques acceptés avant le"), formats.moment(page.until)),
            *([Row(_("Services rendus"), formats.number(page.service_count))] if page.service_count != page.voucher_count else []),
            Row(_("Référence du virement"), ", ".join(page.references) or "–"),
        ],
        "table": Table(_("Jour par jour"), columns, rows, total),
        "successors": page.successors,
        "advice": advices.advices_of_claims([claim_id]).get(claim_id),
    }
    return render(request, "place/claim.html", context)


def _line(actor: Actor, number: str) -> RedemptionLine:
    line = redemption.redemption_of(organisation_id=counter.organisation_of(actor), number=number)
    if line is None:
        raise RedemptionUnknown(number=number)
    return line
