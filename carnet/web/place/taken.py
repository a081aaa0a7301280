"""When a programme changed operator: the receipts of what was accepted in between, and vouchers known by their number only."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.continuity.operations import papers, receipts
from carnet.continuity.operations.papers import ClaimedPaper
from carnet.continuity.queries import takeovers as queries
from carnet.continuity.rules.papers import CLAIM_LINES_MAX
from carnet.continuity.rules.takeovers import receipts_in
from carnet.gateways.photographs import BYTES_MAX
from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.place import counter
from carnet.web.taken import CLAIM_STATES, receipt_words

FILE_BYTES_MAX = 2 * 1024 * 1024


class ReceiptsForm(OperationForm):
    """Receipts, pasted or in a file."""

    text = forms.CharField(
        label=gettext_lazy("Vos reçus"),
        help_text=gettext_lazy("Un par ligne. Ils sont dans votre logiciel, ou sur la page de chaque passage."),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        required=False,
    )
    file = WeighedFileField(
        label=gettext_lazy("Ou un fichier"),
        help_text=gettext_lazy("Texte ou CSV."),
        most_bytes=FILE_BYTES_MAX,
        accept=".csv,.txt,text/plain,text/csv",
        required=False,
    )
    nothing_undone = forms.BooleanField(label=gettext_lazy("Aucun de ces encaissements n’a été annulé ensuite"), required=False)

    def given(self) -> str:
        """What was pasted, then what the file holds."""
        file = self.cleaned_data["file"]
        return "\n".join((self.cleaned_data["text"], file.read().decode("utf-8", "replace") if file else ""))


class PapersForm(OperationForm):
    """Numbers of vouchers, one service, one day, one proof."""

    place = forms.TypedChoiceField(label=gettext_lazy("Lieu"), coerce=int)
    serials = forms.CharField(
        label=gettext_lazy("Numéros des chèques"),
        help_text=gettext_lazy("Un par ligne, comme imprimés."),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )
    service = forms.ChoiceField(label=gettext_lazy("Service rendu"))
    used_on = forms.DateField(label=gettext_lazy("Jour du service"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    photograph = WeighedFileField(
        label=gettext_lazy("Photo des chèques"),
        help_text=gettext_lazy("Ou cochez la case ci-dessous. La photo est effacée après la réponse."),
        most_bytes=BYTES_MAX,
        accept="image/*",
        required=False,
    )
    paper_kept = forms.BooleanField(label=gettext_lazy("Nous gardons ces chèques, à montrer si on les demande"), required=False)

    def __init__(self, *arguments: Any, places: tuple[Any, ...] = (), services: tuple[tuple[str, str], ...] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["place"].choices = [(each.place_id, each.name) for each in places]  # type: ignore[attr-defined]
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = places[0].place_id
            self.fields["place"].widget = forms.HiddenInput()


def taken(request: HttpRequest) -> HttpResponse:
    """What changed, in plain words; what was brought; what is claimed."""
    actor, at = actor_of(request), clock.now()
    organisation_id = counter.organisation_of(actor)
    counter.own_places(request, organisation_id, at)
    brought = queries.own_receipts(organisation_id=organisation_id)
    claims = queries.own_paper_claims(organisation_id=organisation_id)
    context = {
        "takeovers": queries.could_bring_receipts(organisation_id=organisation_id, at=at),
        "may_claim": bool(queries.could_claim_papers(organisation_id=organisation_id, at=at)),
        "receipts": _receipts(brought) if brought else None,
        "claims": _claims(claims) if claims else None,
    }
    return render(request, "place/taken/taken.html", context)


def _receipts(lines: list[queries.ReceiptLine]) -> Table:
    columns = [Column(_("Chèque"), code=True), Column(_("Accepté le")), Column(_("Valeur"), number=True), Column(_("Ce qu’il en est"))]
    rows = []
    for each in lines:
        words, tone = receipt_words(each)
        rows.append([each.voucher_serial, formats.moment(each.redeemed_at), formats.euros(each.value_cents), Cell(words, tone=tone)])
    return Table(_("Reçus apportés"), columns, rows)


def _claims(claims: list[queries.PaperClaimView]) -> Table:
    columns = [
        Column(_("Demande")),
        Column(_("Faite le")),
        Column(_("Chèques"), number=True),
        Column(_("Montant"), number=True),
        Column(_("Réponse")),
    ]
    rows = [
        [
            _("n° %(number)s") % {"number": each.id},
            formats.day(each.claimed_at),
            formats.number(each.line_count),
            formats.euros(each.cents),
            Cell(f"{CLAIM_STATES[each.state][0]}{' : ' + each.reason if each.reason else ''}", tone=CLAIM_STATES[each.state][1]),
        ]
        for each in claims
    ]
    return Table(_("Demandes sur preuve papier"), columns, rows)


class Bring(OperationView):
    """Bring receipts."""

    template_name = "place/taken/bring.html"
    form_class = ReceiptsForm
    refusal_fields = {"receipts-missing": "text", "receipts-too-many": "text", "receipt-standing-not-said": "nothing_undone"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counter.own_places(self.request, counter.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**kwargs)

    def perform(self, form: ReceiptsForm) -> HttpResponse:
        given = form.cleaned_data
        answers = receipts.bring_receipts(
            receipts=receipts_in(form.given()), nothing_undone=given["nothing_undone"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        good = sum(each.refusal is None for each in answers)
        if good:
            said = ngettext("%(count)s reçu honoré.", "%(count)s reçus honorés.", good)
            messages.success(self.request, said % {"count": formats.number(good)})
        if good < len(answers):
            said = ngettext("%(count)s reçu refusé : voyez pourquoi.", "%(count)s reçus refusés : voyez pourquoi.", len(answers) - good)
            messages.warning(self.request, said % {"count": formats.number(len(answers) - good)})
        if any(each.refusal is not None and not each.voucher_serial for each in answers):
            messages.warning(self.request, _("Une ligne au moins n’est pas un reçu signé de ce programme."))
        return redirect("place:taken")


class Claim(OperationView):
    """Claim vouchers by their numbers."""

    template_name = "place/taken/claim.html"
    form_class = PapersForm
    refusal_fields = {
        "paper-claim-empty": "serials",
        "paper-claim-too-long": "serials",
        "paper-unknown": "serials",
        "paper-spent": "serials",
        "paper-of-another-place": "serials",
        "paper-claimed": "serials",
        "paper-twice": "serials",
        "paper-too-late": "used_on",
        "paper-proof-missing": "photograph",
        "photograph-unreadable": "photograph",
        "photograph-too-heavy": "photograph",
        "paper-service-not-taken": "service",
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        at = clock.now()
        own = counter.own_places(self.request, counter.organisation_of(actor_of(self.request)), at)
        codes = sorted({code for place in own for each in place.acceptances for code in each.service_codes})
        return super().get_form_kwargs() | {"places": own, "services": tuple((code, counter.service_word(code)) for code in codes)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"most": CLAIM_LINES_MAX}

    def perform(self, form: PapersForm) -> HttpResponse:
        given, at = form.cleaned_data, clock.now()
        used_on: date = given["used_on"] or legal_day(at)
        photograph = given["photograph"]
        papers.claim_papers(
            place_id=given["place"],
            lines=[ClaimedPaper(serial, given["service"], used_on) for serial in given["serials"].splitlines()],
            photograph=photograph.read() if photograph else None,
            paper_kept=given["paper_kept"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=at,
        )
        messages.success(self.request, _("C’est demandé. Deux personnes de l’opérateur regardent, puis vous serez payés."))
        return redirect("place:taken")


urlpatterns = [
    path("taken/", door("continuity.honour-receipts")(taken), name="taken"),
    path("taken/receipts/", door("continuity.honour-receipts")(Bring.as_view()), name="taken-receipts"),
    path("taken/papers/", door("continuity.claim-on-paper")(Claim.as_view()), name="taken-papers"),
]
