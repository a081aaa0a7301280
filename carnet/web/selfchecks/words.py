"""What a self-check says, in kind words: never a mark, never a word of what was lost."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.observatory.queries.selfchecks import CheckStory
from carnet.observatory.rules import SKILL_DOMAIN_LABELS, Assessment, Edition, Said, SkillDomain, SkillItem, SkillLevel, domains_of
from carnet.observatory.rules.selfchecks import AgeOfTables, Mode, Moment

# The site's own drawing beside each part.
PICTURES = {
    SkillDomain.INFORMATION: "search",
    SkillDomain.COMMUNICATION: "mail",
    SkillDomain.CONTENT: "paper",
    SkillDomain.SOFTWARE: "computer",
    SkillDomain.SAFETY: "lock",
    SkillDomain.PROBLEM_SOLVING: "help",
}
ANSWERS = {Said.YES: gettext_lazy("Oui"), Said.NO: gettext_lazy("Non"), Said.UNKNOWN: gettext_lazy("Je ne sais pas")}
AGES = {
    AgeOfTables.FROM_16_TO_24: gettext_lazy("16 à 24 ans"),
    AgeOfTables.FROM_25_TO_54: gettext_lazy("25 à 54 ans"),
    AgeOfTables.FROM_55_TO_74: gettext_lazy("55 à 74 ans"),
    AgeOfTables.OLDER: gettext_lazy("75 ans et plus"),
    AgeOfTables.NOT_SAID: gettext_lazy("Je préfère ne pas le dire"),
}
MOMENTS = {
    Moment.BEFORE: gettext_lazy("Avant les leçons"),
    Moment.AFTER: gettext_lazy("Après les leçons"),
    Moment.LATER: gettext_lazy("Six mois plus tard"),
}
MODES = {Mode.TOGETHER: gettext_lazy("La personne est là, on répond ensemble"), Mode.PAPER: gettext_lazy("Elle a rempli la feuille")}
LEVELS = {
    SkillLevel.ABOVE: (gettext_lazy("Vous êtes à l’aise."), "success", "check"),
    SkillLevel.BASIC: (gettext_lazy("Vous avez commencé."), "info", "check"),
    SkillLevel.NONE: (gettext_lazy("À découvrir avec quelqu’un."), "neutral", "people"),
}


@dataclass(frozen=True, slots=True)
class PartTold:
    """One part of the result: its name, its drawing, what is said of it, and whether it was gained since the first time."""

    name: str
    picture: str
    said: str
    tone: str
    drawing: str
    is_gained: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a person reads at the end. `is_user`: internet was used these three months."""

    moment: str
    is_user: bool
    parts: tuple[PartTold, ...]
    gained_count: int


def asked(item: SkillItem, edition: Edition) -> str:
    """A question, with its own window where the page's three months are not it."""
    if edition is Edition.FOUR_DOMAINS and item.months == 12 and item.key != "buying":
        return _("depuis un an, %(question)s") % {"question": _(item.plain)}
    return _(item.plain)


def domain_name(domain: SkillDomain) -> str:
    """The plain name of a part."""
    return _(SKILL_DOMAIN_LABELS[domain])


def result_of(story: CheckStory) -> Result | None:
    """The latest finished answer, beside the first one; None when nothing was finished."""
    moments = [moment for moment in Moment if moment in story.told]
    if not moments:
        return None
    latest, first = story.told[moments[-1]], story.told[moments[0]] if len(moments) > 1 else None
    parts = tuple(_part(domain, latest, first) for domain in domains_of(story.edition)) if latest.is_assessed else ()
    return Result(str(MOMENTS[moments[-1]]), latest.is_assessed, parts, sum(each.is_gained for each in parts))


def _part(domain: SkillDomain, latest: Assessment, first: Assessment | None) -> PartTold:
    level = latest.domains[domain]
    said, tone, drawing = LEVELS[level]
    before = first.domains.get(domain, SkillLevel.NONE) if first is not None else level
    order = tuple(SkillLevel)
    return PartTold(domain_name(domain), PICTURES[domain], str(said), tone, drawing, order.index(level) > order.index(before))
