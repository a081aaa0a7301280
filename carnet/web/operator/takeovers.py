"""Programmes taken over from another operator: what came, what was checked, what is still to do; claims on paper proof."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.continuity.operations import papers, receipts
from carnet.continuity.queries import takeovers as queries
from carnet.continuity.queries.takeovers import PaperClaimView, ReceiptLine, TakeoverView
from carnet.continuity.rules.papers import DECIDERS, PaperClaimState
from carnet.continuity.rules.takeovers import NOTE_LENGTH_MAX
from carnet.funding import queries as funding
from carnet.funding.operations import ring_fence
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.place.counter import service_word
from carnet.web.taken import CLAIM_STATES, grouped_key, receipt_words

APPROVE, SETTLE = "continuity.approve-paper-claims", "continuity.settle-receipts"
# What is told of the rows that came, table by table.
CAME = (
    ("ledger_voucher", gettext_lazy("Chèques")),
    ("redemption_redemption", gettext_lazy("Encaissements")),
    ("ledger_movement", gettext_lazy("Mouvements d’argent")),
    ("places_place", gettext_lazy("Lieux")),
    ("parties_organisation", gettext_lazy("Organisations")),
    ("redemption_device", gettext_lazy("Appareils sans réseau")),
    ("parties_apitoken", gettext_lazy("Jetons de machines")),
    ("journal_line", gettext_lazy("Lignes du journal")),
)


class SettleForm(OperationForm):
    """How a refused receipt was settled by hand."""

    note = forms.CharField(
        label=gettext_lazy("Comment est-ce réglé ?"),
        help_text=gettext_lazy("Une phrase, sans nom de personne. Par exemple : « Les deux lieux ont comparé leurs papiers. »"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=NOTE_LENGTH_MAX,
    )


class DecideForm(OperationForm):
    """Yes, or no and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        widget=InlineRadioSelect(),
        choices=[("accepted", gettext_lazy("La preuve est bonne : payer")), ("refused", gettext_lazy("Refuser"))],
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour le lieu"),
        help_text=gettext_lazy("Obligatoire pour un refus. Sans nom ni numéro de personne."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
    )


class AccountForm(OperationForm):
    """The account an agreement's money will stay in."""

    holder = forms.CharField(label=gettext_lazy("Titulaire du compte"), max_length=140)
    iban = forms.CharField(label=gettext_lazy("IBAN"), help_text=gettext_lazy("Lisez-le sur le papier de la banque."), max_length=42)
    bic = forms.CharField(label=gettext_lazy("BIC"), help_text=gettext_lazy("Facultatif."), required=False, max_length=11)


class AgreeForm(OperationForm):
    """Yes, or no and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        widget=InlineRadioSelect(),
        choices=[("accepted", gettext_lazy("C’est le bon compte")), ("refused", gettext_lazy("Refuser"))],
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"), help_text=gettext_lazy("Obligatoire pour un refus."), required=False, max_length=500
    )


def takeovers(request: HttpRequest) -> HttpResponse:
    """Every takeover, every list of serials, and the claims that wait."""
    actor = actor_of(request)
    found, files = queries.takeovers(actor=actor), queries.paper_files(actor=actor)
    columns = [
        Column(_("Programme")), Column(_("Repris à")), Column(_("Repris le")), Column(_("Connu jusqu’au")), Column(_("Reçus à regarder"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.programme_name, url=reverse("operator:takeover", args=[each.id])),
            each.former_name,
            formats.day(each.taken_at),
            formats.moment(each.known_until),
            formats.number(each.to_settle),
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Programmes repris"), columns, rows, empty=_("Aucun programme n’a été repris à un autre opérateur.")),
        "files": _files_table(files) if files else None,
        "claims": _claims_table(queries.paper_claims(actor=actor)) if files else None,
    }
    return render(request, "operator/takeovers/takeovers.html", context)


def _files_table(files: list[queries.PaperFileView]) -> Table:
    columns = [
        Column(_("Programme")), Column(_("Reprise le")), Column(_("Chèques"), number=True), Column(_("À honorer"), number=True),
        Column(_("Demandés"), number=True), Column(_("Demandes jusqu’au")),
    ]  # fmt: skip
    rows = [
        [
            each.programme_name,
            formats.day(each.taken_at),
            formats.number(each.line_count),
            _("%(count)s (%(euros)s)") % {"count": formats.number(each.funded_count), "euros": formats.euros(each.funded_cents)},
            formats.number(each.claimed_count),
            formats.day(each.claims_until),
        ]
        for each in files
    ]
    return Table(_("Listes de numéros reprises"), columns, rows)


def _claims_table(claims: list[PaperClaimView]) -> Table:
    names = places.names_of([each.place_id for each in claims])
    columns = [
        Column(_("Demande")),
        Column(_("Lieu")),
        Column(_("Chèques"), number=True),
        Column(_("Montant"), number=True),
        Column(_("Réponse")),
    ]
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": each.id}, url=reverse("operator:paper-claim", args=[each.id])),
            names.get(each.place_id, ""),
            formats.number(each.line_count),
            formats.euros(each.cents),
            Cell(str(CLAIM_STATES[each.state][0]), tone=CLAIM_STATES[each.state][1]),
        ]
        for each in claims
    ]
    return Table(_("Demandes sur preuve papier"), columns, rows, empty=_("Aucun lieu n’a encore rien demandé."))


def takeover(request: HttpRequest, takeover_id: int) -> HttpResponse:
    """One takeover: what came, what was checked, the gap, what is still to do."""
    actor, at = actor_of(request), clock.now()
    found = queries.takeover(actor=actor, takeover_id=takeover_id)
    counts = queries.receipt_counts(takeover_id=found.id)
    lonely = queries.lonely_places(takeover=found, at=at)
    context = {
        "takeover": found,
        "figures": [
            Figure(formats.number(found.rows.get("ledger_voucher", 0)), _("chèques")),
            Figure(formats.number(found.rows.get("redemption_redemption", 0)), _("encaissements")),
            Figure(formats.euros(found.owed_cents), _("dus aux lieux ce jour-là")),
            Figure(formats.number(len(lonely)), _("organisations à réinviter")),
        ],
        "came": [Row(str(label), formats.number(found.rows[table])) for table, label in CAME if table in found.rows],
        "checks": _checks(found),
        "waiting": _receipts_table(queries.receipts(takeover_id=found.id, waiting=True), _("Reçus refusés, à regarder"))
        if found.to_settle
        else None,
        "brought": [
            Row(
                _("Honorés ici"),
                _("%(count)s (%(euros)s)") % {"count": formats.number(counts.written), "euros": formats.euros(counts.written_cents)},
            ),
            Row(_("Déjà connus"), formats.number(counts.known)),
            Row(_("Refusés"), formats.number(counts.refused)),
        ],
        "lonely": _lonely_table(lonely) if lonely else None,
        "owed": _owed_table(found) if found.owed else None,
        "agreements": _agreement_rows(actor, found.programme_id, at),
    }
    return render(request, "operator/takeovers/takeover.html", context)


def _agreement_rows(actor: Actor, programme_id: int, at: datetime) -> list[Row]:
    """Each agreement, and whether its new account is there."""
    may_enter = allowed(actor.roles, "funding.enter-ring-fence")
    rows = []
    for each in funding.agreements(actor, [programme_id], at=at):
        if each.ring_fence.ended_at is None:
            rows.append(Row(each.name, _("nouveau compte en place")))
            continue
        waiting = ring_fence.waiting_account(each.id)
        if waiting is not None:
            address, verb = reverse("operator:ring-fence", args=[waiting.id]), _("Voir le compte saisi")
            rows.append(Row(each.name, _("attend une deuxième personne"), url=address, verb=verb))
        else:
            address = reverse("operator:ring-fence-enter", args=[each.id]) if may_enter else ""
            rows.append(Row(each.name, _("encore le compte de l’ancien opérateur"), url=address, verb=_("Saisir le nouveau compte")))
    return rows


def _checks(found: TakeoverView) -> list[Row]:
    number = found.heads.get("ledger_movement", {}).get("number")
    return [
        Row(_("Signature"), _("chaque étape est signée ; empreinte de la clé : %(key)s") % {"key": grouped_key(found.signing_key)}),
        Row(_("Lignes"), _("%(count)s lignes, chacune telle qu’elle a été signée") % {"count": formats.number(found.row_count)}),
        Row(
            _("Étapes"),
            _("de la %(first)s à la %(last)s") % {"first": formats.number(found.base_number), "last": formats.number(found.latest_number)},
        ),
        Row(
            _("Ancien journal"),
            _("gardé : son dernier sceau est le n° %(number)s") % {"number": number}
            if number
            else _("gardé ; rien n’y était encore scellé"),
        ),
        Row(_("Grand livre"), _("exact, au centime, avec les lignes reprises")),
        Row(_("Codes"), _("les clés étaient scellées pour vous : codes, QR codes et appareils marchent")),
    ]


def _receipts_table(lines: list[ReceiptLine], caption: str) -> Table:
    names = places.names_of([each.place_id for each in lines])
    columns = [Column(_("Chèque")), Column(_("Lieu")), Column(_("Encaissé le")), Column(_("Valeur"), number=True), Column(_("Pourquoi"))]
    rows = [
        [
            Cell(each.voucher_serial, url=reverse("operator:takeover-receipt", args=[each.id])),
            names.get(each.place_id, ""),
            formats.moment(each.redeemed_at),
            formats.euros(each.value_cents),
            sentence_for(each.refusal) if each.refusal else "",
        ]
        for each in lines
    ]
    return Table(caption, columns, rows)


def _lonely_table(lonely: list[queries.Lonely]) -> Table:
    columns = [Column(_("Organisation")), Column(_("Lieux")), Column(_("On lui doit"), number=True), Column(_("Invitation"))]
    rows = [
        [
            Cell(each.name, url=reverse("operator:organisation", args=[each.organisation_id])),
            ", ".join(each.place_names) or "–",
            formats.euros(each.owed_cents),
            Cell(_("envoyée"), tone="info") if each.invited else Cell(_("à envoyer"), tone="warning"),
        ]
        for each in lonely
    ]
    return Table(_("Organisations où plus personne ne peut se connecter"), columns, rows)


def _owed_table(found: TakeoverView) -> Table:
    cards = parties.organisations(organisation_id for organisation_id, _cents in found.owed)
    rows = [[cards[key].name if key in cards else "–", formats.euros(cents)] for key, cents in found.owed]
    total = [_("Total"), formats.euros(found.owed_cents)]
    return Table(_("Dû aux lieux le jour de la reprise"), [Column(_("Organisation")), Column(_("Montant"), number=True)], rows, total=total)


def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """One receipt that was refused, or honoured."""
    line, actor = queries.receipt(actor=actor_of(request), receipt_id=receipt_id), actor_of(request)
    may_settle = line.refusal is not None and line.settled_at is None and allowed(actor.roles, SETTLE)
    return render(request, "operator/takeovers/receipt.html", {"line": line, "rows": _receipt_rows(line), "may_settle": may_settle})


def _receipt_rows(line: ReceiptLine) -> list[Row]:
    rows = [
        Row(_("Chèque"), line.voucher_serial),
        Row(_("Valeur"), formats.euros(line.value_cents)),
        Row(_("Lieu"), places.names_of([line.place_id]).get(line.place_id, "")),
        Row(_("Service"), service_word(line.service)),
        Row(_("Encaissé chez l’ancien opérateur le"), formats.moment(line.redeemed_at)),
        Row(_("Apporté le"), formats.moment(line.brought_at)),
        Row(_("Ce qu’il en est"), receipt_words(line)[0]),
    ]
    if line.settled_at is not None:
        rows += [Row(_("Réglé le"), formats.moment(line.settled_at)), Row(_("Comment"), line.note)]
    return rows


class Settle(OperationView):
    """Say how a receipt was settled."""

    template_name = "operator/confirm.html"
    form_class = SettleForm
    refusal_fields = {"takeover-note-missing": "note", "nir-in-text": "note", "iban-in-text": "note"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = queries.receipt(actor=actor_of(self.request), receipt_id=self.kwargs["receipt_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Dire comment c’est réglé"),
            "lead": _("Le reçu quitte la liste. Rien n’est payé par ce geste."),
            "rows": _receipt_rows(line),
            "verb": _("C’est réglé"),
            "kind": "",
            "cancel_url": reverse("operator:takeover-receipt", args=[line.id]),
        }

    def perform(self, form: SettleForm) -> HttpResponse:
        given = form.cleaned_data
        receipts.settle_receipt(
            receipt_id=self.kwargs["receipt_id"],
            note=given["note"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est noté."))
        return redirect("operator:takeover-receipt", receipt_id=self.kwargs["receipt_id"])


# --- the new account of an agreement ----------------------------------------------------------------------------


class EnterAccount(OperationView):
    """Enter the account that replaces the former operator's."""

    template_name = "operator/confirm.html"
    form_class = AccountForm
    refusal_fields = {"iban-invalid": "iban", "ring-fence-same": "iban"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fence = funding.ring_fence(self.kwargs["agreement_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Saisir le nouveau compte réservé"),
            "lead": _("Une autre personne le comparera au papier de la banque. Rien n’est payé avant."),
            "rows": [Row(_("Compte de l’ancien opérateur"), f"{fence.holder}, {Iban(fence.iban).printed()}")],
            "verb": _("Saisir ce compte"),
            "kind": "",
            "cancel_url": reverse("operator:agreement", args=[self.kwargs["agreement_id"]]),
        }

    def perform(self, form: AccountForm) -> HttpResponse:
        given = form.cleaned_data
        change_id = ring_fence.enter_ring_fence(
            agreement_id=self.kwargs["agreement_id"], holder=given["holder"], iban=given["iban"], bic=given["bic"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Le compte est saisi. Une autre personne doit l’approuver."))
        return redirect("operator:ring-fence", change_id=change_id)


class AgreeAccount(OperationView):
    """Compare the account with the bank's paper, and answer."""

    template_name = "operator/confirm.html"
    form_class = AgreeForm
    refusal_fields = {"reason-missing": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = ring_fence.entered_account(change_id=self.kwargs["change_id"], actor=actor)
        answers = {True: _("approuvé"), False: _("refusé"), None: _("attend une deuxième personne")}
        return super().get_context_data(**kwargs) | {
            "title": _("Le nouveau compte de « %(name)s »") % {"name": found.agreement_name},
            "lead": _("Comparez chaque caractère avec le papier de la banque."),
            "rows": [
                Row(_("Titulaire"), found.holder),
                Row(_("IBAN"), Iban(found.iban).printed()),
                Row(_("BIC"), found.bic or "–"),
                Row(_("Saisi le"), formats.moment(found.entered_at)),
                Row(_("Réponse"), answers[found.is_agreed]),
            ],
            "verb": _("Répondre"),
            "kind": "",
            "is_mine": found.entered_by == actor.person_id or found.is_agreed is not None,
            "cancel_url": reverse("operator:agreement", args=[found.agreement_id]),
        }

    def perform(self, form: AgreeForm) -> HttpResponse:
        given = form.cleaned_data
        ring_fence.decide_ring_fence(
            change_id=self.kwargs["change_id"], refused_because=given["reason"] if given["decision"] == "refused" else None,
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est noté."))
        return redirect("operator:ring-fence", change_id=self.kwargs["change_id"])


# --- claims on paper ------------------------------------------------------------------------------------------


def paper_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim: what is claimed, on which proof, who said yes."""
    actor = actor_of(request)
    found = queries.paper_claim(actor=actor, claim_id=claim_id)
    voices = [each.person_id for each in parties.voices_of(found.approval_id)] if found.approval_id else []
    may_decide = (
        found.state is PaperClaimState.WAITING
        and allowed(actor.roles, APPROVE)
        and actor.person_id not in (*voices, found.claimed_by_id)
    )  # fmt: skip
    columns = [
        Column(_("Numéro")), Column(_("Service")), Column(_("Rendu le")), Column(_("Valeur"), number=True), Column(_("D’après la liste")),
    ]  # fmt: skip
    listed = {"handed_over": _("en circulation"), "owed": _("dû à ce lieu")}
    table = Table(
        _("Chèques demandés"),
        columns,
        [
            [
                each.serial,
                service_word(each.service),
                formats.day(each.used_on),
                formats.euros(each.value_cents),
                listed.get(each.listed_as, "–"),
            ]
            for each in found.lines
        ],
        total=[_("Total"), "", "", formats.euros(found.cents), ""],
    )
    context = {"claim": found, "rows": _claim_rows(found, len(voices)), "table": table, "may_decide": may_decide}
    return render(request, "operator/takeovers/claim.html", context)


def _claim_rows(found: PaperClaimView, yes_count: int) -> list[Row]:
    proof = [_("une photo (effacée après la réponse)")] if found.has_photograph else []
    proof += [_("le lieu garde les chèques")] if found.paper_kept else []
    rows = [
        Row(_("Programme"), funding.programme(found.programme_id).name),
        Row(_("Lieu"), places.names_of([found.place_id]).get(found.place_id, "")),
        Row(_("Demandé le"), formats.moment(found.claimed_at)),
        Row(_("Preuve"), " ; ".join(proof)),
        Row(_("Réponse"), str(CLAIM_STATES[found.state][0])),
    ]
    if found.state is PaperClaimState.WAITING:
        rows.append(Row(_("Oui déjà donnés"), _("%(count)s sur %(needed)s") % {"count": yes_count, "needed": DECIDERS}))
    if found.decided_at is not None:
        rows.append(Row(_("Répondu le"), formats.moment(found.decided_at)))
    if found.reason:
        rows.append(Row(_("Raison"), found.reason))
    return rows


def photograph(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The photograph of a claim that waits. Nothing on the way may keep it."""
    jpeg = papers.look_at_photograph(claim_id=claim_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store, private"
    return answer


class Decide(OperationView):
    """One of two yes, or a no."""

    template_name = "operator/confirm.html"
    form_class = DecideForm
    refusal_fields = {"reason-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.paper_claim(actor=actor_of(self.request), claim_id=self.kwargs["claim_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Répondre à la demande n° %(number)s") % {"number": found.id},
            "lead": _("Deux personnes disent oui ; un seul non suffit. Au deuxième oui, les chèques sont payés comme les autres."),
            "rows": _claim_rows(found, 0)[:4],
            "verb": _("Répondre"),
            "kind": "",
            "cancel_url": reverse("operator:paper-claim", args=[found.id]),
        }

    def perform(self, form: DecideForm) -> HttpResponse:
        given = form.cleaned_data
        state = papers.decide_paper_claim(
            claim_id=self.kwargs["claim_id"],
            refused_because=given["reason"] if given["decision"] == "refused" else None,
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        said = {
            PaperClaimState.WAITING: _("Votre oui est noté. Une deuxième personne doit répondre."),
            PaperClaimState.ACCEPTED: _("Accepté : ces chèques seront payés au prochain paiement du lieu."),
            PaperClaimState.REFUSED: _("Refusé : le lieu lira votre raison, et peut demander à nouveau."),
        }
        messages.success(self.request, said[state])
        return redirect("operator:paper-claim", claim_id=self.kwargs["claim_id"])


def tasks(actor: Actor) -> list[Task]:
    """Receipts to look at, and claims on paper that wait for an answer."""
    found: list[Task] = []
    if allowed(actor.roles, SETTLE):
        for each in queries.takeovers(actor=actor):
            if each.to_settle:
                title = ngettext("%(count)s reçu refusé à regarder", "%(count)s reçus refusés à regarder", each.to_settle)
                found.append(
                    Task(
                        title % {"count": each.to_settle},
                        _("Regarder"),
                        reverse("operator:takeover", args=[each.id]),
                        each.taken_at,
                        each.programme_name,
                    )
                )
    if allowed(actor.roles, APPROVE):
        waiting = queries.paper_claims(actor=actor, state=PaperClaimState.WAITING)
        if waiting:
            title = ngettext("%(count)s demande sur preuve papier", "%(count)s demandes sur preuve papier", len(waiting))
            since = min(each.claimed_at for each in waiting)
            found.append(Task(title % {"count": len(waiting)}, _("Répondre"), reverse("operator:takeovers"), since))
    return found


see = door("continuity.see-takeovers")
urlpatterns = [
    path("takeovers/", see(takeovers), name="takeovers"),
    path("takeovers/<int:takeover_id>/", see(takeover), name="takeover"),
    path("takeovers/receipts/<int:receipt_id>/", door(SETTLE)(receipt), name="takeover-receipt"),
    path("takeovers/receipts/<int:receipt_id>/settle/", door(SETTLE)(Settle.as_view()), name="takeover-receipt-settle"),
    path("agreements/<int:agreement_id>/account/", door("funding.enter-ring-fence")(EnterAccount.as_view()), name="ring-fence-enter"),
    path(
        "ring-fences/<int:change_id>/", door("settlement.see", post="funding.approve-ring-fence")(AgreeAccount.as_view()), name="ring-fence"
    ),
    path("takeovers/papers/<int:claim_id>/", door("continuity.see-takeovers")(paper_claim), name="paper-claim"),
    path("takeovers/papers/<int:claim_id>/photograph.jpg", door(APPROVE)(photograph), name="paper-claim-photograph"),
    path("takeovers/papers/<int:claim_id>/decide/", door(APPROVE)(Decide.as_view()), name="paper-claim-decide"),
]
