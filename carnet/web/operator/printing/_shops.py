"""The print shops an operator works with: admitted, looked at, left."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.issuing.operations import print_shops as operations
from carnet.issuing.queries import print_shops as queries
from carnet.issuing.queries.print_shops import KEY_ENDS_SOON, PrintKeyView, PrintShopView
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.print_shop.words import KEY_STATES


def shops(request: HttpRequest) -> HttpResponse:
    """Every print shop, with the key its files are sealed for."""
    actor, at = actor_of(request), clock.now()
    found = queries.print_shops(actor, at=at)
    columns = [Column(_("Imprimeur")), Column(_("Depuis")), Column(_("Clé")), Column(_("Jusqu’au"))]
    rows = [
        [
            Cell(each.organisation, url=reverse("operator:print-shop", args=[each.id])),
            formats.day(each.admitted_at),
            _key_cell(each),
            formats.last_day(each.key.valid_until) if each.key else "–",
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Imprimeurs"), columns, rows),
        "is_empty": not found,
        "may_manage": allowed(actor.roles, "issuing.manage-print-shops"),
    }
    return render(request, "operator/printing/shops.html", context)


def _key_cell(shop: PrintShopView) -> Cell:
    if shop.ended_at is not None:
        return Cell(_("parti le %(day)s") % {"day": formats.day(shop.ended_at)}, tone="neutral")
    if shop.waiting_key is not None:
        return Cell(_("à approuver"), tone="warning")
    return Cell(_("en vigueur"), tone="success") if shop.key else Cell(_("aucune"), tone="danger")


def shop(request: HttpRequest, shop_id: int) -> HttpResponse:
    """One print shop: its key, those before, and what may be done."""
    actor = actor_of(request)
    found = queries.print_shop(actor, shop_id, at=clock.now())
    manages = allowed(actor.roles, "issuing.manage-print-shops") and found.ended_at is None
    context = {
        "shop": found,
        "rows": [
            Row(_("Travaille pour vous"), _("depuis le %(day)s") % {"day": formats.day(found.admitted_at)}),
            *([Row(_("Parti"), formats.day(found.ended_at))] if found.ended_at else []),
        ],
        "keys": keys_table(found, may_end=manages),
        "lacks_key": found.key is None and found.waiting_key is None and found.ended_at is None,
        "waiting_url": reverse("operator:print-key", args=[found.waiting_key.id]) if found.waiting_key else "",
        "may_manage": manages,
    }
    return render(request, "operator/printing/shop.html", context)


def keys_table(found: PrintShopView, *, may_end: bool) -> Table:
    """Its keys, the latest first. The fingerprint is shown whole only once agreed to: its end is what the telephone says."""
    columns = [Column(_("Clé")), Column(_("Empreinte")), Column(_("Valable")), Column(_("État")), Column(_("Fin"))]
    rows = []
    for each in found.keys:
        word, tone = KEY_STATES[each.state]
        end: Any = Cell(_("Mettre fin"), url=reverse("operator:print-key-end", args=[each.id])) if may_end and each.is_in_force else "–"
        rows.append(
            [
                Cell(_("version %(number)s") % {"number": each.version}, url=reverse("operator:print-key", args=[each.id])),
                _short(each),
                f"{formats.day(each.valid_from)} – {formats.last_day(each.valid_until)}",
                Cell(str(word), tone=tone),
                end,
            ]
        )
    return Table(_("Clés"), columns, rows, empty=_("Aucune clé."))


def _short(key: PrintKeyView) -> str:
    return f"{queries.grouped(key.fingerprint.hex()[:16])} …"


class AdmitForm(OperationForm):
    """Which print shop."""

    organisation = forms.TypedChoiceField(
        label=gettext_lazy("Imprimeur"),
        help_text=gettext_lazy("Il manque ? Enregistrez-le d’abord dans « Organisations et personnes »."),
        error_messages={"required": gettext_lazy("Choisissez un imprimeur.")},
        coerce=int,
    )

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]


class AdmitView(OperationView):
    """Work with a print shop."""

    template_name = "operator/confirm.html"
    form_class = AdmitForm

    def get_form_kwargs(self) -> dict[str, Any]:
        found = parties.organisations_registered_by(actor=actor_of(self.request), kind=OrganisationKind.PRINT_SHOP.value)
        return super().get_form_kwargs() | {"choices": [("", "–"), *((each.id, each.name) for each in found if not each.has_ended)]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {
            "title": _("Admettre un imprimeur"),
            "lead": _("Il donnera la clé pour laquelle ses fichiers sont scellés ; une autre personne que vous l’approuvera."),
            "verb": _("Admettre"),
            "kind": "",
            "cancel_url": reverse("operator:print-shops"),
        }

    def perform(self, form: AdmitForm) -> HttpResponseBase:
        given = form.cleaned_data
        shop_id = operations.admit_print_shop(
            organisation_id=given["organisation"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("L’imprimeur est admis. Il lui reste à donner sa clé."))
        return redirect("operator:print-shop", shop_id)


class EndView(OperationView):
    """Work with it no longer."""

    template_name = "operator/confirm.html"
    form_class = OperationForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = queries.print_shop(actor_of(self.request), self.kwargs["shop_id"], at=clock.now())
        return super().get_context_data(**more) | {
            "title": _("Ne plus travailler avec %(name)s ?") % {"name": found.organisation},
            "lead": _("Sa clé prend fin. Ce qu’elle a déjà imprimé ne change pas."),
            "verb": _("Mettre fin"),
            "kind": "danger",
            "cancel_url": reverse("operator:print-shop", args=[found.id]),
        }

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.end_print_shop(
            print_shop_id=self.kwargs["shop_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        messages.success(self.request, _("C’est fini."))
        return redirect("operator:print-shops")


def tasks(actor: Actor, at: datetime, *, seed_days: int) -> Iterator[Task]:
    """What the operator's morning says of printing: no key, a key that ends, spoiled booklets, secrets that should be gone."""
    if not allowed(actor.roles, "issuing.manage-print-shops"):
        return
    for each in queries.print_shops(actor, at=at):
        url = reverse("operator:print-shop", args=[each.id])
        if each.ended_at is None and each.key is None and each.waiting_key is None:
            yield Task(_("%(shop)s n’a pas encore donné sa clé") % {"shop": each.organisation}, _("Voir"), url, each.admitted_at)
        if each.key is not None and each.key.valid_until < at + KEY_ENDS_SOON and each.waiting_key is None:
            day = formats.last_day(each.key.valid_until)
            yield Task(_("La clé de %(shop)s finit le %(day)s") % {"shop": each.organisation, "day": day}, _("Voir"), url)
    for due in queries.seeds_due(days=seed_days, programme_ids=actor.programme_ids):
        if due.operator_id != actor.organisation_id:
            continue
        if due.held_count:
            title = ngettext(
                "%(count)s carnet abîmé à l’imprimerie, à refaire", "%(count)s carnets abîmés à l’imprimerie, à refaire", due.held_count
            )
            url = reverse("operator:order-print", args=[due.order_id])
            told = _("commande n° %(number)s") % {"number": due.order_id}
            yield Task(title % {"count": formats.number(due.held_count)}, _("Refaire"), url, due.printed_at, told)
        elif due.due_at <= at:
            url = reverse("operator:order-seed", args=[due.order_id])
            title = _("Le secret de la commande n° %(number)s devrait être détruit") % {"number": due.order_id}
            yield Task(title, _("Détruire"), url, due.due_at)
