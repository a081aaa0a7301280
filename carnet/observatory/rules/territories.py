"""Who does what in a territory: the words local actors share, what is covered, what is not, what is late. Pure.

A *territory* is a set of communes. Each *local actor* keeps one *line*: its contact, and its *commitments*, each a need it answers, where,
when and for whom. A commitment that names no commune holds for the whole territory. What nobody answers is computed, and what somebody
*noticed* is kept beside it. A *decision* is dated; its *next steps* say who does what before which day.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.kernel.identifiers import check_free_text
from carnet.kernel.refusals import Refusal

NAME_MAX = 120
WORDS_MAX = 400
HOURS_MAX = 160
CONTACT_MAX = 120
COMMUNES_MAX = 2_000
ACTORS_MAX = 300
# What one organisation keeps open at a time in one territory.
COMMITMENTS_MAX = 40


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Need(StrEnum):
    """What somebody may need near home, so that digital life is no obstacle."""

    LEARN = "LEARN"
    PROCEDURES = "PROCEDURES"
    DO_FOR = "DO_FOR"
    HAND_OVER = "HAND_OVER"
    EQUIPMENT = "EQUIPMENT"
    CONNECTION = "CONNECTION"
    WORK = "WORK"
    FAMILY = "FAMILY"
    AT_HOME = "AT_HOME"


NEED_LABELS: Mapping[Need, str] = {
    Need.LEARN: _("Apprendre les bases"),
    Need.PROCEDURES: _("Être aidé pour ses démarches"),
    Need.DO_FOR: _("Faire faire une démarche, avec un mandat"),
    Need.HAND_OVER: _("Recevoir des chèques"),
    Need.EQUIPMENT: _("S’équiper à petit prix"),
    Need.CONNECTION: _("Avoir un accès à internet"),
    Need.WORK: _("Chercher un emploi avec le numérique"),
    Need.FAMILY: _("Accompagner ses enfants"),
    Need.AT_HOME: _("Être aidé chez soi"),
}


class Public(StrEnum):
    """For whom a commitment is made; none: for everybody."""

    SEEKERS = "SEEKERS"
    YOUNG = "YOUNG"
    SENIORS = "SENIORS"
    FAMILIES = "FAMILIES"
    ALLOPHONES = "ALLOPHONES"
    DISABLED = "DISABLED"
    LOW_INCOME = "LOW_INCOME"


PUBLIC_LABELS: Mapping[Public, str] = {
    Public.SEEKERS: _("Demandeurs d’emploi"),
    Public.YOUNG: _("Jeunes"),
    Public.SENIORS: _("Personnes âgées"),
    Public.FAMILIES: _("Familles"),
    Public.ALLOPHONES: _("Personnes qui parlent peu français"),
    Public.DISABLED: _("Personnes handicapées"),
    Public.LOW_INCOME: _("Personnes aux minima sociaux"),
}


class TerritoryRefused(Refusal):
    """Base of every refusal about a territory."""

    code = "territory-refused"


class TerritoryUnknown(TerritoryRefused):
    """No such territory, or one in which the actor has no part."""

    code = "territory-unknown"


class TerritoryNameMissing(TerritoryRefused):
    """A territory without a name."""

    code = "territory-name-missing"


class TerritoryNameTaken(TerritoryRefused):
    """Another territory has this name. Facts: name."""

    code = "territory-name-taken"


class TerritoryEmpty(TerritoryRefused):
    """No commune was recognised. Facts: value."""

    code = "territory-empty"


class TerritoryTooLarge(TerritoryRefused):
    """More communes than a territory holds. Facts: most."""

    code = "territory-too-large"


class NotLeader(TerritoryRefused):
    """Only the organisation that leads the territory does this."""

    code = "territory-not-leader"


class LocalActorUnknown(TerritoryRefused):
    """No organisation with this number, or one that has no part in the territory."""

    code = "local-actor-unknown"


class LocalActorAlreadyIn(TerritoryRefused):
    """The organisation has its place in the territory already. Facts: name."""

    code = "local-actor-already-in"


class LocalActorsTooMany(TerritoryRefused):
    """More local actors than a territory holds. Facts: most."""

    code = "local-actors-too-many"


class LocalActorNeedsAddress(TerritoryRefused):
    """An organisation nobody knew yet is invited by an address."""

    code = "local-actor-needs-address"


class WordsMissing(TerritoryRefused):
    """A sentence was expected."""

    code = "territory-words-missing"


class CommuneOutside(TerritoryRefused):
    """A commune that is not of the territory. Facts: commune."""

    code = "commune-outside-territory"


class CommitmentUnknown(TerritoryRefused):
    """No such commitment, or another organisation's."""

    code = "commitment-unknown"


class CommitmentsTooMany(TerritoryRefused):
    """More open commitments than one organisation keeps. Facts: most."""

    code = "commitments-too-many"


class NoticeUnknown(TerritoryRefused):
    """No such need noted, or another organisation's."""

    code = "noticed-need-unknown"


class TerritoryDecisionUnknown(TerritoryRefused):
    """No such decision, or another territory's."""

    code = "territory-decision-unknown"


class DecisionAhead(TerritoryRefused):
    """A decision of a day still to come."""

    code = "decision-ahead"


class NextStepUnknown(TerritoryRefused):
    """No such next step, or one that others answer for."""

    code = "next-step-unknown"


class NextStepBefore(TerritoryRefused):
    """A next step due before what was decided. Facts: decided_on."""

    code = "next-step-before"


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as it counts for coverage: the need, and the communes; none means the whole territory."""

    need: Need
    commune_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is left of one need: communes nobody answers for, the most peopled first, and the inhabitants they have.

    `covered_people` and `people` are inhabitants, not people in need.
    """

    need: Need
    missing: tuple[str, ...]
    missing_people: int
    people: int
    actors: int

    @property
    def is_covered(self) -> bool:
        """Whether somebody answers in every commune."""
        return not self.missing


def gaps(inhabitants: Mapping[str, int], promises: Iterable[tuple[int, Promise]]) -> tuple[Gap, ...]:
    """For each need, where nobody answers. `inhabitants` by commune of the territory; `promises`: (organisation, what it promised).

    The least covered first, by inhabitants left without an answer; then in the order of the list of needs.
    """
    covered: dict[Need, set[str]] = {need: set() for need in Need}
    actors: dict[Need, set[int]] = {need: set() for need in Need}
    everywhere = set(inhabitants)
    for organisation_id, promise in promises:
        covered[promise.need] |= (promise.commune_codes & everywhere) if promise.commune_codes else everywhere
        actors[promise.need].add(organisation_id)
    people, order, found = sum(inhabitants.values()), list(Need), []
    for need in order:
        missing = sorted(everywhere - covered[need], key=lambda code: (-inhabitants[code], code))
        found.append(Gap(need, tuple(missing), sum(inhabitants[code] for code in missing), people, len(actors[need])))
    return tuple(sorted(found, key=lambda gap: (-gap.missing_people, -len(gap.missing), order.index(gap.need))))


def is_late(due_on: date, done_on: date | None, dropped_on: date | None, *, on: date) -> bool:
    """Whether a next step should be done by `on`: its day is over, and nobody did it nor gave it up."""
    return done_on is None and dropped_on is None and due_on < on


def slug_of(name: str) -> str:
    """A name as it stands in an address."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "territoire"


def checked_name(name: str) -> str:
    """The name of a territory. Raises: TerritoryNameMissing, NirInText, IbanInText."""
    told = check_free_text(" ".join(name.split()))[:NAME_MAX]
    if not told:
        raise TerritoryNameMissing
    return told


def checked_codes(codes: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The communes of a territory, in order, once each. Raises: TerritoryEmpty, TerritoryTooLarge."""
    found = tuple(sorted({code for code in codes if code in known}))
    if not found:
        raise TerritoryEmpty(value=", ".join(sorted(codes))[:100])
    if len(found) > COMMUNES_MAX:
        raise TerritoryTooLarge(most=COMMUNES_MAX)
    return found


def checked_words(words: str, *, most: int = WORDS_MAX, is_needed: bool = True) -> str:
    """A sentence somebody wrote, without a social-security number nor a bank account. Raises: WordsMissing, NirInText, IbanInText."""
    told = check_free_text(" ".join(words.split()))[:most]
    if not told and is_needed:
        raise WordsMissing
    return told


def checked_part(codes: Iterable[str], territory: Sequence[str]) -> tuple[str, ...]:
    """Some communes of a territory; none, or all of them, is the whole territory. Raises: CommuneOutside."""
    wanted, whole = set(codes), set(territory)
    for code in sorted(wanted - whole):
        raise CommuneOutside(commune=code)
    return () if wanted == whole else tuple(sorted(wanted))
