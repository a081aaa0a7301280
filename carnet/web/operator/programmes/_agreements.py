"""Screens of an agreement: signing it with the split in sight, its page, amending its shares."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from carnet.funding import access, operations, queries
from carnet.funding.rules import AlreadyOrdered, PledgeState, ShareTerms, check_shares, shares_for_order, weights_of
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.rules import share_patterns
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.figures import PLEDGE_STATES, count_figures, money_table, shares_table
from carnet.web.operator.programmes._forms import AgreementForm, AmendForm, ShareForm, SharesFormSet, shares_formset
from carnet.web.operator.programmes._programmes import steps
from carnet.web.operator.programmes._state_share import state_lines, study_sentence

LINES = 4
PATTERNS_SHOWN = 6


def funders_of(actor: Actor) -> list[tuple[int, str]]:
    """Every organisation that may fund, as choices by name."""
    found = {
        each.id: each.name
        for kind in (OrganisationKind.FUNDER, OrganisationKind.STATE)
        for each in parties.organisations_registered_by(actor=actor, kind=kind)
    }
    return sorted(found.items(), key=lambda choice: choice[1].casefold())


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    access.operated_agreement(actor, agreement_id)
    facts = queries.agreement(actor, agreement_id, at=at)
    money = ledger.money(agreement_id=agreement_id)
    receipts, pledges = queries.receipts(agreement_id), queries.pledges([agreement_id])
    lines = queries.commitments_by_funder(agreement_id)
    names = {
        each.id: each.name
        for each in parties.organisations(
            {*facts.funder_ids, *money.by_funder, *(line.funder_id for line in lines), *(pledge.organisation_id for pledge in pledges)}
        ).values()
    }
    is_open = facts.closed_at is None
    context = {
        "agreement": facts,
        "is_open": is_open,
        "rows": _rows(facts),
        "shares": shares_table(_("Parts en vigueur"), facts.version.shares, names),
        "coverage": _coverage_table(lines, names),
        "missing_cents": sum(line.missing_cents for line in lines),
        "money": money_table(_("Où est l’argent"), money, names),
        "figures": count_figures(ledger.counts(agreement_id=agreement_id)),
        "receipts": _receipts_table(receipts, names, may_withdraw=is_open and allowed(actor.roles, "funding.record-payment")),
        "pledges": _pledges_table(pledges, names, may_act=is_open and allowed(actor.roles, "funding.prepare-agreement")),
        "versions": _versions_table(queries.versions(agreement_id)),
        "may_sign": is_open and allowed(actor.roles, "funding.sign-agreement"),
        "may_prepare": is_open and allowed(actor.roles, "funding.prepare-agreement"),
        "may_record": is_open and allowed(actor.roles, "funding.record-payment"),
        "order_url": _order_url(facts.programme_id),
        "study": study_sentence(queries.study_of_agreement(agreement_id)),
    }
    return render(request, "operator/programmes/agreement.html", context)


def _order_url(programme_id: int) -> str:
    try:
        return f"{reverse('operator:order-new')}?programme={programme_id}"
    except NoReverseMatch:
        return ""


def _rows(facts: queries.AgreementFacts) -> list[Row]:
    return [
        Row(_("Programme"), facts.programme_name, reverse("operator:programme", args=[facts.programme_id]), _("Voir")),
        Row(_("Saison"), facts.season or "–"),
        Row(_("Signée le"), formats.day(facts.signed_on)),
        Row(_("Compte réservé"), f"{facts.ring_fence.holder}, {Iban(facts.ring_fence.iban).printed()}"),
        Row(_("État"), _("close le %(day)s") % {"day": formats.day(facts.closed_at)} if facts.closed_at else _("en cours")),
    ]


def _coverage_table(lines: Sequence[queries.FunderCommitment], names: dict[int, str]) -> Table:
    columns = [
        Column(_("Financeur")),
        Column(_("À sa charge"), number=True),
        Column(_("À verser"), number=True),
        Column(_("Reçu"), number=True),
        Column(_("Manque"), number=True),
    ]
    rows = [
        [
            names.get(line.funder_id, "?"),
            *(formats.euros(cents) for cents in (line.borne_cents, line.held_cents, line.received_cents, line.missing_cents)),
        ]
        for line in lines
    ]
    totals = [sum(getattr(line, name) for line in lines) for name in ("borne_cents", "held_cents", "received_cents", "missing_cents")]
    return Table(_("Ce que les commandes demandent"), columns, rows, [_("Total"), *(formats.euros(cents) for cents in totals)])


def _receipts_table(receipts: Sequence[queries.Receipt], names: dict[int, str], *, may_withdraw: bool) -> Table:
    columns = [
        Column(_("Reçu le")),
        Column(_("Financeur")),
        Column(_("Référence")),
        Column(_("Montant"), number=True),
        Column(_("Erreur ?")),
    ]
    rows = []
    for each in receipts:
        act: Cell | str = "–"
        if each.withdrawn_at is not None:
            act = Cell(_("retiré"), tone="neutral")
        elif may_withdraw:
            act = Cell(_("Retirer"), url=reverse("operator:money-withdraw", args=[each.agreement_id, each.id]))
        rows.append([formats.day(each.received_on), names.get(each.funder_id, "?"), each.bank_reference, formats.euros(each.cents), act])
    return Table(_("Argent reçu"), columns, rows, empty=_("Aucun virement enregistré."))


def _pledges_table(pledges: Sequence[queries.PledgeFacts], names: dict[int, str], *, may_act: bool) -> Table:
    columns = [
        Column(_("Organisation")),
        Column(_("Montant"), number=True),
        Column(_("Annoncée le")),
        Column(_("État")),
        Column(_("Suite")),
        Column(_("Retirer")),
    ]
    verbs = {PledgeState.PLEDGED: (_("Signer"), "operator:pledge-sign"), PledgeState.SIGNED: (_("Faire entrer"), "operator:pledge-join")}
    rows = []
    for each in pledges:
        verb = verbs.get(each.state) if may_act else None
        args = [each.agreement_id, each.id]
        rows.append(
            [
                names.get(each.organisation_id, "?"),
                formats.euros(each.cents, short=True),
                formats.day(each.pledged_at),
                str(PLEDGE_STATES[each.state]),
                Cell(verb[0], url=reverse(verb[1], args=args)) if verb else "–",
                Cell(_("Retirer"), url=reverse("operator:pledge-withdraw", args=args)) if verb else "–",
            ]
        )
    return Table(_("Promesses"), columns, rows, empty=_("Aucune promesse."))


def _versions_table(versions: Sequence[queries.ShareVersionFacts]) -> Table:
    columns = [Column(_("Version"), number=True), Column(_("Depuis")), Column(_("Motif")), Column(_("Financeurs"), number=True)]
    rows = [
        [str(each.number), formats.moment(each.effective_at), each.reason or _("signature"), formats.number(len(each.shares))]
        for each in versions
    ]
    return Table(_("Avenants"), columns, rows)


# --- Shares, with the split in sight ------------------------------------------------------------------------------------


class SharesView(OperationView):
    """A form and its lines of shares. Sent with "preview" or "more" it only shows; nothing is written until it is signed."""

    template_name = "operator/programmes/shares.html"

    def lines(self) -> list[ShareTerms]:
        """The shares the lines start from."""
        return []

    def already(self) -> AlreadyOrdered:
        """What earlier orders took."""
        return AlreadyOrdered()

    def programme_id(self) -> int:
        raise NotImplementedError

    def sign(self, form: Any, shares: Sequence[ShareTerms]) -> HttpResponseBase:
        raise NotImplementedError

    def formset(self, data: Any = None) -> SharesFormSet:
        lines = self.lines()
        options: dict[str, Any] = {"form_kwargs": {"funders": funders_of(actor_of(self.request))}, "prefix": "shares"}
        if data is not None:
            return shares_formset(LINES)(data, **options)
        return shares_formset(max(1, LINES - len(lines)))(initial=[ShareForm.initial_of(line) for line in lines], **options)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        more.setdefault("formset", self.formset())
        return super().get_context_data(**more)

    def post(self, request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
        self.programme_id()  # whoever may not see the programme is refused before anything is read
        form = self.get_form()
        if "more" in request.POST:
            data = request.POST.copy()
            data["shares-TOTAL_FORMS"] = str(min(12, int(data.get("shares-TOTAL_FORMS") or LINES) + 2))
            return self.render_to_response(self.get_context_data(form=self.unbound(form), formset=self.formset(data)))
        formset = self.formset(request.POST)
        if not (form.is_valid() and formset.is_valid()):
            return self.render_to_response(self.get_context_data(form=form, formset=formset), status=422)
        shares = formset.terms()
        try:
            if "preview" in request.POST:
                split = self.split(form.cleaned_data["example_booklets"], shares)
                return self.render_to_response(self.get_context_data(form=form, formset=formset, split=split))
            return self.sign(form, shares)  # type: ignore[return-value]
        except Refusal as refusal:
            show_refusal(form, refusal)
            return self.render_to_response(self.get_context_data(form=form, formset=formset), status=422)

    def unbound(self, form: Any) -> Any:
        """The same words, not judged yet: a line is being added."""
        return self.get_form_class()(initial={name: form.data.get(name) for name in form.fields})

    def split(self, booklets: int, shares: Sequence[ShareTerms]) -> dict[str, Any]:
        """How one order, and each of its vouchers, would be divided. Raises: the refusals of funding's rules."""
        terms = queries.programme(self.programme_id()).terms
        check_shares(shares)
        count = booklets * terms.booklet_size
        divided = shares_for_order(count * terms.voucher_value_cents, shares, self.already())
        patterns, _ranks = share_patterns(face_value_cents=terms.voucher_value_cents, voucher_count=count, weights=weights_of(divided))
        names = dict(funders_of(actor_of(self.request)))
        return {"order": _order_table(divided, names), "vouchers": _patterns_table(patterns, names), "booklets": booklets}


def _order_table(divided: Sequence[Any], names: dict[int, str]) -> Table:
    held = Counter[int]()
    for share in divided:
        held[share.held_by_id] += share.cents
    columns = [Column(_("Financeur")), Column(_("À sa charge"), number=True), Column(_("À verser d’avance"), number=True)]
    borne = {share.funder_id: share.cents for share in divided}
    rows = [
        [names.get(funder_id, "?"), formats.euros(borne.get(funder_id, 0)), formats.euros(held.get(funder_id, 0))]
        for funder_id in dict.fromkeys([*borne, *held])
    ]
    total = formats.euros(sum(borne.values()))
    return Table(_("Toute la commande"), columns, rows, [_("Total"), total, total])


def _patterns_table(patterns: Sequence[Any], names: dict[int, str]) -> Table:
    shown = sorted(patterns, key=lambda pattern: -pattern.voucher_count)[:PATTERNS_SHOWN]
    columns = [Column(_("Chèques")), *(Column(names.get(funder_id, "?"), number=True) for funder_id in shown[0].funder_ids)]
    rows = [[formats.number(pattern.voucher_count), *(formats.euros(cents) for cents in pattern.borne_cents)] for pattern in shown]
    return Table(_("Chaque chèque, au centime"), columns, rows)


class SignView(SharesView):
    """The third step of a programme: who pays what, and where the money stays."""

    form_class = AgreementForm

    def programme_id(self) -> int:
        programme_id: int = self.kwargs["programme_id"]
        access.operated_programme(actor_of(self.request), programme_id)
        return programme_id

    def study(self) -> queries.StateShareFacts | None:
        """The study of the State's part this agreement is drafted from, if any; another programme's is none of its business."""
        given = self.request.GET.get("study", "")
        found = queries.state_share_study(actor_of(self.request), int(given)) if given.isdecimal() and len(given) < 19 else None
        return found if found is not None and found.programme_id == self.kwargs["programme_id"] else None

    def get_initial(self) -> dict[str, Any]:
        study = self.study()
        return {"study": study.id} if study else {}

    def lines(self) -> list[ShareTerms]:
        study = self.study()
        return state_lines(actor_of(self.request), study) if study else []

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        facts = queries.programme(self.programme_id())
        more |= {
            "state_share_url": reverse("operator:state-share", args=[facts.id]),
            "title": _("Nouvelle convention"),
            "lead": facts.name,
            "steps": steps(),
            "verb": _("Enregistrer la convention signée"),
            "back_url": reverse("operator:programme", args=[facts.id]),
        }
        return super().get_context_data(**more)

    def sign(self, form: AgreementForm, shares: Sequence[ShareTerms]) -> HttpResponseBase:
        given = form.cleaned_data
        agreement_id = operations.sign_agreement(
            programme_id=self.programme_id(),
            name=given["name"],
            season=given["season"],
            signed_on=given["signed_on"],
            account_holder=given["account_holder"],
            iban=given["iban"],
            bic=given["bic"],
            shares=shares,
            study_id=given["study"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La convention est enregistrée. Enregistrez l’argent reçu au fur et à mesure."))
        return redirect("operator:agreement", agreement_id)


class AmendView(SharesView):
    """Other shares, for what is drawn from now on."""

    form_class = AmendForm

    def facts(self) -> queries.AgreementFacts:
        actor = actor_of(self.request)
        access.operated_agreement(actor, self.kwargs["agreement_id"])
        return queries.agreement(actor, self.kwargs["agreement_id"], at=clock.now())

    def programme_id(self) -> int:
        return self.facts().programme_id

    def lines(self) -> list[ShareTerms]:
        return list(self.facts().version.shares)

    def already(self) -> AlreadyOrdered:
        # A new version starts its portions afresh; fixed amounts and ceilings count since the signature.
        facts = self.facts()
        return AlreadyOrdered(borne_cents=queries.already_ordered(facts.id, facts.version.id).borne_cents)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        facts = self.facts()
        more |= {
            "title": _("Changer les parts"),
            "lead": _("Pour les carnets commandés à partir d’aujourd’hui. Ceux qui existent gardent leurs parts."),
            "verb": _("Enregistrer l’avenant signé"),
            "back_url": reverse("operator:agreement", args=[facts.id]),
        }
        return super().get_context_data(**more)

    def sign(self, form: AmendForm, shares: Sequence[ShareTerms]) -> HttpResponseBase:
        operations.amend_shares(
            agreement_id=self.kwargs["agreement_id"],
            shares=shares,
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("L’avenant est enregistré."))
        return redirect("operator:agreement", self.kwargs["agreement_id"])
