"""Sentences of the refusals of the solidarity connection."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "connectivity-refused": _("Cette demande de connexion n’est pas possible."),
    "connection-partner-unknown": _("Cette organisation n’est pas admise dans ce programme pour les connexions solidaires."),
    "connection-partner-lacks-kind": _(
        "« %(organisation)s » n’est pas enregistrée comme bailleur, ou comme fournisseur d’accès. Ajoutez-lui d’abord ce rôle."
    ),
    "connection-partner-busy": _("Il reste des connexions en cours (%(connections)s) ou des offres (%(offers)s). Terminez-les d’abord."),
    "connection-residence-unknown": _("Cette résidence n’existe pas ici."),
    "connection-residence-incomplete": _("Écrivez un nom, une adresse, et au moins autant de logements que la résidence en compte ici."),
    "connection-residence-busy": _("Des connexions sont encore en cours (%(connections)s). Terminez-les d’abord."),
    "connection-home-unknown": _("Ce logement n’est pas dans cette résidence. Vérifiez la porte sur l’avis d’échéance."),
    "connection-home-taken": _("Ce logement a déjà une demande ou une connexion."),
    "connection-estate-faulty": _("Le fichier a des erreurs (%(count)s). Rien n’a été gardé : corrigez-le et envoyez-le de nouveau."),
    "connection-estate-empty": _("Le fichier ne contient aucun logement."),
    "connection-estate-too-large": _("Le fichier a plus de %(most)s lignes. Coupez-le en plusieurs fichiers."),
    "connection-offer-unknown": _("Cette offre n’existe pas ici."),
    "connection-offer-incomplete": _("Une information de l’offre manque ou ne convient pas."),
    "connection-offer-decided": _("Une décision a déjà été prise sur cette offre."),
    "connection-offer-not-open": _("Cette offre ne prend pas de demande aujourd’hui."),
    "connection-offer-elsewhere": _("Cette offre ne concerne pas cette résidence."),
    "connection-offer-full": _("Cette offre a atteint son nombre de logements : %(most)s."),
    "connection-paper-needless": _("Ce papier ne peut pas être demandé : il est inutile, ou il en dit trop."),
    "connection-not-eligible": _("Ce que dit la personne ne donne pas droit à cette offre."),
    "connection-unknown": _("Aucune connexion ne correspond ici. Relisez le numéro."),
    "connection-number-mistyped": _("Ce numéro de connexion est mal tapé. Il ressemble à I-K7FM-42PX : recopiez-le."),
    "connection-code-mistyped": _("Ce code est mal tapé. Recopiez les huit signes de votre papier."),
    "connection-wrong": _("Le numéro ou le code est faux. Recopiez-les de votre papier."),
    "connection-locked": _("Trop d’essais avec un code faux. Demandez un nouveau code au guichet."),
    "connection-visit-over": _("Votre page s’est refermée. Tapez de nouveau votre numéro et votre code."),
    "connection-wrong-state": _("Ce n’est plus possible : cette connexion a changé entre-temps."),
    "connection-day-invalid": _("Ce jour n’est pas possible."),
    "connection-incident-unknown": _("Cette panne n’existe pas ici."),
    "connection-incident-waiting": _("Une panne est déjà signalée. Le fournisseur la connaît."),
    "connection-incident-mended": _("Cette panne a déjà été réglée."),
    "connection-letter-unknown": _("Cette lettre n’est plus à poster."),
}
