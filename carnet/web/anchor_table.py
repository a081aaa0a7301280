"""The lines said outside, as the public, auditors and operators see them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.continuity.queries.anchors import AnchorView, Sent
from carnet.web.design import formats
from carnet.web.design.components import Column, Table

WAYS = {"file": gettext_lazy("fichier"), "mail": gettext_lazy("lettres"), "timestamp": gettext_lazy("horodatage")}


def anchor_table(found: Sequence[AnchorView]) -> Table:
    """One line a day, the latest first: its words, its digest, where it went."""
    columns = [Column(_("Ligne")), Column(_("Jour")), Column(_("En dix mots")), Column(_("Empreinte (SHA-256)")), Column(_("Sortie par"))]
    rows = [[str(each.line.number), _day(each), each.line.words, each.line.digest, _where(each.sent)] for each in found]
    return Table(_("Dernières lignes sorties"), columns, rows, empty=_("Aucune ligne n’est encore sortie."))


def _day(each: AnchorView) -> str:
    told = formats.day(each.line.day)
    lost = each.line.number - each.line.resumes - 1
    if not lost:
        return told
    words = ngettext(
        "%(day)s, copie ancienne remise : %(lost)d ligne perdue", "%(day)s, copie ancienne remise : %(lost)d lignes perdues", lost
    )
    return words % {"day": told, "lost": lost}


def _where(sent: Sequence[Sent]) -> str:
    return ", ".join(str(WAYS[each.way]) for each in sent) or _("nulle part encore")
