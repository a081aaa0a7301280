"""What people come for, in their own words: an administration's procedure, a CV, a message. Data shared by the desk, lessons and mandates.

One line says which family it belongs to, which service of the catalogue teaches it, and whether an administration answers it: what it
answers, somebody may also do for a person who cannot (a mandate, later).
"""

from dataclasses import dataclass
from enum import StrEnum

from carnet.places.rules.refusals import ProcedureUnknown


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Family(StrEnum):
    """The part of life a procedure belongs to."""

    WORK = "work"
    FAMILY = "family"
    TRAVEL = "travel"
    MONEY = "money"
    HEALTH = "health"
    EVERYDAY = "everyday"


FAMILY_LABELS = {
    Family.WORK: _("Travail"),
    Family.FAMILY: _("Famille"),
    Family.TRAVEL: _("Transports"),
    Family.MONEY: _("Argent, impôts"),
    Family.HEALTH: _("Santé"),
    Family.EVERYDAY: _("Vie de tous les jours"),
}


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something a person wants to be able to do.

    `label` is French, an infinitive; `service` the code of the catalogue that teaches it, "" when nothing names it; `is_official` when an
    administration answers it.
    """

    code: str
    family: Family
    label: str
    service: str
    is_official: bool


PROCEDURES: tuple[Procedure, ...] = (
    Procedure("register-job-seeker", Family.WORK, _("M’inscrire à France Travail"), "job-search", is_official=True),
    Procedure("cv", Family.WORK, _("Faire un CV"), "cv", is_official=False),
    Procedure("family-benefits", Family.FAMILY, _("Demander une aide de la CAF ou de la MSA"), "rights", is_official=True),
    Procedure("registration-certificate", Family.TRAVEL, _("Faire une carte grise"), "online-procedures", is_official=True),
    Procedure("driving-licence", Family.TRAVEL, _("Demander un permis de conduire"), "online-procedures", is_official=True),
    Procedure("taxes", Family.MONEY, _("Déclarer ou payer mes impôts"), "online-procedures", is_official=True),
    Procedure("health", Family.HEALTH, _("Me soigner : Ameli, rendez-vous"), "health", is_official=True),
    Procedure("messages", Family.EVERYDAY, _("Écrire un mail, appeler mes proches"), "mailbox", is_official=False),
    Procedure("other", Family.EVERYDAY, _("Autre chose"), "", is_official=False),
)
PROCEDURE_BY_CODE = {each.code: each for each in PROCEDURES}


def procedure(code: str) -> Procedure:
    """The procedure that has this code. Raises: ProcedureUnknown."""
    try:
        return PROCEDURE_BY_CODE[code]
    except KeyError:
        raise ProcedureUnknown(procedure=code) from None


def checked_procedures(codes: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The codes in the list's order, once each. Raises: ProcedureUnknown."""
    wanted = {procedure(code).code for code in codes}
    return tuple(each.code for each in PROCEDURES if each.code in wanted)
