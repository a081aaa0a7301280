"""Cards of one-time codes: the stock, their maker's file, what is sent to which structure; and helpers who lost everything, without a lead."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.refusals import Refusal
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.queries import CARDS_PER_PAGE, CardView, RecoveryView
from carnet.parties.rules import (
    CARD_STEP_SECONDS,
    CARD_STEPS,
    CARDS_SENT_MOST,
    HELPER_ROLES,
    CardEnd,
    OrganisationKind,
    RecoveryState,
    allowed,
)
from carnet.web import clock
from carnet.web.accounts.cards import state
from carnet.web.accounts.words import RECOVERY_STATES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door

FILE_MOST_BYTES = 4_000_000


class CardsFileForm(OperationForm):
    """The file their maker delivered."""

    file = WeighedFileField(
        label=gettext_lazy("Fichier du fabricant"),
        help_text=gettext_lazy(
            "CSV (colonnes serial et seed, au besoin step, digits, algorithm) ou PSKC. Les secrets sont scellés avant d’être gardés."
        ),
        most_bytes=FILE_MOST_BYTES,
        accept=".csv,.xml,text/csv,application/xml",
    )
    step_seconds = forms.TypedChoiceField(
        label=gettext_lazy("Durée d’un code, si le fichier ne la dit pas"),
        coerce=int,
        choices=[(seconds, gettext_lazy("%(seconds)s secondes") % {"seconds": seconds}) for seconds in CARD_STEPS],
        initial=CARD_STEP_SECONDS,
    )


class SendForm(OperationForm):
    """How many cards, to whom."""

    organisation_id = forms.TypedChoiceField(label=gettext_lazy("Structure"), coerce=int)
    count = forms.IntegerField(label=gettext_lazy("Nombre de cartes"), min_value=1, max_value=CARDS_SENT_MOST, initial=5)

    def __init__(self, *args: Any, structures: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation_id"].choices = structures  # type: ignore[attr-defined]


class EndForm(OperationForm):
    """Why a card opens nothing any more."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Ce qui lui est arrivé"),
        choices=[(CardEnd.LOST.value, gettext_lazy("Perdue ou volée")), (CardEnd.BROKEN.value, gettext_lazy("Cassée"))],
    )


class RecoverForm(OperationForm):
    """Who lost what, and how one knows."""

    person_id = forms.TypedChoiceField(label=gettext_lazy("Personne"), coerce=int)
    reason = forms.CharField(
        label=gettext_lazy("Comment vous savez que c’est elle"), help_text=gettext_lazy("Sans numéro de sécurité sociale."), max_length=200
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = people  # type: ignore[attr-defined]


class YesForm(OperationForm):
    """Nothing to type."""


class NoForm(OperationForm):
    reason = forms.CharField(label=gettext_lazy("Motif"), max_length=200)


def cards(request: HttpRequest) -> HttpResponse:
    """The stock: how many are where, one by its number, and the recoveries that wait."""
    actor = actor_of(request)
    searched, number = request.GET.get("number", "")[:40], request.GET.get("page", "")
    found = parties.cards(actor=actor, search=searched, page=int(number) if number.isdecimal() and len(number) < 5 else 1)
    counts = parties.card_counts(actor=actor)
    context = {
        "figures": [
            Figure(formats.number(counts.in_stock), _("en réserve")),
            Figure(formats.number(counts.at_structures), _("dans les structures, à donner")),
            Figure(formats.number(counts.given), _("données à quelqu’un")),
            Figure(formats.number(counts.ended), _("perdues ou cassées")),
        ],
        "table": _table(found.cards),
        "page_of": Paginator(range(found.found), CARDS_PER_PAGE).get_page(found.page),
        "searched": searched,
        "recoveries": _recoveries_table(parties.recoveries_waiting(actor=actor)),
        "may_import": allowed(actor.roles, "parties.import-cards"),
        "may_send": allowed(actor.roles, "parties.send-cards") and counts.in_stock > 0,
    }
    return render(request, "operator/cards/cards.html", context)


def import_cards(request: HttpRequest) -> HttpResponse:
    """Bring in a maker's file; a wrong line is told, and stops no other."""
    form = CardsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            report = operations.import_cards(
                content=given["file"].read(),
                step_seconds=given["step_seconds"],
                actor=actor_of(request),
                request_id=given["request_id"],
                at=clock.now(),
            )
        except Refusal as refusal:
            show_refusal(form, refusal, {"card-file-unreadable": "file", "card-file-too-long": "file"})
        else:
            return render(request, "operator/cards/report.html", {"report": report, "table": _refused(report)})
    return render(request, "operator/cards/import.html", {"form": form}, status=422 if form.is_bound else 200)


class SendView(OperationView):
    """Cards leave for a structure."""

    form_class = SendForm
    template_name = "operator/confirm.html"
    refusal_fields = {"cards-short": "count", "organisation-unknown": "organisation_id"}

    def get_form_kwargs(self) -> dict[str, Any]:
        found = parties.organisations_registered_by(actor=actor_of(self.request), kind=OrganisationKind.HELPER.value)
        return super().get_form_kwargs() | {"structures": [(each.id, each.name) for each in found if not each.has_ended]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Les plus petits numéros de la réserve partent d’abord. La structure dit quand ils sont arrivés.")
        words = {"title": _("Envoyer des cartes"), "lead": lead, "rows": [], "kind": "", "verb": _("Envoyer")}
        return super().get_context_data(**(words | {"cancel_url": reverse("operator:cards")} | more))

    def perform(self, form: SendForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.send_cards(
            organisation_id=given["organisation_id"],
            count=given["count"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        text = ngettext("%(count)s carte part.", "%(count)s cartes partent.", given["count"])
        messages.success(self.request, text % {"count": formats.number(given["count"])})
        return redirect("operator:cards")


class CardScreen(OperationView):
    """One card: where it is; its end, at once."""

    form_class = EndForm
    template_name = "operator/cards/card.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        card = parties.card(actor=actor, card_id=self.kwargs["card_id"])
        may_end = card.ended_at is None and allowed(actor.roles, "parties.end-card")
        return super().get_context_data(**({"card": card, "state": state(card), "rows": _rows(card), "may_end": may_end} | more))

    def perform(self, form: EndForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.end_card(
            card_id=self.kwargs["card_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La carte n’ouvre plus rien, dès maintenant."))
        return redirect("operator:card", self.kwargs["card_id"])


class RecoverView(OperationView):
    """A helper lost everything and has no lead to ask: a first person of the operator answers for them."""

    form_class = RecoverForm
    template_name = "operator/confirm.html"
    refusal_fields = {"reason-missing": "reason", "card-holder-unknown": "person_id", "recovery-not-for-person": "person_id"}

    def get_form_kwargs(self) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        found = parties.members(actor=actor, organisation_id=self.kwargs["organisation_id"], at=at)
        people = {each.person_id: each.display_name for each in found if each.role in HELPER_ROLES and each.suspended_at is None}
        return super().get_form_kwargs() | {"people": list(people.items())}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _(
            "À faire seulement si la structure n’a pas de référent pour répondre. Une deuxième personne décide. "
            "La personne est prévenue tout de suite, et reçoit son code une journée plus tard."
        )
        words = {"title": _("Carte ou téléphone perdu"), "lead": lead, "rows": [], "kind": "", "verb": _("Demander")}
        cancel = {"cancel_url": reverse("operator:organisation", args=[self.kwargs["organisation_id"]])}
        return super().get_context_data(**(words | cancel | more))

    def perform(self, form: RecoverForm) -> HttpResponseBase:
        given = form.cleaned_data
        recovery_id = operations.prepare_recovery(
            organisation_id=self.kwargs["organisation_id"],
            person_id=given["person_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Une autre personne doit maintenant décider."))
        return redirect("operator:recovery", recovery_id)


def recovery(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """One recovery, and its decision."""
    actor = actor_of(request)
    found = parties.recovery(actor=actor, recovery_id=recovery_id)
    waits = found.state == RecoveryState.ASKED
    context = {
        "recovery": found,
        "state": RECOVERY_STATES[found.state],
        "rows": _recovery_rows(found),
        "may_decide": waits and found.asked_by != actor.person_id and allowed(actor.roles, "parties.approve-recovery"),
        "is_mine": waits and found.asked_by == actor.person_id,
    }
    return render(request, "operator/cards/recovery.html", context)


class _Answer(OperationView):
    template_name = "operator/confirm.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = parties.recovery(actor=actor_of(self.request), recovery_id=self.kwargs["recovery_id"])
        standard = {"rows": _recovery_rows(found), "kind": "", "lead": "", "cancel_url": reverse("operator:recovery", args=[found.id])}
        return super().get_context_data(**(standard | more))


class ApproveView(_Answer):
    """Agree."""

    form_class = YesForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Avez-vous vérifié par un autre moyen que c’est bien elle ? La personne est prévenue. Son code part dans une journée.")
        return super().get_context_data(**({"title": _("Accepter ?"), "verb": _("Accepter"), "lead": lead} | more))

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.approve_recovery(
            recovery_id=self.kwargs["recovery_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est accepté. Le code part dans une journée, sauf si la personne retrouve sa carte."))
        return redirect("operator:recovery", self.kwargs["recovery_id"])


class RefuseView(_Answer):
    """Disagree."""

    form_class = NoForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"title": _("Refuser ?"), "verb": _("Refuser"), "kind": "danger"} | more))

    def perform(self, form: NoForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.refuse_recovery(
            recovery_id=self.kwargs["recovery_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est refusé : rien n’a changé."))
        return redirect("operator:recovery", self.kwargs["recovery_id"])


def _table(found: tuple[CardView, ...]) -> Table:
    columns = [Column(_("Numéro")), Column(_("Structure")), Column(_("Dernier code")), Column(_("État"))]
    rows = [
        [
            Cell(each.serial, url=reverse("operator:card", args=[each.id])),
            each.organisation or "–",
            formats.moment(each.latest_at) if each.latest_at else "–",
            state(each),
        ]
        for each in found
    ]
    return Table(_("Cartes"), columns, rows, empty=_("Aucune carte."))


def _rows(card: CardView) -> list[Row]:
    found = [Row(_("Numéro"), card.serial), Row(_("Code"), _("%(digits)s chiffres, %(seconds)s secondes") % _kind(card))]
    if card.organisation:
        found.append(Row(_("Structure"), card.organisation))
    if card.validated_at is not None:
        found.append(Row(_("Premier code"), formats.moment(card.validated_at)))
        found.append(Row(_("Écart de son horloge"), _("%(seconds)s secondes") % {"seconds": formats.number(card.drift_seconds)}))
    if card.ended_at is not None:
        found.append(Row(_("Arrêtée le"), formats.moment(card.ended_at)))
    return found


def _kind(card: CardView) -> dict[str, int]:
    return {"digits": card.digits, "seconds": card.step_seconds}


def _recoveries_table(found: list[RecoveryView]) -> Table:
    columns = [Column(_("Personne")), Column(_("Structure")), Column(_("Demandé le")), Column(_("État"))]
    rows = [
        [
            Cell(each.person, url=reverse("operator:recovery", args=[each.id])),
            each.organisation,
            formats.moment(each.asked_at),
            Cell(str(RECOVERY_STATES[each.state][0]), tone=RECOVERY_STATES[each.state][1]),
        ]
        for each in found
    ]
    return Table(_("Cartes ou téléphones perdus"), columns, rows, empty=_("Personne n’attend."))


def _recovery_rows(found: RecoveryView) -> list[Row]:
    rows = [
        Row(_("Personne"), found.person),
        Row(_("Structure"), found.organisation),
        Row(_("Comment on le sait"), found.reason or _("carte déclarée perdue par l’opérateur")),
        Row(_("Demandé le"), formats.moment(found.asked_at)),
    ]
    if found.opens_at is not None:
        rows.append(Row(_("Code envoyé le"), formats.moment(found.opens_at)))
    return rows


def _refused(report: operations.CardsReport) -> Table:
    columns = [Column(_("Ligne"), number=True), Column(_("Numéro")), Column(_("Pourquoi"))]
    rows = [[str(line.number), line.serial, sentence_for(line.refusal)] for line in report.refused if line.refusal is not None]
    return Table(_("Lignes refusées"), columns, rows, empty=_("Aucune ligne refusée."))


urlpatterns = [
    path("cards/", door("parties.see-cards")(cards), name="cards"),
    path("cards/import/", door("parties.import-cards")(import_cards), name="cards-import"),
    path("cards/send/", door("parties.send-cards")(SendView.as_view()), name="cards-send"),
    path("cards/<int:card_id>/", door("parties.see-cards", post="parties.end-card")(CardScreen.as_view()), name="card"),
    path("organisations/<int:organisation_id>/recover/", door("parties.prepare-recovery")(RecoverView.as_view()), name="recover"),
    path("recoveries/<int:recovery_id>/", door("parties.see-cards")(recovery), name="recovery"),
    path("recoveries/<int:recovery_id>/approve/", door("parties.approve-recovery")(ApproveView.as_view()), name="recovery-approve"),
    path("recoveries/<int:recovery_id>/refuse/", door("parties.approve-recovery")(RefuseView.as_view()), name="recovery-refuse"),
]
