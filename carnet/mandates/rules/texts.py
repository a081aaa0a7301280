"""The text a mandate is signed on: every sentence once, in French, and the versions that were ever signed. Pure.

The French prevails. A version is a list of parts, each a title and the keys of its sentences; its digest is kept with each mandate, so
that what was signed can be shown again, word for word, for ever. A sentence of a version that was released is never changed: a new
version says it under a new key (`tests/mandates/test_texts.py` holds each digest).
Source: docs/sources/mandates.md; docs/decisions/0048-the-paper-of-a-mandate.md.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


def _(text: str) -> str:
    """Mark a French sentence for extraction; it is translated when it is shown."""
    return text


class Circumstance(StrEnum):
    """When a sentence is said: always, or only of some mandates."""

    ALWAYS = "always"
    MONEY = "money"  # a family about money is among them
    FRANCECONNECT = "franceconnect"  # the person proved who they are online
    PAPER = "paper"  # two helpers checked a paper
    FACE = "face"  # the person said yes to the helper's face
    SMS = "sms"  # the person said yes by text message


@dataclass(frozen=True, slots=True)
class Part:
    """A title and its sentences, by their keys, each with when it is said."""

    title: str
    sentences: tuple[tuple[str, Circumstance], ...]


def _part(title: str, *keys: str, **said: str) -> Part:
    """Sentences said always, then those said under one circumstance, named by it."""
    always = tuple((key, Circumstance.ALWAYS) for key in keys)
    return Part(title, always + tuple((key, Circumstance(name)) for name, key in said.items()))


# Who signs is "je", as in the person's mouth: the text is read aloud. Fifteen words at most, no word of an office.
SENTENCES: Mapping[str, str] = {
    "mandate": _("Mandat pour faire mes démarches"),
    # what
    "mandate-what": _("Ce que je permets"),
    "mandate-between": _("Je permets à la structure de faire des démarches pour moi."),
    "mandate-every-helper": _("Tous ses aidants autorisés peuvent les faire."),
    "mandate-ways": _("Ils les font sur internet, par téléphone, par courrier ou par e-mail."),
    "mandate-only": _("Ils font seulement les démarches écrites ici."),
    # how long
    "mandate-until": _("Pour combien de temps"),
    "mandate-after": _("Après ce jour, il faut signer de nouveau."),
    "mandate-again": _("Signer de nouveau pour une démarche arrête l’ancien mandat pour elle."),
    # money, and the central bank
    "mandate-money": _("Si la démarche parle d’argent"),
    "mandate-debts": _("Banque de France : l’aidant peut remplir mon dossier de surendettement."),
    "mandate-debts-sign": _("Mais c’est à moi de signer la déclaration, de ma main."),
    "mandate-debts-else": _("Sans ma signature, le dossier est refusé."),
    "mandate-no-cash": _("L’aidant ne touche jamais à mon argent."),
    # what the person states
    "mandate-i-say": _("Ce que je déclare"),
    "mandate-freely": _("Je signe parce que je le veux. Personne ne me force."),
    "mandate-understood": _("On m’a lu ce texte. J’ai pu poser mes questions."),
    "mandate-unprotected": _("Aucun juge ne m’a donné de tuteur ou de curateur."),
    "mandate-unprotected-too": _("Je ne suis pas sous sauvegarde de justice."),
    "mandate-true": _("Ce que je dis de moi est vrai."),
    # the person's duties
    "mandate-i-do": _("Ce que je fais"),
    "mandate-i-give": _("Je donne les papiers et les informations utiles."),
    "mandate-i-tell": _("Je préviens l’aidant quand ma situation change."),
    "mandate-i-keep": _("Je garde mes mots de passe pour moi."),
    "mandate-i-answer": _("Je réponds de ce que je déclare, comme si je le faisais moi-même."),
    # the structure's duties
    "mandate-they-do": _("Ce que la structure promet"),
    "mandate-they-explain": _("Elle m’explique chaque démarche avant de la faire."),
    "mandate-they-ask": _("Elle agit dans mon intérêt, et avec mon accord."),
    "mandate-they-report": _("Elle me dit ce qui est fait, et ce qui reste à faire."),
    "mandate-they-note": _("Elle note chaque démarche : le jour, laquelle, et par qui."),
    "mandate-they-hush": _("Elle ne répète à personne ce qu’elle apprend de moi."),
    "mandate-they-forget": _("Elle ne garde aucun de mes mots de passe."),
    "mandate-they-answer": _("Elle répond de ses fautes devant la loi."),
    # ending it
    "mandate-stop": _("Je peux arrêter quand je veux"),
    "mandate-stop-how": _("J’appelle, je passe, ou je le fais sur le site."),
    "mandate-stop-part": _("J’arrête tout, ou seulement une démarche. Je ne dis pas pourquoi."),
    "mandate-stop-they": _("La structure peut l’arrêter aussi. Elle me prévient."),
    "mandate-stop-law": _("Il s’arrête en cas de décès, ou si un juge me protège."),
    # personal data
    "mandate-data": _("Mes informations"),
    "mandate-data-least": _("La structure garde seulement ce qui est utile à mes démarches."),
    "mandate-data-nir": _("On ne note pas mon numéro de sécurité sociale."),
    "mandate-data-years": _("Trois ans après la fin, elles vont aux archives, pour trois ans."),
    "mandate-data-erased": _("Ensuite, elles sont effacées."),
    "mandate-data-rights": _("Je peux les voir et les faire corriger. Je demande à la structure."),
    # how it was signed
    "mandate-signed": _("Comment il est signé"),
    "mandate-signed-online": _("J’ai prouvé qui je suis avec FranceConnect."),
    "mandate-signed-paper": _("Deux aidants ont vu mes papiers d’identité."),
    "mandate-signed-face": _("J’ai dit oui devant l’aidant."),
    "mandate-signed-sms": _("J’ai dit oui par SMS, après avoir reçu le résumé."),
    "mandate-signed-helper": _("L’aidant a prouvé qui il est, puis il a signé."),
}


@dataclass(frozen=True, slots=True)
class MandateText:
    """One version of the text: its name, the title's key and its parts, in the order they are read aloud."""

    version: str
    title: str
    parts: tuple[Part, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every sentence of it, in order."""
        return (self.title, *(key for part in self.parts for key in (part.title, *(name for name, _when in part.sentences))))

    @property
    def digest(self) -> bytes:
        """32 bytes of its version, its order, its circumstances and every letter of its French."""
        told = [self.version, f"{self.title}\t{SENTENCES[self.title]}"]
        for part in self.parts:
            told.append(f"# {part.title}\t{SENTENCES[part.title]}")
            told += [f"{when.value}\t{key}\t{SENTENCES[key]}" for key, when in part.sentences]
        return hashlib.sha256("\n".join(told).encode()).digest()

    def parts_for(self, circumstances: Collection[Circumstance]) -> tuple[Part, ...]:
        """The parts as one mandate says them: only what is true of it; a part left without a sentence is not said."""
        true = {Circumstance.ALWAYS, *circumstances}
        kept = (Part(part.title, tuple(each for each in part.sentences if each[1] in true)) for part in self.parts)
        return tuple(part for part in kept if part.sentences)


_MONEY_PART = Part(
    "mandate-money",
    tuple((key, Circumstance.MONEY) for key in ("mandate-debts", "mandate-debts-sign", "mandate-debts-else", "mandate-no-cash")),
)

TEXTS: tuple[MandateText, ...] = (
    MandateText(
        "2026-11",
        "mandate",
        (
            _part("mandate-what", "mandate-between", "mandate-every-helper", "mandate-ways", "mandate-only"),
            _part("mandate-until", "mandate-after", "mandate-again"),
            _MONEY_PART,
            _part(
                "mandate-i-say",
                "mandate-freely",
                "mandate-understood",
                "mandate-unprotected",
                "mandate-unprotected-too",
                "mandate-true",
            ),
            _part("mandate-i-do", "mandate-i-give", "mandate-i-tell", "mandate-i-keep", "mandate-i-answer"),
            _part(
                "mandate-they-do",
                "mandate-they-explain",
                "mandate-they-ask",
                "mandate-they-report",
                "mandate-they-note",
                "mandate-they-hush",
                "mandate-they-forget",
                "mandate-they-answer",
            ),
            _part("mandate-stop", "mandate-stop-how", "mandate-stop-part", "mandate-stop-they", "mandate-stop-law"),
            _part(
                "mandate-data",
                "mandate-data-least",
                "mandate-data-nir",
                "mandate-data-years",
                "mandate-data-erased",
                "mandate-data-rights",
            ),
            _part(
                "mandate-signed",
                franceconnect="mandate-signed-online",
                paper="mandate-signed-paper",
                face="mandate-signed-face",
                sms="mandate-signed-sms",
                always="mandate-signed-helper",
            ),
        ),
    ),
)
_BY_VERSION = {each.version: each for each in TEXTS}
# What a mandate signed from now on is signed on.
CURRENT = TEXTS[-1]


def text(version: str) -> MandateText:
    """The text of this version. Raises KeyError: a mandate on a text that never was is a fault of the program."""
    return _BY_VERSION[version]


def circumstances(*, money: bool, paper: bool, sms: bool) -> frozenset[Circumstance]:
    """What is true of one mandate: does a family speak of money, who proved the identity, how the yes was said."""
    proved = Circumstance.PAPER if paper else Circumstance.FRANCECONNECT
    said = Circumstance.SMS if sms else Circumstance.FACE
    return frozenset({proved, said} | ({Circumstance.MONEY} if money else set()))
