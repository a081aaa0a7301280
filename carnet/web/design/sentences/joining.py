"""Sentences of joining a network: its refusals, and what is still to mend in a file before it is sent."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "joining-file-unknown": _("Ce lien n’ouvre aucun dossier. Demandez un nouveau lien avec votre adresse."),
    "joining-closed": _("Le réseau « %(programme)s » n’accueille pas de nouveaux lieux pour l’instant."),
    "joining-not-writable": _("Ce dossier est envoyé ou décidé : il ne peut plus être modifié. Rien n’a changé."),
    "joining-incomplete": _("Il reste %(count)s points à compléter. Le dossier n’est pas parti ; rien n’est perdu."),
    "joining-already-open": _(
        "Un dossier existe déjà pour le numéro %(number)s dans ce réseau. Demandez son lien avec l’adresse qui l’a ouvert."
    ),
    "joining-decision-waiting": _("Une décision sur ce dossier attend déjà une seconde personne."),
    "joining-decision-unknown": _("Cette décision n’existe pas, ou n’est pas de votre réseau."),
    "joining-decision-not-now": _("Ce dossier ne peut pas recevoir cette décision en ce moment. Rien n’a changé."),
    "joining-reason-missing": _("Dites pourquoi, en une ou deux phrases que le lieu comprendra (2 000 signes au plus)."),
    "joining-criteria-missing": _("Choisissez le ou les critères publiés qui fondent cette décision."),
    "joining-day-missing": _("Choisissez le jour où la décision prend effet : aujourd’hui ou plus tard."),
    "joining-sites-unknown": _("Choisissez au moins un des lieux de ce dossier."),
    "appeal-too-late": _("Le recours était possible jusqu’au %(until_on)s."),
    "appeal-not-possible": _("Il n’y a pas de décision à contester, ou elle l’a déjà été."),
    "appeal-text-missing": _("Expliquez pourquoi cette décision vous paraît fausse (2 000 signes au plus)."),
    "appeal-needs-another": _("Vous avez préparé ou pris la décision contestée : une autre personne doit répondre au recours."),
    "joining-terms-invalid": _("« %(field)s » ne convient pas : au plus %(most)s."),
    "documents-too-many": _("Ce dossier contient déjà %(documents_max)s documents. Retirez-en un d’abord."),
    "document-unknown": _("Ce document n’est pas, ou n’est plus, dans ce dossier."),
    "joining-site-unknown": _("Ce lieu n’est pas dans ce dossier."),
    "joining-sites-too-many": _("Un dossier prend %(sites_max)s lieux au plus."),
    "place-run-by-another": _("Le lieu « %(name)s » est déjà tenu par une autre organisation. Retirez-le, ou écrivez au réseau."),
}

# What is still to mend, by the code of a problem of `places.rules.joining`. Codes of identifiers have their sentence elsewhere.
PROBLEMS: Mapping[str, Promise | str] = {
    "missing": _("À compléter."),
    "number-missing": _("Donnez un numéro SIRET (14 chiffres) ou RNA (W suivi de 9 signes)."),
    "siret-missing": _("Donnez un numéro SIRET : 14 chiffres."),
    "helpers-missing": _("Ajoutez au moins un aidant, ou dites que le référent aidera lui-même."),
    "helper-twice": _("Cette adresse est déjà celle du référent ou d’un autre aidant."),
    "commitments-missing": _("Chaque engagement est nécessaire : cochez-les tous."),
    "helper-terms-missing": _("Dites que vous avez lu les conditions."),
    "form-missing": _("Choisissez ce qu’est votre structure."),
    "form-first": _("Dites d’abord ce qu’est votre structure : la liste des documents en dépend."),
    "postcode-malformed": _("Un code postal a cinq chiffres."),
    "sites-missing": _("Ajoutez au moins un lieu."),
    "points-missing": _("Ajoutez au moins un point d’accueil."),
    "desk-email-malformed": _("Cette adresse électronique n’est pas complète."),
    "desk-line-of-refused": _("Une autre ligne du même numéro est à corriger."),
    "site-twice": _("Ce lieu est deux fois dans le dossier : retirez-en un."),
    "site-ended": _("L’annuaire dit que ce lieu est fermé. Retirez-le, ou écrivez au réseau."),
    "commune-unknown": _("Cette commune n’est pas connue : vérifiez son nom et le code postal."),
    "commune-contradicted": _("La commune et le code postal ne vont pas ensemble."),
    "number-malformed": _("« %(value)s » n’est pas un nombre, comme 47,218."),
    "coordinates-half": _("Donnez la latitude et la longitude, ou aucune des deux."),
    "coordinates-outside": _("Ce point n’est pas sur la Terre : vérifiez les deux nombres."),
    "coordinates-swapped": _("La latitude et la longitude semblent inversées."),
    "far-from-commune": _("Ce point est loin de la commune (%(detail)s). Vérifiez-le, ou laissez les deux cases vides."),
    "phone-malformed": _("« %(value)s » n’est pas un numéro de téléphone."),
    "services-missing": _("Choisissez au moins une chose que vous enseignez ici."),
    "service-outside-programme": _("Un des choix n’est pas payé par les chèques de ce réseau."),
    "modes-missing": _("Dites comment les personnes sont aidées ici."),
    "beyond-too-much": _("Ce que la personne paie en plus d’un chèque ne peut pas dépasser %(most_cents)s."),
    "access-unknown": _("Un des choix n’est pas dans la liste."),
    "document-missing": _("Ce document manque."),
    "charter-missing": _("La charte n’est pas encore acceptée."),
    "charter-changed": _("La charte a changé depuis que vous l’avez acceptée : relisez-la."),
}
