"""Programmes to start from. Their words are data an operator edits, hence French whatever the screen's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carnet.funding.rules._refusals import TemplateUnknown
from carnet.funding.rules._states import PaymentFrequency
from carnet.funding.rules._terms import ProgrammeTerms
from carnet.funding.rules._windows import Windows
from carnet.kernel.periods import add_months, start_of_day


@dataclass(frozen=True, slots=True)
class _Template:
    name: str
    perimeter: tuple[str, ...]
    public: str
    hand_over_months: int
    printed_months: int | None
    months_after_hand_over: int | None
    booklet_size: int
    print_notice: str
    voucher_value_cents: int = 10_00
    grace_days: int = 31


TEMPLATES: dict[str, _Template] = {
    # A metropolis: booklets of 5, handed out for a year, all good until one same day.
    "nantes": _Template(
        name="Pass numérique de Nantes Métropole",
        perimeter=("244400404", "44"),
        public="Personnes peu à l’aise avec l’ordinateur et internet, orientées par une association ou un guichet public",
        hand_over_months=12,
        printed_months=12,
        months_after_hand_over=None,
        booklet_size=5,
        print_notice="Ce chèque paie une leçon ou une aide au numérique. Il est gratuit. "
        "Il ne peut être ni vendu, ni échangé contre de l’argent.",
    ),
    # A department: bigger booklets, good for six months from the day each person gets hers.
    "departement": _Template(
        name="Pass numérique du département",
        perimeter=("44",),
        public="Habitantes et habitants éloignés du numérique, en priorité en recherche d’emploi et peu diplômés",
        hand_over_months=10,
        printed_months=None,
        months_after_hand_over=6,
        booklet_size=10,
        print_notice="Ce chèque paie une leçon ou une aide au numérique, pendant six mois à partir du jour où vous le recevez. "
        "Il est gratuit.",
    ),
}


def template_terms(template: str, *, first_day: date, service_codes: Sequence[str], name: str = "", phone: str = "") -> ProgrammeTerms:
    """The terms of a programme opening on `first_day`, from a shipped template.

    Raises: TemplateUnknown.
    """
    chosen = TEMPLATES.get(template)
    if chosen is None:
        raise TemplateUnknown(template=template)
    printed_until = start_of_day(add_months(first_day, chosen.printed_months)) if chosen.printed_months else None
    return ProgrammeTerms(
        name=name or chosen.name,
        perimeter=chosen.perimeter,
        public=chosen.public,
        voucher_value_cents=chosen.voucher_value_cents,
        booklet_size=chosen.booklet_size,
        service_codes=tuple(service_codes),
        undo_window_minutes=60,
        windows=Windows(
            hand_over_from=start_of_day(first_day),
            hand_over_until=start_of_day(add_months(first_day, chosen.hand_over_months)),
            printed_until=printed_until,
            months_after_hand_over=chosen.months_after_hand_over,
            grace_days=chosen.grace_days,
        ),
        payment_frequency=PaymentFrequency.MONTHLY,
        phone=phone,
        print_title=name or chosen.name,
        print_notice=chosen.print_notice,
    )
