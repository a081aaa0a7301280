"""Sentences of the refusals about people, organisations, tokens, bank accounts and approvals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "not-allowed": _("Votre rôle ne permet pas de faire cela. Demandez à la personne qui gère votre organisation."),
    "full-sign-in-needed": _(
        "Avec un code PIN, on remet ou on encaisse. Pour cela, connectez-vous avec votre adresse et votre mot de passe."
    ),
    "pin-too-simple": _("Choisissez %(digits)s chiffres difficiles à deviner : pas de suite, pas de chiffres répétés."),
    "pin-wrong": _("Ce code PIN n’est pas le bon. Essayez encore."),
    "pin-locked": _("Ce code PIN est bloqué après cinq erreurs. Demandez à votre responsable de le débloquer."),
    "pin-unknown": _("Cette personne n’a pas de code PIN dans votre organisation."),
    "station-unknown": _("Cet ordinateur n’est pas, ou plus, un poste partagé de votre organisation."),
    "station-locked": _("Ce poste est bloqué après cinq erreurs. Votre responsable peut le débloquer, ou s’y connecter en entier."),
    "station-code-wrong": _("Ce code n’ouvre rien. Il dure dix minutes et sert une fois : demandez-en un autre."),
    "station-name-invalid": _("Donnez un nom au poste, en %(most)s signes au plus."),
    "station-limits-invalid": _(
        "Choisissez de 1 à %(person)s chèques par personne, de 1 à %(station)s par poste (au moins autant), et de 1 à %(minutes)s minutes."
    ),
    "first-code-wrong": _("Ce premier code n’est pas le bon, ou il a déjà servi. Demandez-en un autre à votre responsable."),
    "daily-limit-reached": _(
        "La limite du jour avec un code PIN est de %(most)s chèques ; il en reste %(left)s. Connectez-vous en entier pour continuer."
    ),
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
    "professional-unknown": _(
        "ProConnect vous a reconnu, mais personne ici n’a cette adresse électronique dans un organisme de ce SIRET. Demandez à y être invité."
    ),
    "account-unknown": _("Ce compte bancaire n’existe pas, ou n’est pas de votre ressort."),
    "account-not-waiting": _("Ce compte bancaire n’est plus à décider."),
    "voice-already-given": _("Vous avez déjà dit oui. Il faut maintenant une autre personne."),
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
    "operator-label-unknown": _("Ce label n’existe pas."),
    "operator-label-not-for-organisation": _("Seul un opérateur demande un label, et seul un service de l’État y répond."),
    "operator-label-already-stands": _("Ce label est déjà demandé, ou en vigueur pour longtemps encore. Rien n’a changé."),
    "operator-label-act-not-now": _("Ce label ne peut pas recevoir cette décision en ce moment, ou une autre attend déjà."),
    "operator-label-days-invalid": _(
        "Donnez un début et une fin à venir, dans cet ordre ; un retrait prend effet aujourd’hui ou plus tard."
    ),
    "operator-label-order-missing": _("Donnez la référence de l’arrêté."),
    "head-already": _("%(email)s est déjà responsable de cette organisation."),
    "head-change-waiting": _("Un changement de responsable est déjà en cours dans cette organisation."),
    "head-change-unknown": _("Ce changement de responsable n’existe pas, ou est déjà décidé."),
    "head-unknown": _("Cette personne n’est pas responsable de cette organisation."),
    "card-file-unreadable": _(
        "Ce fichier de cartes ne se lit pas. Il faut un CSV avec serial et seed, ou un PSKC ouvert avec la clé du fabricant."
    ),
    "card-file-too-long": _("Ce fichier a plus de %(most)s cartes. Coupez-le en plusieurs."),
    "card-serial-invalid": _("« %(serial)s » n’est pas le numéro d’une carte."),
    "card-kind-invalid": _("Cette carte ne peut pas servir ici : sa colonne %(about)s ne convient pas."),
    "card-already-known": _("La carte %(serial)s est déjà connue."),
    "card-unknown": _("Cette carte n’est pas dans votre structure. Relisez son numéro."),
    "card-not-here": _("La carte %(serial)s est déjà donnée, ou ne sert plus."),
    "cards-short": _("La réserve n’a plus que %(left)s cartes."),
    "card-held-already": _("Cette personne a déjà une carte. Reprenez d’abord l’autre."),
    "card-holder-unknown": _("Cette personne n’aide pas, ou plus, dans cette structure."),
    "card-code-wrong": _(
        "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant. Refusé deux fois ? Tapez deux codes à la suite."
    ),
    "card-resting": _("Trop d’essais. La carte se repose : réessayez après le %(until)s."),
    "recovery-unknown": _("Il n’y a rien à décider ici, ou plus rien."),
    "recovery-not-for-person": _("Cette personne a d’autres responsabilités : l’opérateur doit répondre d’elle."),
    "recovery-code-wrong": _("Ce code n’est pas le bon, ou il est trop vieux. Demandez-en un autre à votre référent."),
    "account-unused": _("Votre compte à %(organisation)s n’a pas servi depuis six mois. Il est fermé. Votre référent peut le rouvrir."),
}
