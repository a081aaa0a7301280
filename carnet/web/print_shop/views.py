"""The print shop's screens: what waits, one edition with its sealed files, the proof of printing, its key."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.issuing import operations
from carnet.issuing.operations import print_shops as keys
from carnet.issuing.queries import print_shops as queries
from carnet.issuing.queries.print_shops import GivenEdition, GivenLine, PrintShopView
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.print_shop.forms import CERTIFICATE_REFUSALS, CertificateForm, ProveForm, SpoiledForm
from carnet.web.print_shop.words import KEY_STATES


def home(request: HttpRequest) -> HttpResponse:
    """What waits today, then every edition given."""
    actor = actor_of(request)
    lines, shops = queries.given_editions(actor), queries.print_shops(actor, at=clock.now())
    context = {
        "tasks": [*_key_tasks(shops), *_edition_tasks(lines)],
        "table": _editions(lines),
        "is_empty": not lines,
        "has_operator": any(each.ended_at is None for each in shops),
    }
    return render(request, "print_shop/home.html", context)


def _key_tasks(shops: tuple[PrintShopView, ...]) -> list[Task]:
    url = reverse("print_shop:key")
    running = [each for each in shops if each.ended_at is None]
    lacking = [each for each in running if each.key is None and each.waiting_key is None]
    told = [
        Task(_("Donner votre clé à %(operator)s") % {"operator": each.operator}, _("Donner la clé"), url, each.admitted_at)
        for each in lacking
    ]
    waiting = [each for each in running if each.waiting_key is not None]
    return told + [
        Task(_("%(operator)s va vous appeler pour comparer votre clé") % {"operator": each.operator}, _("Voir l’empreinte"), url)
        for each in waiting
    ]


def _edition_tasks(lines: list[GivenLine]) -> list[Task]:
    found = []
    for each in lines:
        url = reverse("print_shop:edition", args=[each.order_id])
        if each.unfetched_count and not each.is_closed:
            title = ngettext("%(count)s fichier à prendre : %(title)s", "%(count)s fichiers à prendre : %(title)s", each.unfetched_count)
            found.append(
                Task(title % {"count": formats.number(each.unfetched_count), "title": each.title}, _("Prendre"), url, each.given_at)
            )
        elif each.printed_at is None and each.file_count and not each.is_live:
            title = ngettext("%(count)s carnet à imprimer : %(title)s", "%(count)s carnets à imprimer : %(title)s", each.booklet_count)
            found.append(Task(title % {"count": formats.number(each.booklet_count), "title": each.title}, _("Ouvrir"), url, each.given_at))
    return found


def _editions(lines: list[GivenLine]) -> Table:
    columns = [Column(_("Tirage")), Column(_("Pour")), Column(_("Carnets"), number=True), Column(_("Confié le")), Column(_("État"))]
    rows = [
        [
            Cell(f"{each.title}, n° {each.order_id}", url=reverse("print_shop:edition", args=[each.order_id])),
            each.operator,
            formats.number(each.booklet_count),
            formats.day(each.given_at),
            state_cell(each),
        ]
        for each in lines
    ]
    return Table(_("Tirages"), columns, rows)


def state_cell(line: GivenLine) -> Cell:
    """Where an edition stands at the press."""
    if line.is_closed:
        return Cell(_("terminé"), tone="neutral")
    if line.spoiled_count:
        return Cell(_("carnets abîmés à refaire"), tone="danger")
    if line.is_live:
        return Cell(_("fichiers en préparation"), tone="info")
    if line.unfetched_count:
        return Cell(_("fichiers à prendre"), tone="warning")
    return Cell(_("imprimé"), tone="success") if line.printed_at else Cell(_("à imprimer"), tone="warning")


def edition(request: HttpRequest, order_id: int) -> HttpResponse:
    """One edition: quantities, sealed files with their digests and who took them, packing, what was spoiled."""
    actor = actor_of(request)
    page = queries.given_edition(actor, order_id)
    line = page.line
    open_files = [each for each in page.files if each.deleted_at is None]
    context = {
        "edition": page,
        "state": state_cell(line),
        "jobs": [each for each in page.jobs if each.is_live],
        "rows": _rows(page),
        "files": [_file_row(each) for each in open_files],
        "old_files": _old_files(page),
        "fetches": _fetches(page),
        "spoiled": _spoiled(page),
        "boxes": _boxes(page),
        "may_prove": allowed(actor.roles, "issuing.prove-printing") and line.printed_at is None and bool(open_files) and not line.is_live,
        "may_report": allowed(actor.roles, "issuing.prove-printing") and not line.is_closed and bool(page.files),
    }
    return render(request, "print_shop/edition.html", context)


def _rows(page: GivenEdition) -> list[Row]:
    line = page.line
    counted = _("%(booklets)s carnets de %(size)s chèques de %(value)s") % {
        "booklets": formats.number(line.booklet_count), "size": formats.number(line.booklet_size),
        "value": formats.euros(page.value_cents, short=True),
    }  # fmt: skip
    rows = [
        Row(_("Pour"), line.operator),
        Row(_("Carnets"), counted),
        Row(_("Papier"), ", ".join(page.papers)),
        Row(_("Numéros"), f"{page.first_serial} – {page.last_serial}"),
    ]
    if line.printed_at is not None:
        told = _("le %(moment)s, %(who)s") % {"moment": formats.moment(line.printed_at), "who": page.print_reference}
        rows.append(Row(_("Imprimé"), told))
        if page.printed_count is not None:
            rows.append(Row(_("Carnets bons"), formats.number(page.printed_count)))
    if page.seed_destroyed_at is not None:
        rows.append(Row(_("Fichiers détruits"), formats.moment(page.seed_destroyed_at)))
    return rows


def _file_row(each: queries.GivenFile) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "ranks": f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}",
        "size": _("%(size)s Ko") % {"size": formats.number(-(-each.size_bytes // 1000))},
        "sha256": queries.grouped(each.sha256),
        "is_taken": bool(each.fetches),
        "request_id": uuid4(),
    }


def _old_files(page: GivenEdition) -> Table | None:
    gone = [each for each in page.files if each.deleted_at is not None]
    if not gone:
        return None
    columns = [Column(_("Fichier")), Column(_("Fait le")), Column(_("Détruit le"))]
    rows = [[each.name, formats.moment(each.written_at), formats.moment(each.deleted_at)] for each in gone if each.deleted_at]
    return Table(_("Fichiers détruits"), columns, rows)


def _fetches(page: GivenEdition) -> Table:
    columns = [Column(_("Quand")), Column(_("Qui")), Column(_("Fichier"))]
    taken = sorted((fetch for each in page.files for fetch in each.fetches), key=lambda fetch: fetch.at, reverse=True)
    rows = [[formats.moment(each.at), each.by, each.file] for each in taken]
    return Table(_("Qui a pris quoi"), columns, rows, empty=_("Personne n’a encore pris de fichier."))


def _spoiled(page: GivenEdition) -> Table | None:
    if not page.spoiled:
        return None
    columns = [Column(_("Carnets")), Column(_("Signalés le")), Column(_("État"))]
    rows = [
        [
            f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}",
            formats.moment(each.reported_at),
            Cell(_("refaits"), tone="success") if each.is_given_again else Cell(_("fichiers à refaire"), tone="warning"),
        ]
        for each in page.spoiled
    ]
    return Table(_("Carnets abîmés"), columns, rows)


def _boxes(page: GivenEdition) -> Table:
    columns = [
        Column(_("Colis"), number=True), Column(_("Pour")), Column(_("Adresse")), Column(_("Carnets"), number=True), Column(_("Rangs")),
        Column(_("Numéros")),
    ]  # fmt: skip
    rows = [
        [
            formats.number(each.box),
            each.place_name if each.place_name == each.to_organisation else f"{each.to_organisation}, {each.place_name}",
            each.address or "–",
            formats.number(each.booklet_count),
            f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}",
            f"{each.first_serial} – {each.last_serial}" if each.first_serial else "–",
        ]
        for each in page.packing
    ]
    return Table(_("Colis à faire"), columns, rows, empty=_("Pas de colisage : livrez tout à l’opérateur."))


def fetch(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Take one sealed file away. By POST only: it leaves a row, and a link followed by a machine must leave none."""
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid4()
    sent = operations.fetch_print_file(file_id=file_id, actor=actor_of(request), request_id=request_id, at=clock.now())
    answer = FileResponse(sent.path.open("rb"), as_attachment=True, filename=sent.name, content_type=sent.content_type)
    answer["Cache-Control"] = "no-store"
    return answer


class _OnEdition(OperationView):
    """What acts on one edition have in common."""

    template_name = "print_shop/act.html"

    @cached_property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @cached_property
    def page(self) -> GivenEdition:
        return queries.given_edition(self.actor, self.kwargs["order_id"])

    def told(self, form: Any) -> dict[str, Any]:
        return {
            "order_id": self.kwargs["order_id"], "actor": self.actor, "request_id": form.cleaned_data["request_id"], "at": clock.now(),
        }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        line = self.page.line
        rows = [Row(_("Tirage"), f"{line.title}, n° {line.order_id}"), Row(_("Carnets"), formats.number(line.booklet_count))]
        back = reverse("print_shop:edition", args=[line.order_id])
        return super().get_context_data(**({"rows": rows, "cancel_url": back, "kind": ""} | more))

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return redirect("print_shop:edition", self.kwargs["order_id"])


class ProveView(_OnEdition):
    """The proof of printing."""

    form_class = ProveForm
    refusal_fields = {"printed-quantity-wrong": "printed_count", "proof-of-printing-missing": "reference"}

    def get_initial(self) -> dict[str, Any]:
        return {"printed_count": self.page.line.booklet_count - self.page.line.spoiled_count}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Après cela, les fichiers et le secret qui les a faits sont détruits sous quelques jours.")
        return super().get_context_data(title=_("Le tirage est imprimé ?"), lead=lead, verb=_("Déclarer imprimé"), **more)

    def perform(self, form: ProveForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.prove_printing(reference=given["reference"], printed_count=given["printed_count"], **self.told(form))
        return self.done(_("C’est noté. Détruisez maintenant les fichiers ouverts chez vous."))


class SpoiledView(_OnEdition):
    """Booklets damaged at the press."""

    form_class = SpoiledForm
    refusal_fields = {"ranks-reversed": "last_rank"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("L’opérateur vous redonne les fichiers de ces carnets seulement. Détruisez les carnets abîmés : leurs codes restent bons.")
        return super().get_context_data(title=_("Signaler des carnets abîmés"), lead=lead, verb=_("Signaler"), **more)

    def perform(self, form: SpoiledForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.report_spoiled(first_rank=given["first_rank"], last_rank=given["last_rank"], **self.told(form))
        return self.done(_("C’est signalé à l’opérateur."))


def key(request: HttpRequest) -> HttpResponse:
    """The print shop's keys, one operator after the other, with the fingerprint to read on the telephone."""
    actor = actor_of(request)
    return render(request, "print_shop/key.html", {"shops": [_shop(each) for each in queries.print_shops(actor, at=clock.now())]})


def _shop(each: PrintShopView) -> dict[str, Any]:
    shown = each.waiting_key or each.key
    columns = [Column(_("Clé")), Column(_("Empreinte SHA-256")), Column(_("Valable")), Column(_("État"))]
    rows = [
        [
            _("version %(number)s") % {"number": one.version},
            one.printed_fingerprint,
            f"{formats.day(one.valid_from)} – {formats.last_day(one.valid_until)}",
            Cell(str(KEY_STATES[one.state][0]), tone=KEY_STATES[one.state][1]),
        ]
        for one in each.keys
    ]
    return {
        "operator": each.operator,
        "id": each.id,
        "has_ended": each.ended_at is not None,
        "waits": each.waiting_key is not None,
        "fingerprint": shown.printed_fingerprint if shown else "",
        "table": Table(_("Clés"), columns, rows, empty=_("Aucune clé donnée.")),
        "may_offer": each.ended_at is None and each.waiting_key is None,
        "in_force_id": each.key.id if each.key else None,
    }


class OfferView(OperationView):
    """Give the certificate of a key to one operator."""

    template_name = "print_shop/offer.html"
    form_class = CertificateForm
    refusal_fields = CERTIFICATE_REFUSALS

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(shop=queries.print_shop(actor_of(self.request), self.kwargs["shop_id"], at=clock.now()), **more)

    def perform(self, form: CertificateForm) -> HttpResponseBase:
        given = form.cleaned_data
        keys.propose_print_key(
            print_shop_id=self.kwargs["shop_id"], content=given["certificate"].read(), actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Votre clé est donnée. Quelqu’un va vous appeler pour comparer son empreinte."))
        return redirect("print_shop:key")


class EndKeyView(OperationView):
    """End one's own key: lost, or seen by somebody else."""

    template_name = "print_shop/act.html"
    form_class = OperationForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = queries.print_key(actor_of(self.request), self.kwargs["key_id"], at=clock.now())
        return super().get_context_data(
            title=_("Mettre fin à cette clé ?"), lead=_("Plus aucun fichier ne sera scellé pour elle. Prévenez aussi l’opérateur."),
            verb=_("Mettre fin"), kind="danger", rows=[Row(_("Empreinte"), found.printed_fingerprint)], cancel_url=reverse("print_shop:key"),
            **more,
        )  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        told = {"key_id": self.kwargs["key_id"], "actor": actor_of(self.request)}
        keys.end_print_key(request_id=form.cleaned_data["request_id"], at=clock.now(), **told)
        messages.success(self.request, _("La clé est finie. Donnez-en une autre."))
        return redirect("print_shop:key")
