"""From what a query says of a mandate to its papers. The doors of the helper and of the person both come here.

A paper is French whatever the language of the site, since the French prevails; another language is joined to it.
"""

from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.mandates.queries.papers import AskedPrinted, MandatePrinted
from carnet.mandates.rules import Family, ends_at
from carnet.parties import queries as parties
from carnet.web.design import formats
from carnet.web.mandate_papers.content import (
    Asked,
    House,
    OwnCode,
    Signed,
    Stopped,
    mandate_paper,
    stopped_paper,
    translation_of,
)
from carnet.web.mandate_papers.pdf import paper_pdf
from carnet.web.slips.languages import Language


def house_of(printed: AskedPrinted) -> House:
    """A structure as its papers name it; without a telephone of its own, its programme's. Raises: OrganisationUnknown."""
    card = parties.organisation(printed.organisation_id)
    phone = card.contact_phone or funding.programme(printed.programme_id).terms.phone
    address = ", ".join(each for each in (card.street, f"{card.postcode} {card.city}".strip()) if each)
    number = card.printed_number.replace(" ", formats.NO_BREAK)
    siret = _("SIRET %(number)s") % {"number": number} if card.siret else number
    return House(card.name, address, siret.replace(" ", formats.NO_BREAK), phone)


@translation.override("fr")
def mandate_pdf(printed: MandatePrinted, names: dict[int, str], *, language: str = "", own: OwnCode | None = None) -> bytes:
    """The mandate that was signed, in French and in the language asked for, else the person's, if a person has read its translation.

    `names`: of the helpers, by id. The same mandate gives the same bytes, whenever it is asked for.
    """
    words = mandate_paper(_asked(printed.asked), _signed(printed, names), translated=_translated(printed.asked, language), own=own)
    return paper_pdf(words, at=printed.signed_at)


@translation.override("fr")
def stopped_pdf(printed: MandatePrinted, names: dict[int, str], *, language: str = "", at: datetime) -> bytes:
    """The certificate of what was stopped, and of what is left at that aware moment: something must have been stopped."""
    stopped = [Stopped(each.family, each.ended_at, each.reason) for each in printed.stopped if each.ended_at and each.reason]
    left = families_left(printed, at=at)
    words = stopped_paper(_asked(printed.asked), _signed(printed, names), stopped, left, translated=_translated(printed.asked, language))
    return paper_pdf(words, at=at)


@translation.override("fr")
def draft_pdf(printed: AskedPrinted, *, language: str = "", at: datetime) -> bytes:
    """What will be signed, to read aloud together."""
    return paper_pdf(mandate_paper(_asked(printed), None, translated=_translated(printed, language)), at=at)


@translation.override("fr")
def draft_words(printed: AskedPrinted, *, language: str = "") -> dict[str, object]:
    """The same for a page: the bodies, French first."""
    return mandate_paper(_asked(printed), None, translated=_translated(printed, language))


def families_left(printed: MandatePrinted, *, at: datetime) -> tuple[Family, ...]:
    """What may still be done under the mandate at that aware moment: all of it ends on the same day."""
    if at >= ends_at(printed.asked.ends_on):
        return ()
    return tuple(each.family for each in printed.families if each.ended_at is None)


def born_words(birthdate: str) -> str:
    """A day of birth as a register knows it: with 00 where it knows no month or no day."""
    year, month, day = birthdate.split("-")
    if "00" in (month, day):
        return year if month == "00" else f"{month}/{year}"
    return formats.day(date.fromisoformat(birthdate))


def _translated(printed: AskedPrinted, language: str) -> Language | None:
    return translation_of(language or printed.language, printed.text)


def _asked(printed: AskedPrinted) -> Asked:
    return Asked(
        house=house_of(printed),
        families=printed.families,
        starts_on=printed.starts_on,
        ends_on=printed.ends_on,
        text=printed.text,
        is_paper=printed.is_paper,
        is_by_sms=printed.is_by_sms,
    )


def _signed(printed: MandatePrinted, names: dict[int, str]) -> Signed:
    return Signed(
        number=printed.number,
        person=printed.name,
        born=born_words(printed.birthdate) if printed.birthdate else "",
        helper=names.get(printed.helper_id or 0, ""),
        second_helper=names.get(printed.second_helper_id or 0, ""),
        signed_at=printed.signed_at,
        check_code=printed.check_code,
    )
