"""Devices that accept without network, as tables: the same for the place that holds them and the operator that answers for them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.places.rules import SERVICE_BY_CODE
from carnet.redemption.queries import DeviceView, UploadedLine
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.sentences import sentence_for

Address = Callable[[int], str]


def table(found: Sequence[DeviceView], address: Address, *, empty: str) -> Table:
    """Devices, each leading to what it sent."""
    columns = [
        Column(_("Appareil")),
        Column(_("Lieu")),
        Column(_("Vu en ligne")),
        Column(_("Confirmés"), number=True),
        Column(_("Refusés"), number=True),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(each.name, url=address(each.id)),
            each.place_name,
            _seen(each.latest_seen_at),
            formats.number(each.confirmed_count),
            formats.number(each.refused_count),
            state(each),
        ]
        for each in found
    ]
    return Table(_("Appareils qui acceptent sans réseau"), columns, rows, empty=empty)


def state(device: DeviceView) -> Cell:
    """Whether what it sends is still taken."""
    return Cell(_("Révoqué"), tone="danger") if device.revoked_at else Cell(_("En service"), tone="success")


def summary(device: DeviceView) -> list[Row]:
    """What is known of one device."""
    rows = [
        Row(_("Lieu"), device.place_name),
        Row(_("Enregistré le"), formats.moment(device.enrolled_at)),
        Row(_("Vu en ligne"), _seen(device.latest_seen_at)),
        Row(_("Sans réseau, au plus"), limits(device)),
    ]
    if device.revoked_at:
        rows.append(Row(_("Révoqué le"), formats.moment(device.revoked_at)))
    if device.broken_count:
        broken = ngettext(
            "%(count)s passage ne suit pas le précédent ou n’est pas bien signé : la mémoire de l’appareil a été copiée, effacée ou modifiée.",
            "%(count)s passages ne suivent pas le précédent ou ne sont pas bien signés : la mémoire de l’appareil a été copiée, effacée ou modifiée.",
            device.broken_count,
        )
        rows.append(Row(_("À regarder"), broken % {"count": formats.number(device.broken_count)}))
    if device.beyond is not None:
        beyond = _(
            "%(count)s chèques confirmés (%(amount)s) sont arrivés d’un coup %(when)s : plus que les limites d’aujourd’hui."
            " Rien n’a été refusé pour cela. Si les limites n’ont pas été baissées depuis, l’application de cet appareil a été modifiée."
        )
        rows.append(
            Row(
                _("Au-delà des limites"),
                beyond
                % {
                    "count": formats.number(device.beyond.count),
                    "amount": formats.euros(device.beyond.cents),
                    "when": _("le %(moment)s") % {"moment": formats.moment(device.beyond.received_at)},
                },
            )
        )
    return rows


def limits(device: DeviceView) -> str:
    """How much it may accept before it is back on the network."""
    return _("%(count)s chèques, %(amount)s, %(hours)s heures") % {
        "count": formats.number(device.caps.count),
        "amount": formats.euros(device.caps.cents),
        "hours": formats.number(device.caps.hours),
    }


def sent(lines: Sequence[UploadedLine], *, redemption: Callable[[str], str] | None = None) -> Table:
    """What one device sent, and what became of it. `redemption`: the page of a redemption, where there is one."""
    columns = [
        Column(_("N°")),
        Column(_("Reçu")),
        Column(_("Leçon")),
        Column(_("Chèque"), code=True),
        Column(_("Service")),
        Column(_("Valeur"), number=True),
        Column(_("Réponse")),
        Column(_("Pourquoi")),
    ]
    return Table(
        _("Passages reçus de cet appareil"),
        columns,
        [
            [
                str(line.counter) if line.counter is not None else "–",
                formats.moment(line.received_at),
                formats.day(line.attended_on) if line.attended_on else "–",
                _voucher(line, redemption),
                _(SERVICE_BY_CODE[line.service].label) if line.service in SERVICE_BY_CODE else line.service or "–",
                formats.euros(line.value_cents) if line.value_cents is not None else "–",
                Cell(_("Refusé"), tone="danger") if line.refusal else Cell(_("Confirmé"), tone="success"),
                sentence_for(line.refusal) if line.refusal else "–",
            ]
            for line in lines
        ],
        empty=_("Cet appareil n’a encore rien envoyé."),
    )


def _voucher(line: UploadedLine, redemption: Callable[[str], str] | None) -> str | Cell:
    if line.redemption_number and redemption is not None:
        return Cell(line.voucher_serial, url=redemption(line.redemption_number))
    return line.voucher_serial or "–"


def _seen(at: datetime | None) -> str:
    return formats.moment(at) if at else _("jamais")
