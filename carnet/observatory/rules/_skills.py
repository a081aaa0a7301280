"""The European digital-skills indicator in both its editions: what is asked, and the level that follows. Data and pure functions.

What somebody did stands for what somebody can do: activities of the last months, yes or no, by domain. 2015-2019: four domains, the edition behind
"38 % of users lack at least one basic skill"; from 2021: five. The two make two series, never one (docs/sources/digital-skills.md#break).
Source: Eurostat, isoc_sk_dskl_i and isoc_sk_dskl_i21 (docs/sources/digital-skills.md#indicator).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Edition(StrEnum):
    """Which rules: named by the first year they were published for."""

    FOUR_DOMAINS = "2015"
    FIVE_DOMAINS = "2021"


class SkillDomain(StrEnum):
    """A part of the indicator. SOFTWARE is of 2015 only; CONTENT and SAFETY of 2021 only."""

    INFORMATION = "INFORMATION"
    COMMUNICATION = "COMMUNICATION"
    PROBLEM_SOLVING = "PROBLEM_SOLVING"
    SOFTWARE = "SOFTWARE"
    CONTENT = "CONTENT"
    SAFETY = "SAFETY"


class SkillLevel(StrEnum):
    """What is reached in one domain."""

    NONE = "NONE"
    BASIC = "BASIC"
    ABOVE = "ABOVE"


class OverallLevel(StrEnum):
    """What is reached over all domains. LIMITED and NARROW are of 2021 only.

    NOT_ASSESSED: no internet in the last three months; counted among everybody, never among users. UNSAID: whether internet was used is not
    known, so that nothing is: counted nowhere, and said apart.
    """

    ABOVE = "ABOVE"
    BASIC = "BASIC"
    LOW = "LOW"
    NARROW = "NARROW"
    LIMITED = "LIMITED"
    NONE = "NONE"
    NOT_ASSESSED = "NOT_ASSESSED"
    UNSAID = "UNSAID"


class Said(StrEnum):
    """An answer. A question left out is UNKNOWN."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"


class Part(StrEnum):
    """Which list of its domain an activity belongs to: two domains of 2015 have an easier and a harder list, or two kinds."""

    ONLY = "ONLY"
    A = "A"
    B = "B"


class Base(StrEnum):
    """Whom a percentage is of."""

    EVERYBODY = "EVERYBODY"  # Eurostat's PC_IND: those who used no internet are counted
    USERS = "USERS"  # Eurostat's PC_IND_IU3: internet in the last three months


@dataclass(frozen=True, slots=True)
class SkillItem:
    """One activity. `label`: as the indicator names it; `plain`: as it is asked, after *Have you…*; `months`: how far back one looks.

    The same `key` in both editions is the same activity.
    """

    key: str
    label: str
    plain: str
    months: int = 3
    part: Part = Part.ONLY


@dataclass(frozen=True, slots=True)
class SkillRule:
    """One domain of one edition: its activities, and how many make a level.

    `above_count` activities are above basic, one is basic; 0 when the two lists decide instead: `needs_both` lists, or any of list B.
    """

    domain: SkillDomain
    items: tuple[SkillItem, ...]
    above_count: int = 0
    needs_both: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one person's answers come to. `domains` is empty when nothing could be assessed."""

    edition: Edition
    overall: OverallLevel
    domains: Mapping[SkillDomain, SkillLevel]

    @property
    def is_assessed(self) -> bool:
        """Whether internet was used in the last three months, so that there are levels."""
        return bool(self.domains)

    @property
    def is_basic(self) -> bool:
        """Basic or above in every domain: the share that is published most."""
        return self.overall in (OverallLevel.BASIC, OverallLevel.ABOVE)

    @property
    def reached_count(self) -> int:
        """In how many domains at least the basic level is reached."""
        return sum(level is not SkillLevel.NONE for level in self.domains.values())

    def lacks(self, domain: SkillDomain) -> bool | None:
        """Whether a user lacks the basic skill of a domain; None when not assessed. Source: Insee Première 1780."""
        return self.domains[domain] is SkillLevel.NONE if self.domains else None

    @property
    def lacks_one(self) -> bool | None:
        """Whether a user lacks at least one basic skill; None when not assessed. Source: Insee Première 1780, "38 %"."""
        return not self.is_basic if self.domains else None


# Activities of both editions, once.
_GOODS = SkillItem("goods", _("Chercher des informations sur des biens ou des services"), _("cherché un prix ou un produit ?"))
_HEALTH = SkillItem("health", _("Chercher des informations sur la santé"), _("cherché une information sur la santé ?"))
_MAIL = SkillItem("mail", _("Envoyer ou recevoir des courriels"), _("envoyé ou reçu un mail ?"))
_CALLS = SkillItem(
    "calls", _("Téléphoner ou faire des appels vidéo par internet"), _("appelé quelqu’un par internet, avec ou sans image ?")
)
_NETWORKS = SkillItem("networks", _("Participer à des réseaux sociaux"), _("lu ou écrit sur un réseau social, comme Facebook ?"))
_COPYING = SkillItem("copying", _("Copier ou déplacer des fichiers ou des dossiers"), _("copié ou déplacé un fichier ?"))
_WORDS = SkillItem("words", _("Utiliser un traitement de texte"), _("écrit un texte avec un logiciel, comme Word ?"))
_SHEETS = SkillItem("sheets", _("Utiliser un tableur"), _("rempli un tableau avec un logiciel, comme Excel ?"))
_PICTURES = SkillItem("pictures", _("Modifier des photos, des vidéos ou du son"), _("retouché une photo, une vidéo ou un son ?"))
_COMBINED = SkillItem(
    "combined",
    _("Créer un document ou une présentation réunissant texte, images, tableaux ou graphiques"),
    _("fait un document avec du texte et des images ?"),
)
_FORMULAS = SkillItem(
    "formulas",
    _("Utiliser les fonctions avancées d’un tableur (tri, filtre, formules, graphiques)"),
    _("trié ou calculé dans un tableau ?"),
)
_CODE = SkillItem("code", _("Écrire du code dans un langage de programmation"), _("écrit un programme informatique ?"))
_INSTALLING = SkillItem("installing", _("Installer des logiciels ou des applications"), _("installé une application ou un logiciel ?"))
_SETTINGS = SkillItem(
    "settings", _("Modifier les paramètres d’un logiciel, d’une application ou d’un appareil"), _("changé un réglage de votre appareil ?")
)
_BUYING = SkillItem("buying", _("Acheter en ligne (12 derniers mois)"), _("acheté quelque chose sur internet, depuis un an ?"), months=12)
_SELLING = SkillItem("selling", _("Vendre en ligne"), _("vendu quelque chose sur internet ?"))
_LEARNING = SkillItem(
    "learning", _("Utiliser des ressources de formation en ligne"), _("appris quelque chose avec un cours sur internet ?")
)
_BANKING = SkillItem("banking", _("Utiliser la banque en ligne"), _("regardé vos comptes sur le site de votre banque ?"))


def _listed(part: Part, *items: SkillItem, months: int = 0) -> tuple[SkillItem, ...]:
    """The activities as members of a list of their domain, over `months` when their edition asks them over longer."""
    return tuple(SkillItem(item.key, item.label, item.plain, months or item.months, part) for item in items)


# Source: docs/sources/digital-skills.md#four-domains. Tasks done with a computer are asked over twelve months, uses of internet over three.
_STORING = SkillItem("storing", _("Enregistrer des fichiers sur un espace de stockage en ligne"), _("gardé des fichiers sur internet ?"))
_AUTHORITIES = SkillItem(
    "authorities",
    _("Obtenir des informations de sites d’administrations"),
    _("cherché une information sur le site d’une administration ?"),
    12,
)
_UPLOADING = SkillItem(
    "uploading", _("Mettre en ligne un contenu que l’on a créé"), _("mis sur internet un texte, une photo ou une vidéo ?")
)
_TRANSFERRING = SkillItem(
    "transferring", _("Transférer des fichiers entre ordinateurs ou autres appareils"), _("passé un fichier d’un appareil à un autre ?")
)
_FOUR = (
    SkillRule(SkillDomain.INFORMATION, (*_listed(Part.ONLY, _COPYING, months=12), _STORING, _AUTHORITIES, _GOODS, _HEALTH), above_count=2),
    SkillRule(SkillDomain.COMMUNICATION, (_MAIL, _NETWORKS, _CALLS, _UPLOADING), above_count=2),
    SkillRule(
        SkillDomain.PROBLEM_SOLVING,
        (
            *_listed(Part.A, _TRANSFERRING, _INSTALLING, _SETTINGS, months=12),
            *_listed(Part.B, _BUYING, _SELLING, _LEARNING, _BANKING),
        ),
        needs_both=True,
    ),
    SkillRule(
        SkillDomain.SOFTWARE,
        (*_listed(Part.A, _WORDS, _SHEETS, _PICTURES, months=12), *_listed(Part.B, _COMBINED, _FORMULAS, _CODE, months=12)),
    ),
)

# Source: docs/sources/digital-skills.md#five-domains.
_NEWS = SkillItem("news", _("Lire les actualités en ligne"), _("lu les nouvelles sur internet ?"))
_CHECKING = SkillItem(
    "checking", _("Vérifier la véracité d’une information trouvée en ligne"), _("vérifié qu’une nouvelle sur internet était vraie ?")
)
_MESSAGES = SkillItem("messages", _("Utiliser une messagerie instantanée"), _("écrit un message, par exemple avec WhatsApp ?"))
_OPINIONS = SkillItem(
    "opinions", _("Exprimer une opinion civique ou politique en ligne"), _("donné votre avis sur la vie publique, sur internet ?")
)
_VOTING = SkillItem(
    "voting", _("Participer à une consultation ou à un vote en ligne"), _("répondu à une consultation, ou voté, sur internet ?")
)
_SECURE = SkillItem("secure", _("Vérifier que le site où l’on donne ses données est sécurisé"), _("vérifié qu’un site était sûr ?"))
_PRIVACY = SkillItem("privacy", _("Lire une politique de confidentialité"), _("lu ce qu’un site ferait de vos informations ?"))
_LOCATION = SkillItem("location", _("Restreindre l’accès à sa position géographique"), _("empêché un site de savoir où vous êtes ?"))
_PROFILE = SkillItem("profile", _("Limiter l’accès à son profil ou à ses contenus sur un réseau social"), _("choisi qui voit vos pages ?"))
_ADVERTISING = SkillItem(
    "advertising",
    _("Refuser l’usage de ses données à des fins publicitaires"),
    _("refusé de donner vos informations pour de la publicité ?"),
)
_COOKIES = SkillItem(
    "cookies", _("Modifier les réglages de son navigateur contre les cookies"), _("changé un réglage pour refuser les cookies ?")
)
_JOBS = SkillItem("jobs", _("Chercher un emploi ou postuler en ligne"), _("cherché un travail sur internet ?"))
_FIVE = (
    SkillRule(SkillDomain.INFORMATION, (_GOODS, _HEALTH, _NEWS, _CHECKING), above_count=2),
    SkillRule(SkillDomain.COMMUNICATION, (_MAIL, _CALLS, _MESSAGES, _NETWORKS, _OPINIONS, _VOTING), above_count=2),
    SkillRule(SkillDomain.CONTENT, (_WORDS, _SHEETS, _PICTURES, _COPYING, _COMBINED, _FORMULAS, _CODE), above_count=3),
    SkillRule(SkillDomain.SAFETY, (_SECURE, _PRIVACY, _LOCATION, _PROFILE, _ADVERTISING, _COOKIES), above_count=3),
    SkillRule(SkillDomain.PROBLEM_SOLVING, (_INSTALLING, _SETTINGS, _BUYING, _SELLING, _LEARNING, _BANKING, _JOBS), above_count=3),
)

SKILL_RULES: Mapping[Edition, tuple[SkillRule, ...]] = {Edition.FOUR_DOMAINS: _FOUR, Edition.FIVE_DOMAINS: _FIVE}
SKILL_DOMAIN_LABELS = {
    SkillDomain.INFORMATION: _("S’informer"),
    SkillDomain.COMMUNICATION: _("Communiquer"),
    SkillDomain.PROBLEM_SOLVING: _("Se débrouiller"),
    SkillDomain.SOFTWARE: _("Utiliser des logiciels"),
    SkillDomain.CONTENT: _("Créer et ranger"),
    SkillDomain.SAFETY: _("Se protéger"),
}
_LOW_OF_FIVE = {4: OverallLevel.LOW, 3: OverallLevel.NARROW, 2: OverallLevel.LIMITED}


def domains_of(edition: Edition) -> tuple[SkillDomain, ...]:
    """The domains of an edition, in its order."""
    return tuple(rule.domain for rule in SKILL_RULES[edition])


def items_of(edition: Edition) -> tuple[SkillItem, ...]:
    """Every activity of an edition, in the order they are asked: 22 in 2015, 30 in 2021."""
    return tuple(item for rule in SKILL_RULES[edition] for item in rule.items)


def level_of(rule: SkillRule, answers: Mapping[str, Said]) -> SkillLevel:
    """The level reached in one domain. An activity not said to be done is not counted: only *yes* is.

    Source: docs/sources/digital-skills.md#four-domains and #five-domains.
    """
    done = [item.part for item in rule.items if answers.get(item.key) is Said.YES]
    if not done:
        return SkillLevel.NONE
    lists_say_above = Part.B in done and (Part.A in done or not rule.needs_both)
    is_above = len(done) >= rule.above_count if rule.above_count else lists_say_above
    return SkillLevel.ABOVE if is_above else SkillLevel.BASIC


def overall_of(edition: Edition, levels: Mapping[SkillDomain, SkillLevel]) -> OverallLevel:
    """The level over all the domains of an edition, for somebody who used internet. Source: docs/sources/digital-skills.md#overall."""
    reached_count = sum(level is not SkillLevel.NONE for level in levels.values())
    if all(level is SkillLevel.ABOVE for level in levels.values()):
        return OverallLevel.ABOVE
    if reached_count == len(SKILL_RULES[edition]):
        return OverallLevel.BASIC
    if edition is Edition.FIVE_DOMAINS:
        return _LOW_OF_FIVE.get(reached_count, OverallLevel.NONE)
    return OverallLevel.LOW if reached_count else OverallLevel.NONE


def assess(edition: Edition, answers: Mapping[str, Said], *, used_internet: Said) -> Assessment:
    """What the answers come to by the published rules.

    `used_internet`: in the last three months; *no* ends it, whatever else was answered, as the survey does by asking nothing more. When it is
    not known, an activity done within three months says yes; without one nothing is assessed. Don't know and refused count as not done.
    Source: docs/sources/digital-skills.md#not-assessed.
    """
    if used_internet is Said.NO:
        return Assessment(edition, OverallLevel.NOT_ASSESSED, {})
    if used_internet is not Said.YES and not any(answers.get(item.key) is Said.YES and item.months == 3 for item in items_of(edition)):
        return Assessment(edition, OverallLevel.UNSAID, {})
    levels = {rule.domain: level_of(rule, answers) for rule in SKILL_RULES[edition]}
    return Assessment(edition, overall_of(edition, levels), levels)


def least_and_most(edition: Edition, answers: Mapping[str, Said], *, used_internet: Said) -> tuple[Assessment, Assessment]:
    """What the answers come to when everything not said was not done, and when it was: equal, the silence changes nothing."""
    kept = {item.key: answers.get(item.key, Said.UNKNOWN) for item in items_of(edition)}
    filled = {key: said if said is Said.NO else Said.YES for key, said in kept.items()}
    used = used_internet if used_internet in (Said.YES, Said.NO) else Said.YES
    return assess(edition, kept, used_internet=used_internet), assess(edition, filled, used_internet=used)


def share(assessments: Iterable[Assessment], *levels: OverallLevel, base: Base = Base.EVERYBODY) -> Fraction | None:
    """The exact share of `levels` among everybody or among users; None of nobody. UNSAID is in no denominator.

    Source: docs/sources/digital-skills.md#denominators.
    """
    counted = [one for one in assessments if one.overall is not OverallLevel.UNSAID and (base is Base.EVERYBODY or one.is_assessed)]
    return Fraction(sum(one.overall in levels for one in counted), len(counted)) if counted else None


def is_illectronism(assessment: Assessment, *, used_in_year: bool) -> bool | None:
    """INSEE's *illectronisme*: no internet in the year, or a user without basic skills; None when it cannot be said.

    2019: lacking all four domains (Insee Première 1780). 2021: lacking at least four of five (1953). Somebody who used internet in the year but
    not in the last three months is not counted by the first, is by the second: 15.4 % = 13.9 % without internet for three months + 1.5 %.
    Source: docs/sources/digital-skills.md#illectronisme.
    """
    if not used_in_year:
        return True
    if assessment.overall is OverallLevel.UNSAID:
        return None
    if assessment.overall is OverallLevel.NOT_ASSESSED:
        return assessment.edition is Edition.FIVE_DOMAINS
    return assessment.overall is OverallLevel.NONE
