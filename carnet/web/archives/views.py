"""Pages of archives."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.queries import archives as queries
from carnet.continuity.queries.archives import ArchiveView, StepView
from carnet.continuity.rules.archives import NothingConfigured, Why
from carnet.jobs import archives as jobs
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed, home_of
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

KINDS = {"base": gettext_lazy("Base"), "increment": gettext_lazy("Ce qui a changé")}
REASONS = {
    Why.SINCE: gettext_lazy("chaque minute"),
    Why.FIRST: gettext_lazy("la première"),
    Why.ASKED: gettext_lazy("demandée"),
    Why.DAILY: gettext_lazy("celle du jour"),
    Why.BROKEN: gettext_lazy("une étape manquait"),
    Why.ANOTHER_DATABASE: gettext_lazy("la base de données a changé"),
    Why.ANOTHER_SCHEMA: gettext_lazy("Carnet a été mis à jour"),
    Why.TOO_FAR: gettext_lazy("la précédente était trop ancienne"),
}


def office_of(actor: Actor) -> str:
    """The frame of whoever reads."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def home(request: HttpRequest) -> HttpResponse:
    """Every programme one may see, and how far its archive goes."""
    actor = actor_of(request)
    found = queries.archives(actor, at=clock.now())
    columns = [Column(_("Programme")), Column(_("Archivé jusqu’au")), Column(_("Lignes de la base"), number=True), Column(_("État"))]
    rows = [[Cell(each.programme_name, url=_url(each)), _until(each), _base_rows(each), state_cell(each)] for each in found]
    context = {
        "office": office_of(actor),
        "table": Table(_("Programmes"), columns, rows, empty=_("Aucun programme.")),
        "is_kept": any(each.is_expected for each in found),
    }
    return render(request, "archives/home.html", context)


def _url(view: ArchiveView) -> str:
    return reverse("archives:programme", args=[view.programme_id])


def _until(view: ArchiveView) -> str:
    return formats.moment(view.latest.made_at) if view.latest is not None else "–"


def _base_rows(view: ArchiveView) -> str:
    return formats.number(view.base.row_count) if view.base is not None else "–"


def state_cell(view: ArchiveView) -> Cell:
    """One word about an archive."""
    if view.is_late:
        return Cell(_("en retard"), tone="danger")
    if view.latest is None:
        return Cell(_("jamais archivé"), tone="warning")
    if not view.latest.is_sealed:
        return Cell(_("sans successeur"), tone="warning")
    return Cell(_("à jour"), tone="success") if view.is_expected else Cell(_("écrite à la main"), tone="neutral")


def programme(request: HttpRequest, programme_id: int) -> HttpResponse:
    """One archive: what to write down elsewhere, and its latest steps."""
    actor = actor_of(request)
    found = _one(actor, programme_id)
    context = {
        "office": office_of(actor),
        "archive": found,
        "state": state_cell(found),
        "rows": _summary(found),
        "steps": _steps(queries.steps(actor, programme_id)),
        "may_ask": found.is_expected and allowed(actor.roles, "continuity.export"),
    }
    return render(request, "archives/programme.html", context)


def _one(actor: Actor, programme_id: int) -> ArchiveView:
    for each in queries.archives(actor, at=clock.now()):
        if each.programme_id == programme_id:
            return each
    raise Http404


def _summary(found: ArchiveView) -> list[Row]:
    latest, base = found.latest, found.base
    if latest is None:
        return []
    rows = [
        Row(_("Archivé jusqu’au"), formats.moment(latest.made_at)),
        Row(_("Empreinte de la clé"), grouped(latest.key_fingerprint)),
        Row(_("Clés des codes"), _("scellées pour un successeur") if latest.is_sealed else _("absentes : aucun successeur n’est nommé")),
        Row(_("Chèques tirés"), formats.number(latest.vouchers)),
        Row(_("Argent reçu"), formats.euros(latest.money_cents)),
        Row(_("Dossier"), latest.folder),
    ]
    if base is not None:
        size = _("%(rows)s lignes, %(megabytes)s Mo") % {"rows": formats.number(base.row_count), "megabytes": _megabytes(base.bytes)}
        rows.insert(1, Row(_("Dernière base"), f"{formats.moment(base.made_at)} ({size})"))
    return rows


def grouped(fingerprint: str) -> str:
    """A fingerprint as it is read aloud: by four."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def _megabytes(size: int) -> str:
    return formats.decimal(round(size / 1_000_000, 1))


def _steps(found: Sequence[StepView]) -> Table:
    columns = [
        Column(_("Étape")),
        Column(_("Écrite le")),
        Column(_("Pourquoi")),
        Column(_("Lignes"), number=True),
        Column(_("Taille (ko)"), number=True),
    ]
    rows = [
        [
            f"{KINDS[each.kind]} {each.name.rpartition('-')[2].lstrip('0')}",
            formats.moment(each.made_at),
            str(REASONS[Why(each.why)]),
            formats.number(each.row_count),
            formats.number(max(1, each.bytes // 1000)),
        ]
        for each in found
    ]
    return Table(_("Dernières étapes"), columns, rows, empty=_("Aucune étape n’a encore été écrite."))


class AskBaseForm(OperationForm):
    """Nothing to say but yes."""


class AskBase(OperationView):
    """A new base, without waiting for tomorrow's."""

    template_name = "archives/ask_base.html"
    form_class = AskBaseForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = _one(actor_of(self.request), self.kwargs["programme_id"])
        return super().get_context_data(**({"archive": found, "office": office_of(actor_of(self.request))} | more))

    def perform(self, form: AskBaseForm) -> HttpResponseBase:
        found = _one(actor_of(self.request), self.kwargs["programme_id"])
        if not found.is_expected:
            raise NothingConfigured
        jobs.ask(found.programme_id, anew=True)
        messages.success(self.request, _("La base est demandée. Elle paraîtra ici une fois entière."))
        return redirect("archives:programme", programme_id=found.programme_id)
