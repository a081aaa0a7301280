"""The ten families of procedures that a mandate is made of. Data: a label, what it covers, examples to read aloud."""

from dataclasses import dataclass
from enum import StrEnum

from carnet.places.rules.procedures import PROCEDURES


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Family(StrEnum):
    """A kind of procedure: the person authorises one, several, or all of them."""

    PAPERS = "papers"
    FAMILY = "family"
    SOCIAL = "social"
    WORK = "work"
    HOUSING = "housing"
    TRANSPORT = "transport"
    MONEY = "money"
    JUSTICE = "justice"
    ABROAD = "abroad"
    LEISURE = "leisure"


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """What a family is called, what it covers, a few services of it. French: the door translates the label and what it covers."""

    code: Family
    label: str
    description: str
    examples: tuple[str, ...]


FAMILIES: dict[Family, FamilyFacts] = {
    each.code: each
    for each in (
        FamilyFacts(
            Family.PAPERS, _("Papiers"), _("Carte d’identité, passeport, état civil, vote"), ("service-public.fr", "ants.gouv.fr")
        ),
        FamilyFacts(Family.FAMILY, _("Famille"), _("Enfants, école, aides de la CAF ou de la MSA"), ("caf.fr", "msa.fr")),
        FamilyFacts(
            Family.SOCIAL, _("Santé et aides sociales"), _("Assurance maladie, handicap, aides"), ("ameli.fr", "mesdroitssociaux.gouv.fr")
        ),
        FamilyFacts(
            Family.WORK, _("Travail et retraite"), _("France Travail, formation, retraite"), ("francetravail.fr", "lassuranceretraite.fr")
        ),
        FamilyFacts(Family.HOUSING, _("Logement"), _("Demande de logement social, énergie"), ("demande-logement-social.gouv.fr",)),
        FamilyFacts(Family.TRANSPORT, _("Transports"), _("Permis de conduire, carte grise, amendes"), ("ants.gouv.fr", "antai.gouv.fr")),
        FamilyFacts(Family.MONEY, _("Argent et impôts"), _("Impôts, surendettement, comptes"), ("impots.gouv.fr", "banque-france.fr")),
        FamilyFacts(Family.JUSTICE, _("Justice"), _("Plainte, aide juridictionnelle, casier judiciaire"), ("justice.fr",)),
        FamilyFacts(
            Family.ABROAD, _("Étrangers en France, vivre ailleurs"), _("Titre de séjour, visa, consulat"),
            ("administration-etrangers-en-france.interieur.gouv.fr",),
        ),
        FamilyFacts(
            Family.LEISURE, _("Loisirs et associations"), _("Associations, pass Sport, permis de chasse"), ("lecompteasso.associations.gouv.fr",)
        ),
    )
}  # fmt: skip

# A use of these is told to the person, and the central bank's notice is read with them.
MONEY_FAMILIES = frozenset({Family.MONEY})

OTHER_PROCEDURE = "other"

FAMILY_OF_PROCEDURE: dict[str, Family] = {
    "register-job-seeker": Family.WORK,
    "cv": Family.WORK,
    "family-benefits": Family.FAMILY,
    "registration-certificate": Family.TRANSPORT,
    "driving-licence": Family.TRANSPORT,
    "taxes": Family.MONEY,
    "health": Family.SOCIAL,
    "messages": Family.LEISURE,
    OTHER_PROCEDURE: Family.PAPERS,
}


def procedures_of(family: Family) -> tuple[str, ...]:
    """Codes of the named procedures of a family; every family also has something else in it."""
    named = tuple(each.code for each in PROCEDURES if FAMILY_OF_PROCEDURE[each.code] is family and each.code != OTHER_PROCEDURE)
    return (*named, OTHER_PROCEDURE)
