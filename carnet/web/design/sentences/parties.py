"""Sentences of the refusals about people, organisations, tokens, bank accounts and approvals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "not-allowed": _("Votre rôle ne permet pas de faire cela. Demandez à la personne qui gère votre organisation."),
    "second-factor-needed": _(
        "Prouvez d’abord que c’est bien vous, avec votre deuxième vérification : la preuve vaut %(minutes)s minutes."
    ),
    "member-suspended": _(
        "Votre accès à %(organisation)s est suspendu depuis le %(since)s. Demandez à la personne qui gère votre organisation."
    ),
    "no-membership": _("Vous ne faites partie d’aucune organisation. Demandez une invitation à la personne qui gère la vôtre."),
    "organisation-not-chosen": _("Choisissez d’abord pour quelle organisation vous travaillez."),
    "organisation-ended": _("%(organisation)s ne participe plus depuis le %(ended_on)s."),
    "organisation-unknown": _("Cette organisation n’existe pas, ou ne fait pas partie des vôtres."),
    "organisation-name-missing": _("Écrivez le nom de l’organisation."),
    "organisation-unnumbered": _("Il faut un numéro SIRET, ou un numéro RNA pour une association qui n’a pas de SIRET."),
    "organisation-kinds-invalid": _("Cochez au moins une des choses que fait l’organisation."),
    "organisation-already-registered": _("Le numéro %(number)s est déjà celui de %(name)s."),
    "email-invalid": _("« %(email)s » n’est pas une adresse électronique."),
    "person-name-missing": _("Écrivez le nom de la personne."),
    "role-unknown": _("Le rôle « %(role)s » n’existe pas."),
    "role-not-for-organisation": _("Ce rôle n’existe pas dans ce type d’organisation."),
    "role-not-yours-to-give": _("Vous ne pouvez ni donner ni retirer ce rôle dans cette organisation."),
    "already-member": _("Cette personne a déjà ce rôle."),
    "membership-unknown": _("Cette personne ne fait pas, ou plus, partie de l’organisation."),
    "own-membership": _("Personne ne change son propre rôle : demandez à quelqu’un d’autre."),
    "invitation-invalid": _("Ce lien d’invitation n’ouvre plus rien. Demandez-en un autre à la personne qui vous a invité."),
    "reset-link-invalid": _("Ce lien n’est plus valable : il dure deux heures et sert une fois. Demandez-en un autre."),
    "token-invalid": _("Ce jeton n’est pas valable."),
    "token-unknown": _("Ce jeton n’existe pas dans votre organisation."),
    "scopes-invalid": _("Choisissez ce que le jeton permet, parmi : %(known)s."),
    "token-days-invalid": _("Un jeton dure de 1 à %(most)s jours."),
    "holder-missing": _("Écrivez le nom du titulaire du compte, en 70 signes au plus."),
    "account-missing": _("%(organisation)s n’a pas de compte bancaire approuvé : rien ne peut être payé."),
    "account-waiting": _("Le compte bancaire de %(organisation)s vient de changer : il pourra être payé à partir du %(until)s."),
    "account-unchanged": _("C’est déjà le compte bancaire en vigueur."),
    "account-change-waiting": _("Un changement de compte bancaire attend déjà une approbation."),
    "account-unknown": _("Ce compte bancaire n’existe pas, ou n’est pas de votre ressort."),
    "account-not-waiting": _("Ce compte bancaire n’est plus à décider."),
    "same-person": _("La personne qui prépare n’approuve jamais : une autre doit décider."),
    "approval-unknown": _("Cette demande n’existe pas, ou n’est pas de votre ressort."),
    "approval-missing": _("Une autre personne doit d’abord approuver ; si quelque chose a changé depuis, il faut demander à nouveau."),
    "approval-decided": _("C’est déjà décidé."),
    "approval-changed": _("Ce qui était demandé a changé entre-temps : il faut demander à nouveau."),
    "approval-already-waiting": _("Une demande d’approbation attend déjà pour cela."),
    "reason-missing": _("Écrivez pourquoi."),
    "person-needed": _("Seule une personne peut faire cela, ni un jeton ni un programme."),
    "people-file-unreadable": _("Ce fichier n’est pas un CSV avec les colonnes email, nom, siret et role. Il manque : %(missing)s."),
    "people-file-too-long": _("Un fichier ne peut pas contenir plus de %(most)s personnes."),
    "already-initialised": _("Cette installation a déjà une administratrice ou un administrateur."),
}
