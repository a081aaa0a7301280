"""What the papers of a mandate say besides its text, once, in French: who, how long, where to sign, what was stopped, what was done today.

The text itself belongs to the rules (`carnet.mandates.rules.texts`), the families to their list. Both are translated with these.
"""

from collections.abc import Mapping

from carnet.mandates.rules import FAMILIES
from carnet.mandates.rules.texts import SENTENCES as TEXT


def _(text: str) -> str:
    """Mark a French sentence for extraction; it is translated when it is shown."""
    return text


WORDS: Mapping[str, str] = {
    "paper-number": _("Numéro du mandat"),
    "paper-person": _("La personne"),
    "paper-born": _("Naissance"),
    "paper-structure": _("La structure"),
    "paper-helper": _("L’aidant"),
    "paper-second": _("Le deuxième aidant"),
    "paper-signed-on": _("Signé le"),
    "paper-from-to": _("Du %(from)s au %(to)s, ce jour compris."),
    "paper-one-day": _("Le %(day)s, ce jour seulement."),
    "paper-sign-person": _("La personne signe ici"),
    "paper-sign-helper": _("L’aidant signe ici"),
    "paper-sign-second": _("Le deuxième aidant signe ici"),
    "paper-check": _("Ce code montre si le mandat est valable. Il ne dit pas votre nom."),
    "paper-french": _("Ceci est une traduction. Seul le texte français compte."),
    "paper-draft": _("À lire ensemble. Rien n’est encore signé."),
    "paper-own": _("Votre code secret"),
    "paper-own-use": _("Avec ce code, vous voyez vos mandats sur le site. Ne le donnez à personne."),
    # what was stopped
    "stopped": _("Arrêt de mon mandat"),
    "stopped-what": _("Ces démarches sont arrêtées"),
    "stopped-on": _("Arrêté le"),
    "stopped-left": _("Ces démarches restent permises"),
    "stopped-effect": _("La structure ne peut plus les faire pour moi."),
    "stopped-kept": _("Les démarches déjà faites restent notées."),
    "stopped-revoked": _("Je l’ai demandé."),
    "stopped-done": _("Les démarches sont faites."),
    "stopped-replaced": _("J’ai signé un nouveau mandat."),
    "stopped-expired": _("Le temps du mandat est fini."),
    "stopped-death": _("La personne est décédée."),
    "stopped-protection": _("Un juge protège la personne."),
    "stopped-transferred": _("Une autre structure prend la suite."),
    "stopped-structure": _("La structure a décidé d’arrêter."),
    # the end of a visit
    "visit": _("Votre visite d’aujourd’hui"),
    "visit-done": _("Ce qui est fait"),
    "visit-reference": _("Le numéro à garder"),
    "visit-reference-use": _("On vous le demandera si vous appelez."),
    "visit-next": _("La suite"),
    "visit-nothing": _("Il n’y a rien d’autre à faire."),
    "visit-before": _("Avant le %(day)s"),
    "visit-keep": _("Gardez cette feuille avec vos papiers."),
    "visit-passwords": _("Ne donnez jamais vos mots de passe."),
}

FAMILY_WORDS = {
    key: said
    for each in FAMILIES.values()
    for key, said in ((f"family-{each.code.value}", each.label), (f"family-{each.code.value}-what", each.description))
}

MANDATE_SENTENCES = {**TEXT, **WORDS, **FAMILY_WORDS}
