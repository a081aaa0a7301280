"""The auditor's sample: its form, its page, its evidence pack; and the certificate of service done of one claim."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.settlement.operations import samples as operations
from carnet.settlement.queries import certificates
from carnet.settlement.queries import samples as queries
from carnet.settlement.queries.samples import Drawn, SampleLine
from carnet.settlement.rules.sampling import SAMPLE_MOST, SEED_MOST, SampleInvalid, SampleTerms, Strata, Weight
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.forms import DayField
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.follow import words
from carnet.web.follow.pack import evidence as pack
from carnet.web.lessons import service_word
from carnet.web.service_done import Names, certificate_pdf, names_of

STRATA = [
    (Strata.NONE.value, gettext_lazy("Non")),
    (Strata.PLACE.value, gettext_lazy("Par lieu")),
    (Strata.MONTH.value, gettext_lazy("Par mois")),
]
WEIGHTS = [(Weight.COUNT.value, gettext_lazy("Le nombre de chèques")), (Weight.CENTS.value, gettext_lazy("Le montant"))]


class SampleForm(forms.Form):
    """Everything that decides a sample: the same answers draw the same one."""

    seed = forms.CharField(
        label=gettext_lazy("Graine"),
        help_text=gettext_lazy("Un mot choisi au hasard et noté avant. Des lettres sans accent, des chiffres, des tirets."),
        max_length=SEED_MOST,
    )
    until = DayField(label=gettext_lazy("Passages jusqu’au"))
    size = forms.IntegerField(label=gettext_lazy("Combien en tirer"), min_value=1, max_value=SAMPLE_MOST, initial=30)
    strata = forms.ChoiceField(label=gettext_lazy("Répartir"), choices=STRATA, initial=Strata.NONE.value)
    weight = forms.ChoiceField(label=gettext_lazy("Selon"), choices=WEIGHTS, initial=Weight.COUNT.value)

    def terms(self, programme_id: int, at: datetime) -> SampleTerms:
        """The terms as the rules read them; today is cut at its beginning, when nothing of it can move."""
        given = self.cleaned_data
        until = end_of_day(given["until"]) if given["until"] < legal_day(at) else start_of_day(given["until"])
        return SampleTerms(programme_id, given["seed"].strip(), until, given["size"], Strata(given["strata"]), Weight(given["weight"]))


def sample(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The form, then the sample it draws: a page that can be opened again, and says the same."""
    actor, at = actor_of(request), clock.now()
    funding_access.seen_programme(actor, programme_id)
    form = SampleForm(request.GET) if request.GET.get("seed") else SampleForm(initial={"until": legal_day(at)})
    context: dict[str, Any] = {}
    status = 200
    if form.is_bound:
        context, status = _drawn(actor, form, programme_id, at)
    programme = funding.programme(programme_id)
    shared = {"base": words.base_of(actor), "back": words.back_of(actor, programme_id), "programme": programme, "form": form}
    return render(request, "follow/sample.html", shared | context, status=status)


def _drawn(actor: Actor, form: SampleForm, programme_id: int, at: datetime) -> tuple[dict[str, Any], int]:
    if not form.is_valid():
        return {}, 422
    try:
        drawn = queries.draw_sample(actor=actor, terms=form.terms(programme_id, at), at=at)
    except SampleInvalid as refusal:
        form.add_error(refusal.facts["field"], sentence_for(refusal))
        return {}, 422
    lines = queries.lines_of(drawn)
    return {
        "drawn": drawn,
        "figures": [
            Figure(formats.number(len(drawn.sample)), _("passages tirés"), formats.euros(drawn.sample_cents)),
            Figure(formats.number(len(drawn.universe)), _("passages en tout"), formats.euros(drawn.universe_cents)),
        ],
        "table": _table(lines, _names(lines), programme_id),
        "hidden": [(name, form.data.get(name, "")) for name in form.fields],
    }, 200


def _table(lines: list[SampleLine], names: Names, programme_id: int) -> Table:
    columns = [
        Column(_("Chèque"), code=True), Column(_("Lieu")), Column(_("Service")), Column(_("Accepté le")), Column(_("Valeur"), number=True),
        Column(_("Décompte")), Column(_("Banque")),
    ]  # fmt: skip
    address = reverse("follow:voucher", args=[programme_id])
    rows: list[list[Any]] = [
        [
            Cell(line.serial, url=f"{address}?serial={line.serial}"),
            names.place(line.place_id),
            service_word(line.service),
            formats.moment(line.redeemed_at),
            formats.euros(line.cents),
            Cell(str(line.claim_id), url=reverse("follow:certificate", args=[line.claim_id])) if line.claim_id else _("à venir"),
            formats.day(line.booked_on) if line.booked_on else _("à venir"),
        ]
        for line in lines
    ]
    return Table(_("L’échantillon"), columns, rows, empty=_("Aucun passage avant ce jour."))


def evidence(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """The evidence pack of a sample, never whole in memory; that it was made is written in the journal."""
    if request.method != "POST":
        return redirect("follow:sample", programme_id=programme_id)
    actor, at = actor_of(request), clock.now()
    funding_access.seen_programme(actor, programme_id)
    form = SampleForm(request.POST)
    if not form.is_valid():
        return redirect("follow:sample", programme_id=programme_id)
    drawn = operations.make_evidence(terms=form.terms(programme_id, at), actor=actor, request_id=uuid4(), at=at)
    # On the disk, then sent: certificates are composed inside the request, never while a server waits for the next piece.
    held = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it once sent
    for piece in _pieces(drawn, actor, get_language() or "fr", at):
        held.write(piece)
    held.seek(0)
    slug = funding.programme(programme_id).slug
    name = f"{slug}-{''.join(each for each in drawn.terms.seed if each.isalnum())}.zip"
    return FileResponse(held, as_attachment=True, filename=name, content_type="application/zip")


def _pieces(drawn: Drawn, actor: Actor, language: str, at: datetime) -> Iterator[bytes]:
    with override(language):
        lines = queries.lines_of(drawn)
        yield from pack(drawn, lines, actor=actor, names=_names(lines), at=at)


def _names(lines: Iterable[SampleLine]) -> Names:
    found = list(lines)
    houses = {line.organisation_id for line in found} | {line.desk_id for line in found if line.desk_id}
    cards = parties.organisations(houses)
    return Names({key: card.name for key, card in cards.items()}, places.names_of({line.place_id for line in found}))


def certificate_file(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The certificate of service done of one claim."""
    made = certificates.service_certificate(actor=actor_of(request), claim_id=claim_id)
    response = HttpResponse(certificate_pdf(made, names_of(made), at=clock.now()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="service-fait-{claim_id}.pdf"'
    return response
