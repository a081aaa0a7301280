"""The pages that follow one euro: a voucher forward, a transfer back, a funder's payment forward."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SerialMistyped, VoucherSerial
from carnet.ledger.rules import VoucherSerialUnknown
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.settlement.queries import following
from carnet.settlement.queries.following import FunderPart, Step
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.figures import money_figures
from carnet.web.follow import words


class SerialForm(forms.Form):
    """The number printed on a voucher: it gives no right."""

    serial = forms.CharField(
        label=gettext_lazy("Numéro imprimé sur le chèque"),
        help_text=gettext_lazy("Il commence par des lettres. Jamais les 18 chiffres."),
        max_length=30,
        required=False,
    )


def voucher(request: HttpRequest, programme_id: int) -> HttpResponse:
    """One voucher followed from the funders to the bank; without one, where to begin."""
    actor = actor_of(request)
    funding_access.seen_programme(actor, programme_id)
    if request.method == "POST":
        # Typed in the body, so that a secret code typed here by mistake is in no address; a number that reads well may be in one.
        typed = request.POST.get("serial", "")
        try:
            return redirect(f"{request.path}?{urlencode({'serial': str(VoucherSerial.parse(typed))})}")
        except SerialMistyped as refusal:
            form, mistyped = SerialForm({"serial": ""}), refusal
    else:
        form, mistyped = SerialForm(request.GET), None
    form.is_valid()
    if mistyped is not None:
        form.add_error("serial", sentence_for(mistyped))
    serial, context, status = form.cleaned_data.get("serial", ""), {}, 422 if mistyped else 200
    if serial:
        try:
            context = _story(actor, following.follow_voucher(actor=actor, programme_id=programme_id, serial=serial))
        except (SerialMistyped, VoucherSerialUnknown) as refusal:
            form.add_error("serial", sentence_for(refusal))
            status = 422
    if not context:
        context = {"ways": _ways(actor, programme_id)}
    programme = funding.programme(programme_id)
    shared = {"base": words.base_of(actor), "back": words.back_of(actor, programme_id), "programme": programme, "form": form}
    return render(request, "follow/voucher.html", shared | context, status=status)


def _story(actor: Actor, story: following.VoucherStory) -> dict[str, Any]:
    names = _names(story.steps, story.parts)
    return {
        "story": story,
        "parts": _parts_table(_("Qui paie ce chèque"), story.parts, names),
        "steps": [words.shown(step, names, actor, agreement_id=story.agreement_id) for step in story.steps],
    }


def _ways(actor: Actor, programme_id: int) -> list[Table]:
    """Where to begin: each payment of a funder, each line of the bank."""
    tables = []
    for agreement in funding.agreements(actor, [programme_id], at=clock.now()):
        paid = following.ways_in(actor=actor, agreement_id=agreement.id)
        names = _houses({each.funder_id for each in paid.receipts} | {each.organisation_id for each in paid.transfers})
        rows: list[list[Any]] = [
            [
                Cell(formats.day(each.received_on), url=reverse("follow:receipt", args=[agreement.id, each.id])),
                names.get(each.funder_id, "–"),
                formats.euros(each.cents),
            ]
            for each in paid.receipts
        ]
        columns = [Column(_("Reçu le")), Column(_("De qui")), Column(_("Montant"), number=True)]
        title = _("%(agreement)s : argent des financeurs") % {"agreement": agreement.name}
        tables.append(Table(title, columns, rows, empty=_("Aucun argent reçu.")))
        columns = [Column(_("Payé le")), Column(_("À qui")), Column(_("Référence")), Column(_("Montant"), number=True)]
        rows = [
            [
                Cell(formats.day(each.booked_on) if each.booked_on else "–", url=reverse("follow:transfer", args=[each.transfer_id])),
                names.get(each.organisation_id, "–"),
                each.end_to_end_id,
                formats.euros(each.cents),
            ]
            for each in paid.transfers
        ]
        title = _("%(agreement)s : lignes de la banque") % {"agreement": agreement.name}
        tables.append(Table(title, columns, rows, empty=_("Aucun virement payé à un lieu.")))
    return tables


def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """One line of the bank, back to the vouchers and to every funder's payments."""
    actor = actor_of(request)
    after = request.GET.get("after", "")
    mark = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    story = following.follow_transfer(actor=actor, transfer_id=transfer_id, after=mark)
    names = _names(story.steps, story.parts, {story.organisation_id}, {each.place_id for each in story.lines})
    context = {
        "base": words.base_of(actor),
        "back": reverse("follow:voucher", args=[story.programme_id]),
        "story": story,
        "rows": [
            Row(_("Référence"), story.end_to_end_id),
            Row(_("À qui"), f"{names.house(story.organisation_id)} ({story.masked_iban})"),
            Row(_("Montant"), formats.euros(story.cents)),
            Row(_("Chèques"), formats.number(story.line_count)),
            Row(_("Services rendus"), formats.number(story.service_count)),
        ],
        "parts": _parts_table(_("Qui paie ce virement"), story.parts, names),
        "receipts": _receipts_table(story, names),
        "steps": [words.shown(step, names, actor, agreement_id=story.agreement_id) for step in story.steps],
        "vouchers": _vouchers_table(story, names),
        "next": f"?after={story.next_line}" if story.next_line else "",
    }
    return render(request, "follow/transfer.html", context)


def receipt(request: HttpRequest, agreement_id: int, receipt_id: int) -> HttpResponse:
    """One funder's payment forward: where all its cents are, and what they paid for."""
    actor = actor_of(request)
    story = following.follow_receipt(actor=actor, agreement_id=agreement_id, receipt_id=receipt_id)
    names = _houses({story.receipt.funder_id} | {each.organisation_id for each in story.transfers})
    columns = [Column(_("Payé le")), Column(_("À qui")), Column(_("Virement"), number=True), Column(_("Part de ce financeur"), number=True)]
    rows: list[list[Any]] = [
        [
            Cell(formats.day(each.booked_on) if each.booked_on else "–", url=reverse("follow:transfer", args=[each.transfer_id])),
            names.get(each.organisation_id, "–"),
            formats.euros(each.cents),
            formats.euros(each.part_cents),
        ]
        for each in story.transfers
    ]
    total = [_("Tous les virements payés"), "", "", formats.euros(story.paid_cents)]
    context = {
        "base": words.base_of(actor),
        "back": reverse("follow:voucher", args=[story.programme_id]),
        "story": story,
        "funder": names.get(story.receipt.funder_id, "–"),
        "figures": money_figures(story.money),
        "proofs": [words.proof_shown(each) for each in story.proofs],
        "transfers": Table(_("Ce que ses paiements ont payé"), columns, rows, total if rows else (), empty=_("Aucun virement payé.")),
    }
    return render(request, "follow/receipt.html", context)


def _receipts_table(story: following.TransferStory, names: words.Names) -> Table:
    columns = [Column(_("Reçu le")), Column(_("De qui")), Column(_("Référence de la banque")), Column(_("Montant"), number=True)]
    rows: list[list[Any]] = [
        [
            Cell(formats.day(each.received_on), url=reverse("follow:receipt", args=[story.agreement_id, each.id])),
            names.house(each.funder_id),
            each.bank_reference,
            formats.euros(each.cents),
        ]
        for each in story.receipts
    ]
    return Table(
        _("L’argent reçu des financeurs sous cette convention"), columns, rows, empty=_("Aucun argent reçu que vous puissiez voir.")
    )


def _vouchers_table(story: following.TransferStory, names: words.Names) -> Table:
    columns = [Column(_("Chèque"), code=True), Column(_("Lieu")), Column(_("Accepté le")), Column(_("Valeur"), number=True)]
    address = reverse("follow:voucher", args=[story.programme_id])
    rows: list[list[Any]] = [
        [
            Cell(each.serial, url=f"{address}?serial={each.serial}"),
            names.place(each.place_id),
            formats.moment(each.redeemed_at),
            formats.euros(each.cents),
        ]
        for each in story.lines
    ]
    return Table(_("Les chèques que ce virement paie"), columns, rows)


def _parts_table(caption: str, parts: Iterable[FunderPart], names: words.Names) -> Table:
    columns = [
        Column(_("Financeur")),
        Column(_("Avance"), number=True),
        Column(_("Paie à la fin"), number=True),
        Column(_("Versé en tout"), number=True),
        Column(_("En combien de fois"), number=True),
    ]
    found = list(parts)
    rows: list[list[Any]] = [
        [
            names.house(each.funder_id),
            formats.euros(each.held_cents),
            formats.euros(each.borne_cents),
            formats.euros(each.received_cents) if each.received_cents is not None else "–",
            formats.number(each.receipt_count) if each.received_cents is not None else "–",
        ]
        for each in found
    ]
    held, borne = sum(each.held_cents for each in found), sum(each.borne_cents for each in found)
    return Table(caption, columns, rows, [_("Total"), formats.euros(held), formats.euros(borne), "", ""])


def _names(steps: Iterable[Step], parts: Iterable[FunderPart], houses: Iterable[int] = (), place_ids: Iterable[int] = ()) -> words.Names:
    wanted, seen = {*houses, *(each.funder_id for each in parts)}, set(place_ids)
    for step in steps:
        wanted |= {step.facts[key] for key in ("funder", "from", "to", "desk", "organisation") if step.facts.get(key)}
        seen |= {step.facts["place"]} if step.facts.get("place") else set()
    return words.Names(_houses(wanted), places.names_of(seen))


def _houses(organisation_ids: Iterable[int]) -> dict[int, str]:
    return {key: card.name for key, card in parties.organisations(set(organisation_ids)).items()}


def may_follow(actor: Actor) -> bool:
    """Whether this reader has these pages."""
    return allowed(actor.roles, following.FOLLOW)
