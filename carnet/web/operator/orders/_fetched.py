"""What an order's page says of sealed files: for whom they were made, who took them, what the press spoiled."""

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.issuing.queries import OrderPage
from carnet.issuing.queries import print_shops as queries
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table


def sealed_table(page: OrderPage) -> Table | None:
    """The files sealed for a print shop: nobody of the operator opens them, everybody sees who took them. None without any."""
    sealed = [each for each in page.files if each.shop_organisation_id is not None]
    if not sealed:
        return None
    taken: dict[int, list[queries.FetchView]] = {}
    for fetch in queries.fetches(page.line.id):
        taken.setdefault(fetch.file_id, []).append(fetch)
    columns = [Column(_("Fichier")), Column(_("Carnets")), Column(_("SHA-256")), Column(_("Pris par l’imprimeur"))]
    rows = []
    for each in sealed:
        told = "; ".join(f"{formats.moment(one.at)}, {one.by}" for one in reversed(taken.get(each.id, [])))
        if each.deleted_at is not None:
            told = "; ".join(part for part in (told, _("détruit le %(moment)s") % {"moment": formats.moment(each.deleted_at)}) if part)
        ranks = f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}"
        rows.append([each.name, ranks, f"{each.sha256[:16]}…", told or Cell(_("pas encore"), tone="warning")])
    return Table(_("Fichiers scellés pour l’imprimeur"), columns, rows)


def spoiled_table(page: OrderPage, *, may_print: bool) -> Table | None:
    """Booklets the press damaged, and the way to give their files again. None without any."""
    found = queries.spoiled(page.line.id)
    if not found:
        return None
    columns = [Column(_("Carnets")), Column(_("Signalés le")), Column(_("État"))]
    rows = []
    for each in found:
        url = f"{reverse('operator:order-print', args=[page.line.id])}?first={each.first_rank}&last={each.last_rank}"
        waiting = Cell(_("à refaire"), url=url) if may_print else Cell(_("à refaire"), tone="warning")
        rows.append(
            [
                f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}",
                formats.moment(each.reported_at),
                Cell(_("refaits"), tone="success") if each.is_given_again else waiting,
            ]
        )
    return Table(_("Carnets abîmés à la presse"), columns, rows)
