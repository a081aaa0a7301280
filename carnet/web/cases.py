"""Cases in words, the same for the place that is asked, the operator that asks and whoever audits. Nothing accuses before a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.controls.queries.cases import CaseLine, CasePage, InQuestion, Step
from carnet.controls.rules.cases import CaseState, Decision, StepKind, Wish
from carnet.kernel.periods import legal_day
from carnet.redemption import queries as redemption
from carnet.redemption.rules import redemption_number
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table

PASSAGES_PER_PAGE = 100
STATES = {
    CaseState.OPEN: (gettext_lazy("Réponse du lieu attendue"), "info"),
    CaseState.HEARD: (gettext_lazy("Le lieu a répondu"), "warning"),
    CaseState.DECIDED: (gettext_lazy("Décidé"), "info"),
    CaseState.APPEALED: (gettext_lazy("Recours à traiter"), "danger"),
    CaseState.APPEAL_DECIDED: (gettext_lazy("Recours traité"), "info"),
    CaseState.CLOSED: (gettext_lazy("Fini"), "neutral"),
}
# What a place reads of the same states.
OWN_STATES = STATES | {
    CaseState.OPEN: (gettext_lazy("Votre réponse est attendue"), "warning"),
    CaseState.HEARD: (gettext_lazy("Vous avez répondu"), "info"),
    CaseState.APPEALED: (gettext_lazy("Recours en cours"), "info"),
}
DECISIONS = {
    Decision.RELEASE: gettext_lazy("Rien n’est repris"),
    Decision.PARTLY: gettext_lazy("Une partie est reprise"),
    Decision.RECOVER: gettext_lazy("Tout est repris"),
}
WISHES = {
    Wish.WRITTEN: gettext_lazy("Ma réponse écrite suffit"),
    Wish.CALL: gettext_lazy("Je voudrais un appel"),
    Wish.MEETING: gettext_lazy("Je voudrais un rendez-vous"),
}
STEPS = {
    StepKind.OPENED: gettext_lazy("Question posée au lieu"),
    StepKind.HELD: gettext_lazy("Paiements mis en attente"),
    StepKind.RELEASED: gettext_lazy("Paiements libérés"),
    StepKind.RELEASED_BY_ITSELF: gettext_lazy("Délai passé : paiements libérés d’eux-mêmes"),
    StepKind.REMINDED: gettext_lazy("Rappel envoyé au lieu"),
    StepKind.ANSWERED: gettext_lazy("Réponse du lieu"),
    StepKind.NOTED: gettext_lazy("Ce qui a été dit de vive voix"),
    StepKind.PAPER_ADDED: gettext_lazy("Papier joint par le lieu"),
    StepKind.DECIDED: gettext_lazy("Décision"),
    StepKind.APPEALED: gettext_lazy("Recours du lieu"),
    StepKind.APPEAL_DECIDED: gettext_lazy("Réponse au recours"),
    StepKind.RECOVERED: gettext_lazy("Montants repris"),
    StepKind.CLOSED: gettext_lazy("Dossier fini"),
}
ROAD = (gettext_lazy("Question"), gettext_lazy("Réponse"), gettext_lazy("Décision"), gettext_lazy("Recours"), gettext_lazy("Fini"))
_ON_THE_ROAD = {
    CaseState.OPEN: 1,
    CaseState.HEARD: 2,
    CaseState.DECIDED: 3,
    CaseState.APPEALED: 4,
    CaseState.APPEAL_DECIDED: 4,
    CaseState.CLOSED: 5,
}


def road(state: CaseState) -> tuple[list[str], int]:
    """The steps of a case, and where it is, counted from 1."""
    return [str(word) for word in ROAD], _ON_THE_ROAD[state]


def last_day(until: datetime) -> str:
    """The last day before an exclusive end."""
    return formats.day(legal_day(until - timedelta(microseconds=1)))


def days(page: CasePage) -> str:
    """The days a case is about."""
    first, last = legal_day(page.since), legal_day(page.until - timedelta(microseconds=1))
    if first == last:
        return formats.day(first)
    return _("du %(first)s au %(last)s") % {"first": formats.day(first), "last": formats.day(last)}


def counted(voucher_count: int, cents: int) -> str:
    """*10 chèques, 100 €*."""
    words = ngettext("%(count)s chèque, %(amount)s", "%(count)s chèques, %(amount)s", voucher_count)
    return words % {"count": formats.number(voucher_count), "amount": formats.euros(cents)}


def final(line: CaseLine) -> Decision | None:
    """What stands: the appeal's answer, else the decision."""
    return line.appeal_decision or line.decision


def step_words(step: Step) -> tuple[str, str]:
    """One gesture: its name, with the sum it moved if any."""
    name = str(STEPS[step.kind])
    return (f"{name} ({formats.euros(step.cents)})" if step.cents else name), formats.moment(step.at)


def passages(request: HttpRequest, lines: Sequence[InQuestion], caption: str) -> tuple[Table, Page[InQuestion] | None]:
    """The redemptions a case is about, the oldest first, a page at a time; the place reads each on its own page of it."""
    page = Paginator(lines, PASSAGES_PER_PAGE).get_page(request.GET.get("page"))
    columns = [Column(_("Chèque"), code=True), Column(_("Accepté le")), Column(_("Valeur"), number=True), Column(_("Décision"))]
    rows = [
        [
            Cell(redemption.serial_of(each.key[0], each.key[1]), url=_own_page(each)),
            formats.moment(each.redeemed_at),
            formats.euros(each.cents),
            verdict(each),
        ]
        for each in page
    ]
    return Table(caption, columns, rows), page if page.paginator.num_pages > 1 else None


def _own_page(each: InQuestion) -> str:
    number = redemption_number(series_id=each.key[0], voucher_id=each.key[1], generation=each.key[2])
    return reverse("place:redemption", args=[number])


def verdict(each: InQuestion) -> Cell | str:
    """What was decided of one redemption."""
    if each.taken_back is None:
        return "–"
    return Cell(_("repris"), tone="warning") if each.taken_back else Cell(_("payé"), tone="success")
