"""When places are paid next, and how long they waited, in words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.settlement import queries
from carnet.web.design import formats
from carnet.web.design.components import Column, Figure, Table


def calendar_table(due: Sequence[queries.DueNext]) -> Table:
    """What is paid next: each period to come, or each payment asked for."""
    columns = [Column(_("Payé le")), Column(_("Programme")), Column(_("Pour quoi")), Column(_("Décompte possible le"))]
    lines: list[tuple[date, list[Any]]] = []
    for each in due:
        for period in each.periods:
            words = _("chèques acceptés jusqu’au %(day)s") % {"day": formats.last_day(period.until)}
            lines.append(
                (period.payable_on, [formats.weekday(period.payable_on), each.programme, words, formats.moment(period.countable_at)])
            )
        for asked in each.asked:
            words = _("demandé par %(payee)s : %(amount)s") % {"payee": asked.payee, "amount": formats.euros(asked.cents)}
            lines.append((asked.payable_on, [formats.weekday(asked.payable_on), each.programme, words, "–"]))
    return Table(
        _("À payer ensuite"), columns, [row for _day, row in sorted(lines, key=lambda line: line[0])], empty=_("Rien n’est attendu.")
    )


def delay_figure(programme: funding.ProgrammeFacts) -> Figure:
    """How long a programme's places waited."""
    delay = queries.delay_achieved(programme_id=programme.id)
    value = "–" if delay.median_days is None else _("%(days)s jours") % {"days": formats.number(delay.median_days)}
    return Figure(value, programme.name, delay_words(delay))


def delay_words(delay: queries.Delay) -> str:
    """The slowest, and the share paid by the day announced."""
    words = [_("la moitié des chèques est payée dans ce délai")]
    if delay.slowest_days is not None:
        words.append(_("le plus lent : %(days)s jours") % {"days": formats.number(delay.slowest_days)})
    if delay.promised_count:
        kept = formats.basis_points(delay.kept_count * 100_00 // delay.promised_count)
        words.append(_("payés au jour annoncé ou avant : %(share)s") % {"share": kept})
    return ", ".join(words)
