"""The list of orders, the form of a new one, and the page of one: its steps drawn, and the one next verb."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.issuing import operations, queries
from carnet.issuing.queries import print_shops
from carnet.issuing.rules import JobState, ProofStage, Step
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.parties.rules import allowed
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for, sentence_of_code
from carnet.web.figures import count_figures
from carnet.web.operator.orders._fetched import sealed_table, spoiled_table
from carnet.web.operator.orders._forms import PlaceForm
from carnet.web.operator.orders._planned import planned_table
from carnet.web.order_states import state_cell
from carnet.web.print_shop.words import SAID_FOR
from carnet.web.proofs.words import STAGES

# Each next step: what is asked, why, the verb, its route, the action its doer must hold.
NEXT: dict[Step, tuple[Any, Any, Any, str, str]] = {
    Step.APPROVE: (
        gettext_lazy("À approuver par une autre personne"),
        gettext_lazy("Qui commande n’approuve jamais sa propre commande."),
        gettext_lazy("Répondre"), "operator:edition", "issuing.approve-edition",
    ),
    Step.MAKE_PROOF: (
        gettext_lazy("Préparer l’épreuve"),
        gettext_lazy("Textes, logos, financeurs : une autre personne dira si c’est bon à tirer. Rien ne s’imprime sans cela."),
        gettext_lazy("Préparer l’épreuve"), "proofs:design", "issuing.design",
    ),
    Step.WAIT_PROOF: (
        gettext_lazy("L’épreuve attend une réponse"),
        gettext_lazy("Une autre personne regarde ce qui sera imprimé."),
        gettext_lazy("Voir l’épreuve"), "proofs:order", "issuing.see-proofs",
    ),
    Step.DRAW: (
        gettext_lazy("Tirer les codes"),
        gettext_lazy("Les parts des financeurs sont alors fixées, et chaque chèque reçoit son numéro et son code secret."),
        gettext_lazy("Tirer les codes"), "operator:order-draw", "issuing.draw",
    ),
    Step.PRINT: (
        gettext_lazy("Préparer les fichiers à imprimer"),
        gettext_lazy("Dites d’abord où va chaque carnet, puis choisissez l’imprimeur. Ses fichiers sont scellés : lui seul les ouvre."),
        gettext_lazy("Préparer les fichiers"), "operator:order-print", "issuing.draw",
    ),
    Step.RECORD_PRINTED: (
        gettext_lazy("À l’imprimerie"),
        gettext_lazy("L’imprimeur prend ses fichiers et déclare le tirage sur sa page. S’il ne le peut pas, dites-le ici pour lui."),
        gettext_lazy("Déclarer imprimés"), "operator:order-printed", "issuing.ship",
    ),
    Step.PRINT_AGAIN: (
        gettext_lazy("Refaire les carnets abîmés"),
        gettext_lazy("L’imprimeur en a signalé. Le secret des codes est gardé tant que leurs fichiers ne sont pas refaits."),
        gettext_lazy("Refaire ces carnets"), "operator:order-print", "issuing.draw",
    ),
    Step.DESTROY_SEED: (
        gettext_lazy("Détruire le secret des codes"),
        gettext_lazy("Les carnets existent : plus personne ne doit pouvoir les imprimer une seconde fois."),
        gettext_lazy("Détruire le secret"), "operator:order-seed", "issuing.draw",
    ),
    Step.ACTIVATE: (
        gettext_lazy("Activer les carnets"),
        gettext_lazy("Un carnet actif vaut de l’argent : toute sa valeur doit d’abord être sur le compte de la convention."),
        gettext_lazy("Activer"), "operator:order-activate", "issuing.activate",
    ),
    Step.SHIP: (
        gettext_lazy("Expédier les carnets"),
        gettext_lazy("Chaque guichet confirme lui-même ce qu’il a reçu."),
        gettext_lazy("Expédier"), "operator:order-ship", "issuing.ship",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextVerb:
    """The one thing to do next with an order. Without `url`, somebody else does it; `secondary`: somebody else should."""

    title: str
    why: str
    verb: str
    url: str
    kind: str = ""


def orders(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = queries.orders(actor)
    columns = [
        Column(_("Commande")), Column(_("Programme")), Column(_("Carnets"), number=True), Column(_("Valeur"), number=True),
        Column(_("Passée le")), Column(_("État")),
    ]  # fmt: skip
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": each.id}, url=reverse("operator:order", args=[each.id])),
            each.programme_name,
            formats.number(each.booklet_count),
            formats.euros(each.total_cents, short=True),
            formats.day(each.ordered_at),
            state_cell(each.state),
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Toutes les commandes"), columns, rows),
        "is_empty": not found,
        "may_order": allowed(actor.roles, "issuing.order") and bool(_open_agreements(actor, clock.now())),
    }
    return render(request, "operator/orders/orders.html", context)


def order(request: HttpRequest, order_id: int) -> HttpResponse:
    actor = actor_of(request)
    page = queries.order(actor, order_id)
    cover, cover_refusal = _cover(actor, page)
    context = {
        "order": page,
        "state": state_cell(page.line.state),
        "next": _next(actor, page),
        "job": next((each for each in page.jobs if each.is_live), None),
        "failure": _failure(page),
        "steps": [_("Commander"), _("Approuver"), _("Épreuve"), _("Tirer"), _("Imprimer"), _("Activer"), _("Expédier")],
        "step": _step(page),
        "rows": _rows(page),
        "cover": cover,
        "cover_refusal": cover_refusal,
        "missing_cents": sum(each.missing_cents for each in queries.cover(actor, order_id, at=clock.now())) if cover else 0,
        "files": _files(page) if allowed(actor.roles, "issuing.download-print-files") else [],
        "sealed": sealed_table(page),
        "spoiled": spoiled_table(page, may_print=_may(actor, page, "issuing.draw")),
        "may_pack": _may(actor, page, "issuing.pack") and page.facts.refused_at is None,
        "figures": count_figures(ledger.counts(series_id=page.series.id)) if page.series else [],
        "stock": _stock(page),
        "shipments": _shipments(page),
        "planned": planned_table(actor, page),
        "spoiled_count": page.facts.spoiled_count if _may(actor, page, "issuing.draw") else 0,
        "may_print_again": _may(actor, page, "issuing.draw") and page.line.next_step is Step.RECORD_PRINTED,
        "may_ship": _may(actor, page, "issuing.ship") and bool(page.facts.printed_at and page.facts.at_operator_count),
        "may_void": _may(actor, page, "issuing.void") and bool(page.series and page.series.lapsed_at is None),
        "may_take_back": _may(actor, page, "issuing.ship") and any(each.received_at for each in page.shipments),
    }
    return render(request, "operator/orders/order.html", context)


def _may(actor: Actor, page: queries.OrderPage, action: str) -> bool:
    return actor.organisation_id == page.operator_id and allowed(actor.roles, action)


def _next(actor: Actor, page: queries.OrderPage) -> NextVerb | None:
    step = NEXT.get(page.line.next_step)
    if step is None:
        return None
    title, why, verb, route, action = step
    if page.line.next_step in (Step.APPROVE, Step.DRAW) and not labels.is_labelled(page.operator_id, clock.now()):
        return _waits_for_label(actor)
    if page.line.next_step is Step.MAKE_PROOF and page.facts.proof is not ProofStage.NONE:
        route = "proofs:order"
    own = page.line.next_step is Step.APPROVE and actor.person_id == page.ordered_by_id
    url = reverse(route, args=[page.line.id]) if _may(actor, page, action) and not own else ""
    if page.line.next_step is Step.PRINT_AGAIN and url:
        waiting = next(each for each in print_shops.spoiled(page.line.id) if not each.is_given_again)
        url += f"?first={waiting.first_rank}&last={waiting.last_rank}"
    is_theirs = page.line.next_step is Step.RECORD_PRINTED and bool(print_shops.sealed_for(page.line.id))
    return NextVerb(str(title), str(why), str(verb), url, "secondary" if is_theirs else "")


def _waits_for_label(actor: Actor) -> NextVerb:
    """Without a label in force the order waits where it is; nothing of it is lost."""
    may_ask = allowed(actor.roles, "parties.see-operator-label")
    return NextVerb(
        _("Un label est nécessaire"),
        _("Sans label en vigueur, cette commande ne peut être ni approuvée ni tirée. Elle attend ; les chèques déjà faits restent bons."),
        _("Voir le label de votre organisation"),
        reverse("operator:own-label") if may_ask else "",
    )


def _step(page: queries.OrderPage) -> int:
    """Where the order stands among the steps drawn; past the last, all is done."""
    facts = page.facts
    if facts.approved_at is None:
        return 2
    if page.line.next_step in (Step.MAKE_PROOF, Step.WAIT_PROOF):
        return 3
    for rank, moment in enumerate((facts.drawn_at, facts.printed_at, facts.activated_at), start=4):
        if moment is None:
            return rank
    return 7 if facts.at_operator_count else 8


def _failure(page: queries.OrderPage) -> str:
    failed = [each for each in page.jobs if each.state is JobState.FAILED]
    return sentence_of_code(failed[0].error, {}) if failed and failed[0] == page.jobs[0] else ""


def _rows(page: queries.OrderPage) -> list[Row]:
    facts, line = page.facts, page.line
    rows = [
        Row(_("Programme"), line.programme_name, reverse("operator:programme", args=[line.programme_id]), _("Voir")),
        Row(_("Convention"), page.agreement_name, reverse("operator:agreement", args=[line.agreement_id]), _("Voir")),
        Row(
            _("Carnets"),
            _("%(booklets)s carnets de %(size)s chèques de %(value)s")
            % {
                "booklets": formats.number(line.booklet_count),
                "size": formats.number(page.booklet_size),
                "value": formats.euros(line.face_value_cents, short=True),
            },
        ),
        Row(_("Valeur totale"), formats.euros(line.total_cents, short=True)),
        Row(_("Commandée"), _dated(line.ordered_at, page.people.get(page.ordered_by_id, ""))),
    ]
    if page.facts.proof is not ProofStage.NONE:
        rows.append(Row(_("Épreuve"), str(STAGES[page.facts.proof][0]), reverse("proofs:order", args=[line.id]), _("Voir")))
    if page.series:
        rows.append(Row(_("Numéros"), f"{page.first_serial} – {page.last_serial}"))
    moments = (
        (_("Approuvée"), facts.approved_at), (_("Refusée"), facts.refused_at), (_("Codes tirés"), facts.drawn_at),
        (_("Imprimée"), facts.printed_at), (_("Secret détruit"), facts.seed_destroyed_at), (_("Activée"), facts.activated_at),
    )  # fmt: skip
    names = {_("Approuvée"): page.people.get(page.approved_by_id or 0, ""), _("Imprimée"): _printed_words(page)}
    return rows + [Row(label, _dated(at, names.get(label, ""))) for label, at in moments if at is not None]


def _printed_words(page: queries.OrderPage) -> str:
    """The print shop's reference; and why somebody else gave it, if so."""
    because = print_shops.said_for(page.line.id) if page.facts.printed_at else None
    if because is None:
        return page.print_reference
    said = {"reference": page.print_reference, "because": SAID_FOR[because]}
    return _("%(reference)s, dit par l’opérateur pour l’imprimeur : %(because)s") % said


def _dated(at: datetime, who: str) -> str:
    return (
        _("le %(moment)s, %(who)s") % {"moment": formats.moment(at), "who": who}
        if who
        else _("le %(moment)s") % {"moment": formats.moment(at)}
    )


def _cover(actor: Actor, page: queries.OrderPage) -> tuple[Table | None, str]:
    """What each funder must have in the account; a refusal of the shares is said, not hidden."""
    if page.facts.activated_at or page.facts.refused_at:
        return None, ""
    try:
        lines = queries.cover(actor, page.line.id, at=clock.now())
    except Refusal as refusal:
        return None, sentence_for(refusal)
    columns = [
        Column(_("Financeur")), Column(_("À couvrir"), number=True), Column(_("Sur le compte"), number=True), Column(_("Manque"), number=True),
    ]  # fmt: skip
    rows = [
        [each.funder, *(formats.euros(cents) for cents in (each.needed_cents, each.available_cents, each.missing_cents))] for each in lines
    ]
    totals = [sum(getattr(each, name) for each in lines) for name in ("needed_cents", "available_cents", "missing_cents")]
    return Table(_("L’argent qui couvre ces carnets"), columns, rows, [_("Total"), *(formats.euros(cents) for cents in totals)]), ""


def _files(page: queries.OrderPage) -> list[Download]:
    return [
        Download(
            each.name,
            reverse("operator:order-file", args=[each.id]),
            each.name.rsplit(".", 1)[-1].upper(),
            _("carnets %(first)s à %(last)s, %(size)s Ko")
            % {
                "first": formats.number(each.first_rank),
                "last": formats.number(each.last_rank),
                "size": formats.number(-(-each.size_bytes // 1000)),
            },
        )
        for each in page.files
        if each.deleted_at is None and each.shop_organisation_id is None
    ]


def _stock(page: queries.OrderPage) -> Table:
    columns = [Column(_("Chez qui")), Column(_("Carnets intacts"), number=True), Column(_("Du")), Column(_("Au"))]
    rows = [[each.organisation, formats.number(each.booklet_count), each.first_serial, each.last_serial] for each in page.stock]
    return Table(_("Où sont les carnets"), columns, rows, empty=_("Aucun carnet en stock."))


def _shipments(page: queries.OrderPage) -> Table:
    columns = [
        Column(_("Destinataire")),
        Column(_("Carnets"), number=True),
        Column(_("Numéros")),
        Column(_("Expédiés le")),
        Column(_("État")),
    ]
    rows = [
        [
            each.to_organisation,
            formats.number(each.booklet_count),
            f"{each.first_serial} – {each.last_serial}",
            formats.day(each.shipped_at),
            Cell(_("reçus le %(day)s") % {"day": formats.day(each.received_at)}, tone="success")
            if each.received_at
            else Cell(_("en route"), tone="info"),
        ]
        for each in page.shipments
    ]
    return Table(_("Envois"), columns, rows, empty=_("Rien n’a encore été expédié."))


# --- Ordering ----------------------------------------------------------------------------------------------------------


def _open_agreements(actor: Actor, at: datetime) -> list[funding.AgreementFacts]:
    running = {each.id for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.ended_at is None}
    return [each for each in funding.agreements(actor, running, at=at) if each.closed_at is None]


class PlaceView(OperationView):
    """A new order, under an agreement of one's programmes."""

    form_class = PlaceForm
    template_name = "operator/orders/place.html"
    refusal_fields = {
        "booklet-count-wrong": "booklet_count", "issuer-prefix-invalid": "issuer_prefix", "issuer-prefix-reserved": "issuer_prefix",
        "cap-reached": "booklet_count",
        "fixed-amounts-exhausted": "booklet_count", "agreement-closed": "agreement",
    }  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        found = _open_agreements(actor_of(self.request), clock.now())
        return super().get_form_kwargs() | {"agreements": [(each.id, f"{each.programme_name} – {each.name}") for each in found]}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("programme", "")
        found = [each for each in _open_agreements(actor_of(self.request), clock.now()) if str(each.programme_id) == asked]
        return {"agreement": found[0].id} if found else {}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        has_agreement = bool(_open_agreements(actor, at))
        return super().get_context_data(has_agreement=has_agreement, is_labelled=labels.is_labelled(actor.organisation_id, at), **more)

    def perform(self, form: PlaceForm) -> HttpResponseBase:
        actor, given, at = actor_of(self.request), form.cleaned_data, clock.now()
        order_id = operations.place_order(
            programme_id=funding.agreement(actor, given["agreement"], at=at).programme_id,
            agreement_id=given["agreement"],
            booklet_count=given["booklet_count"],
            issuer_prefix=given["issuer_prefix"],
            actor=actor,
            request_id=given["request_id"],
            at=at,
        )
        messages.success(self.request, _("La commande est passée. Une autre personne doit maintenant l’approuver."))
        return redirect("operator:order", order_id)
