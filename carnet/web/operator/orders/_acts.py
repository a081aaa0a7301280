"""One act on one order, each confirmed on a page of its own that says what it does."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.issuing import access, operations, queries
from carnet.issuing.queries import print_shops
from carnet.issuing.rules import VOUCHERS_DRAWN_AT_ONCE_MAX
from carnet.issuing.rules.print_shops import Output, SaidFor
from carnet.jobs import issuing as background
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.orders._forms import ConfirmForm, DecideForm, PrintedForm, PrintForm, ShipForm, TakeBackForm


class OrderActView(OperationView):
    """What every act on an order has in common."""

    form_class: type = ConfirmForm
    template_name = "operator/confirm.html"

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} must say what it does")

    def page(self) -> queries.OrderPage:
        actor = actor_of(self.request)
        access.operated_order(actor, self.kwargs["order_id"])
        return queries.order(actor, self.kwargs["order_id"])

    def back_url(self) -> str:
        return reverse("operator:order", args=[self.kwargs["order_id"]])

    def told(self, form: Any) -> dict[str, Any]:
        """What every operation on an order is told."""
        return {
            "order_id": self.kwargs["order_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        page = self.page()
        line = page.line
        rows = [
            Row(_("Commande"), _("n° %(number)s") % {"number": line.id}),
            Row(_("Programme"), line.programme_name),
            Row(_("Carnets"), formats.number(line.booklet_count)),
            Row(_("Valeur totale"), formats.euros(line.total_cents, short=True)),
        ]
        standard = {"kind": "", "lead": "", "rows": rows, "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words(page) | more))

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(self.back_url())


class DecideView(OrderActView):
    form_class = DecideForm

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        return {
            "title": _("Approuver cette commande ?"),
            "lead": _("Commandée par %(name)s.") % {"name": page.people.get(page.ordered_by_id, "?")},
            "verb": _("Répondre"),
        }

    def perform(self, form: DecideForm) -> HttpResponseBase:
        if form.cleaned_data["answer"] == "yes":
            operations.approve_order(**self.told(form))
            return self.done(_("La commande est approuvée."))
        operations.refuse_order(reason=form.cleaned_data["reason"], **self.told(form))
        return self.done(_("La commande est refusée."))


class DrawView(OrderActView):
    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        return {
            "title": _("Tirer les codes ?"),
            "lead": _("Les parts des financeurs sont fixées, et chaque chèque reçoit son numéro et son code. Cela ne se refait pas."),
            "verb": _("Tirer les codes"),
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        told = self.told(form)
        job_id = operations.draw_order(**told)
        line = self.page().line
        if line.voucher_count <= VOUCHERS_DRAWN_AT_ONCE_MAX:
            operations.run_job(job_id=job_id, programme_id=line.programme_id, at=told["at"])
            return self.done(_("Les codes sont tirés."))
        background.enqueue(job_id=job_id, programme_id=line.programme_id)
        return HttpResponseRedirect(reverse("operator:job", args=[job_id]))


class PrintView(OrderActView):
    form_class = PrintForm
    refusal_fields = {
        "print-key-missing": "print_shop", "print-shop-needed": "print_shop", "print-shop-ended": "print_shop", "nothing-to-print": "outputs",
        "ranks-reversed": "last_rank",
    }  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        found = print_shops.print_shops(actor_of(self.request), at=clock.now())
        shops = [(each.id, each.organisation) for each in found if each.key is not None and each.ended_at is None]
        is_simulated = funding.programme(self.page().line.programme_id).is_simulated
        return super().get_form_kwargs() | {"shops": shops, "is_simulated": is_simulated}

    def get_initial(self) -> dict[str, Any]:
        asked, count = self.request.GET, self.page().line.booklet_count
        shops = print_shops.print_shops(actor_of(self.request), at=clock.now())
        first, last = (asked.get(name, "") for name in ("first", "last"))
        return {
            "print_shop": next((each.id for each in shops if each.key is not None and each.ended_at is None), ""),
            "first_rank": int(first) if first.isdecimal() and len(first) < 10 else 1,
            "last_rank": int(last) if last.isdecimal() and len(last) < 10 else count,
        }

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        packed = queries.packing(page.line.id)
        told = (
            ngettext("%(count)s colis prévu", "%(count)s colis prévus", len(packed)) % {"count": formats.number(len(packed))}
            if packed
            else _("aucun : les couvertures ne nommeront aucun lieu")
        )
        return {
            "title": _("Préparer les fichiers à imprimer ?"),
            "lead": _("Ils contiennent les codes secrets. Seul l’imprimeur choisi pourra les ouvrir, et chaque retrait laisse une trace."),
            "verb": _("Préparer les fichiers"),
            "rows": [
                Row(_("Commande"), _("n° %(number)s") % {"number": page.line.id}),
                Row(_("Carnets"), formats.number(page.line.booklet_count)),
                Row(_("Colisage"), told, reverse("operator:order-packing", args=[page.line.id]), _("Voir")),
            ],
        }

    def perform(self, form: PrintForm) -> HttpResponseBase:
        given = form.cleaned_data
        job_id = operations.print_order(
            print_shop_id=given["print_shop"], outputs=[Output(each) for each in given["outputs"]], first_rank=given["first_rank"] or 1,
            last_rank=given["last_rank"], **self.told(form),
        )  # fmt: skip
        background.enqueue(job_id=job_id, programme_id=self.page().line.programme_id)
        return HttpResponseRedirect(reverse("operator:job", args=[job_id]))


class PrintedView(OrderActView):
    form_class = PrintedForm
    refusal_fields = {"proof-of-printing-missing": "reference", "print-shop-declares": "because"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"is_sealed": bool(print_shops.sealed_for(self.page().line.id))}

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        shops = print_shops.sealed_for(page.line.id)
        lead = (
            _(
                "« %(shop)s » a reçu les fichiers : c’est elle qui compte, et qui le déclare. Ne le dites pour elle que si elle ne le peut pas."
            )
            % {"shop": parties.organisation_name(shops[0])}
            if shops
            else ""
        )
        return {"title": _("Les carnets sont imprimés ?"), "lead": lead, "verb": _("Déclarer imprimés")}

    def perform(self, form: PrintedForm) -> HttpResponseBase:
        because = form.cleaned_data.get("because")
        operations.record_printed(
            reference=form.cleaned_data["reference"], because=SaidFor(because) if because else None, **self.told(form)
        )
        return self.done(_("Les carnets sont déclarés imprimés."))


class DestroySeedView(OrderActView):
    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        lost = page.facts.spoiled_count
        told = ngettext(
            "%(count)s carnet abîmé à l’imprimerie attend d’être refait : il ne pourra plus l’être.",
            "%(count)s carnets abîmés à l’imprimerie attendent d’être refaits : ils ne pourront plus l’être.",
            lost,
        ) % {"count": formats.number(lost)}  # fmt: skip
        lead = _("Les fichiers à imprimer seront supprimés et plus rien ne pourra être imprimé de cette commande.")
        return {
            "title": _("Détruire le secret des codes ?"),
            "lead": f"{lead} {told}" if lost else lead,
            "verb": _("Détruire le secret"),
            "kind": "danger",
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.destroy_seed(**self.told(form))
        return self.done(_("Le secret est détruit : ces codes n’existent plus que sur le papier."))


class ActivateView(OrderActView):
    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        lines = queries.cover(actor_of(self.request), page.line.id, at=clock.now())
        missing = [each for each in lines if each.missing_cents]
        said = [Row(_("Il manque : %(funder)s") % {"funder": each.funder}, formats.euros(each.missing_cents)) for each in missing]
        return {
            "title": _("Activer ces carnets ?"),
            "lead": _("Leur valeur passe du compte de la convention aux chèques en circulation."),
            "rows": [
                Row(_("Programme"), page.line.programme_name),
                Row(_("Carnets"), formats.number(page.line.booklet_count)),
                Row(_("À couvrir"), formats.euros(sum(each.needed_cents for each in lines))),
                *said,
            ],
            "verb": _("Activer"),
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.activate_order(**self.told(form))
        return self.done(_("Les carnets sont actifs. Ceux qui en ont en stock sont prévenus."))


class ShipView(OrderActView):
    form_class = ShipForm

    def get_form_kwargs(self) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = parties.organisations_registered_by(actor=actor, kind=OrganisationKind.PRESCRIBER)
        choices = [(each.id, each.name) for each in found if not each.has_ended]
        return super().get_form_kwargs() | {"organisations": choices}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        return {"organisation": asked.get("organisation", ""), "booklet_count": asked.get("booklets", "")}

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        return {
            "title": _("Expédier des carnets"),
            "lead": _("Les prochains carnets du stock, dans l’ordre des numéros. Le destinataire confirmera leur arrivée."),
            "rows": [Row(_("Programme"), page.line.programme_name), Row(_("En stock"), formats.number(page.facts.at_operator_count))],
            "verb": _("Expédier"),
        }

    def perform(self, form: ShipForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.ship_booklets(to_organisation_id=given["organisation"], booklet_count=given["booklet_count"], **self.told(form))
        count = given["booklet_count"]
        return self.done(ngettext("%(count)s carnet expédié.", "%(count)s carnets expédiés.", count) % {"count": formats.number(count)})


class TakeBackView(OrderActView):
    form_class = TakeBackForm

    def get_initial(self) -> dict[str, Any]:
        """The booklets of the organisation named in the address, when they follow one another."""
        holder, series = self.request.GET.get("holder", ""), self.page().series
        if series is None or not holder.isdecimal() or len(holder) > 18:
            return {}
        for line in ledger.stock(holder_id=int(holder), programme_id=series.programme_id):
            if line.series_id == series.id and line.last_booklet_id - line.first_booklet_id + 1 == line.booklet_count:
                first, last = (ledger.serial_of_booklet(series, each) for each in (line.first_booklet_id, line.last_booklet_id))
                return {"first": first, "last": last}
        return {}

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        return {
            "title": _("Reprendre des carnets"),
            "lead": _("Des carnets intacts reviennent d’un guichet dans votre stock."),
            "rows": [Row(_("Programme"), page.line.programme_name)],
            "verb": _("Reprendre"),
        }

    def perform(self, form: TakeBackForm) -> HttpResponseBase:
        first, last = ledger.booklet(form.cleaned_data["first"]), ledger.booklet(form.cleaned_data["last"])
        count = operations.take_back(
            first_booklet_id=first.id, last_booklet_id=last.id, from_organisation_id=first.holder_id, **self.told(form)
        )
        return self.done(ngettext("%(count)s carnet repris.", "%(count)s carnets repris.", count) % {"count": formats.number(count)})
