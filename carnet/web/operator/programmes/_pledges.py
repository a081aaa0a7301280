"""Screens of a company that promises, signs, then joins."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from carnet.funding import operations, queries
from carnet.funding.rules import PledgeUnknown
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of
from carnet.web.operator.programmes._agreements import funders_of
from carnet.web.operator.programmes._forms import ConfirmForm, PledgeForm, SignedForm
from carnet.web.operator.programmes._money import AgreementActView


class PledgeView(AgreementActView):
    form_class = PledgeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organisations": funders_of(actor_of(self.request))}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Noter une promesse"),
            "lead": _("Une promesse ne couvre aucun chèque : elle compte une fois signée, entrée dans la convention et versée."),
            "verb": _("Noter la promesse"),
        }

    def perform(self, form: PledgeForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.record_pledge(
            agreement_id=self.kwargs["agreement_id"],
            organisation_id=given["organisation"],
            cents=given["amount"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("La promesse est notée."))


class OnePledgeView(AgreementActView):
    """One step of one pledge."""

    form_class: type = ConfirmForm

    def pledge_rows(self) -> list[Row]:
        found = [each for each in queries.pledges([self.facts().id]) if each.id == self.kwargs["pledge_id"]]
        if not found:
            raise PledgeUnknown(pledge=self.kwargs["pledge_id"])
        name = parties.organisation(found[0].organisation_id).name
        return [Row(_("Organisation"), name), Row(_("Montant"), formats.euros(found[0].cents))]

    def asked(self, form: Any) -> dict[str, Any]:
        return {
            "pledge_id": self.kwargs["pledge_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }


class SignPledgeView(OnePledgeView):
    form_class = SignedForm

    def get_initial(self) -> dict[str, Any]:
        return {"signed_on": legal_day(clock.now())}

    def words(self) -> dict[str, Any]:
        return {"title": _("La promesse est signée"), "rows": self.pledge_rows(), "verb": _("Enregistrer la signature")}

    def perform(self, form: SignedForm) -> HttpResponseBase:
        operations.sign_pledge(signed_on=form.cleaned_data["signed_on"], **self.asked(form))
        return self.done(_("La signature est enregistrée."))


class JoinPledgeView(OnePledgeView):
    def words(self) -> dict[str, Any]:
        return {
            "title": _("Faire entrer ce financeur ?"),
            "lead": _(
                "Son montant sera dépensé en premier sur les prochaines commandes ; les autres gardent leurs parts du reste. "
                "Les carnets qui existent ne changent pas."
            ),
            "rows": self.pledge_rows(),
            "verb": _("Faire entrer dans la convention"),
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.join_pledge(**self.asked(form))
        return self.done(_("Ce financeur est dans la convention."))


class WithdrawPledgeView(OnePledgeView):
    def words(self) -> dict[str, Any]:
        return {"title": _("Retirer cette promesse ?"), "rows": self.pledge_rows(), "verb": _("Retirer la promesse"), "kind": "danger"}

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.withdraw_pledge(**self.asked(form))
        return self.done(_("La promesse est retirée."))
