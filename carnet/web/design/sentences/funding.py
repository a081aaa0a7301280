"""Sentences of funding's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "ring-fence-ended": _(
        "Le compte réservé de cette convention est celui de l’ancien opérateur : saisissez le nouveau, à deux personnes, avant de payer."
    ),
    "ring-fence-waiting": _("Un nouveau compte attend déjà la réponse d’une deuxième personne."),
    "ring-fence-same": _("C’est le compte de l’ancien opérateur : donnez celui que vous tenez."),
    "ring-fence-unknown": _("Ce changement de compte n’existe pas, ou n’est pas à vous."),
    "ring-fence-decided": _("Quelqu’un a déjà répondu pour ce compte."),
    "funding-refused": _("Cette opération de financement est refusée."),
    "organisation-lacks-kind": _(
        "« %(organisation)s » n’a pas le rôle demandé ici. Ajoutez-lui ce rôle, ou choisissez une autre organisation."
    ),
    "programme-unknown": _("Ce programme n’existe pas, ou il n’est pas des vôtres."),
    "programme-ended": _("Ce programme est terminé depuis le %(ended_at)s : il ne change plus."),
    "template-unknown": _("Il n’y a pas de modèle « %(template)s »."),
    "name-missing": _("Donnez un nom."),
    "slug-taken": _("L’adresse « %(slug)s » est déjà prise par un autre programme. Choisissez-en une autre."),
    "perimeter-empty": _("Dites où le programme a lieu : au moins une commune, un département ou une intercommunalité."),
    "perimeter-code-wrong": _(
        "« %(perimeter_code)s » n’est pas un code de territoire. Écrivez le code INSEE d’une commune (44109), d’un département (44) "
        "ou le numéro SIREN d’une intercommunalité (244400404)."
    ),
    "voucher-value-not-positive": _("La valeur d’un chèque doit être supérieure à zéro."),
    "booklet-size-wrong": _("Un carnet contient de %(least)s à %(most)s chèques."),
    "undo-window-wrong": _("Le délai pour annuler une erreur va de 0 à %(most)s minutes."),
    "services-missing": _("Choisissez au moins un service que le chèque peut payer."),
    "service-cost-wrong": _("Le service « %(service)s » coûte de 1 à %(most)s chèques, et doit être parmi les services payés."),
    "service-code-wrong": _("« %(service)s » n’est pas le code d’un service."),
    "frozen-once-issued": _(
        "Des chèques existent déjà : leur valeur, la taille des carnets et leur durée sont imprimées et ne changent plus. "
        "Pour d’autres règles, créez un nouveau programme."
    ),
    "hand-over-window-reversed": _("La remise des carnets doit se terminer après avoir commencé."),
    "acceptance-unclear": _("Choisissez une seule fin : une date, ou un nombre de mois (de 1 à 60) après la remise."),
    "acceptance-before-hand-over": _("Les chèques se termineraient avant la fin de la remise des carnets. Repoussez leur date de fin."),
    "grace-wrong": _("Le délai de tolérance va de 0 à %(most)s jours."),
    "hand-over-not-open": _("La remise n’est pas encore ouverte : elle commence le %(hand_over_from)s."),
    "grace-shorter": _("Les jours de grâce promis (%(grace_days)s) ne peuvent pas être réduits."),
    "hand-over-ended": _("La remise est terminée : le dernier jour était le %(hand_over_until)s."),
    "shares-missing": _("Une convention a au moins un financeur."),
    "funder-twice": _("Un même financeur est inscrit deux fois."),
    "share-kind-unclear": _("Pour chaque financeur, donnez un pourcentage ou un montant fixe : l’un des deux."),
    "share-not-positive": _("La part d’un financeur doit être supérieure à zéro."),
    "shares-do-not-make-all": _("Les parts font %(total_basis_points)s, et non exactement 100 %%. Il manque %(missing_basis_points)s."),
    "cap-not-positive": _("Le plafond d’un financeur doit être supérieur à zéro."),
    "cap-on-fixed-amount": _("Un montant fixe est déjà un plafond : laissez le plafond vide."),
    "advancer-missing": _("Un financeur qui paie à l’usage a besoin d’un autre financeur qui avance sa part. Dites lequel."),
    "advancer-not-in-advance": _("Celui qui avance doit être un autre financeur de la convention, qui paie d’avance."),
    "advancer-needless": _("Ce financeur paie d’avance : personne n’a à avancer sa part."),
    "order-not-positive": _("Une commande vaut plus de zéro."),
    "cap-reached": _(
        "Cette commande demanderait %(asked_cents)s à un financeur qui a déjà engagé %(borne_cents)s, pour un plafond de %(cap_cents)s. "
        "Réduisez la commande, ou signez un avenant."
    ),
    "fixed-amounts-exhausted": _(
        "Les montants fixes de la convention n’y suffisent pas : il reste %(available_cents)s, il manque %(missing_cents)s."
    ),
    "agreement-unknown": _("Cette convention n’existe pas, ou elle n’est pas des vôtres."),
    "agreement-closed": _("Cette convention est close depuis le %(closed_at)s."),
    "agreement-has-no-ring-fence": _("Indiquez le compte réservé à la convention : son titulaire et son IBAN."),
    "receipt-not-positive": _("Le montant doit être supérieur à zéro."),
    "bank-reference-missing": _("Recopiez la référence du virement, telle qu’elle est sur le relevé de la banque."),
    "bank-reference-already-recorded": _(
        "Ce virement est déjà enregistré : référence %(reference)s, %(amount_cents)s, reçu le %(received_on)s."
    ),
    "received-in-future": _("La date de réception est dans le futur : n’enregistrez que l’argent déjà sur le compte."),
    "receipt-unknown": _("Cette somme reçue n’existe pas, ou elle n’est pas d’un de vos programmes."),
    "funder-not-in-agreement": _("Cette organisation n’a pas de part dans la convention."),
    "funder-pays-on-use": _("Ce financeur paie à l’usage : son argent va à celui qui a avancé sa part, pas sur ce compte."),
    "pledge-unknown": _("Cette promesse n’existe pas, ou elle n’est pas d’un de vos programmes."),
    "pledge-step-wrong": _(
        "Une promesse est d’abord annoncée, puis signée, puis entre dans la convention : cette étape n’est pas la suivante."
    ),
    "engagement-unknown": _("Ce contrôle n’existe pas, ou il n’est pas d’un de vos programmes."),
    "engagement-reversed": _("Le contrôle doit se terminer après avoir commencé."),
    "own-budget-not-positive": _("Dites ce que les acheteurs apportent eux-mêmes : un montant supérieur à zéro."),
    "territory-figure-wrong": _("Vérifiez les chiffres du territoire : la population, la densité ou le taux de pauvreté."),
    "other-share-unexplained": _("Vous choisissez une autre part que celle de la règle : dites pourquoi."),
    "study-unknown": _("Cette étude de la part de l’État n’existe pas, ou elle a déjà servi à une convention."),
    "target-out-of-range": _("L’engagement va de 0 à %(most_basis_points)s des chèques."),
    "balance-in-future": _("Le solde est celui d’un jour fini : au plus tard hier."),
    "balance-too-large": _("Ce solde est trop grand pour un compte de convention. Avez-vous écrit des centimes ?"),
    "balance-waiting": _("Un solde de ce compte attend déjà une deuxième personne."),
    "balance-unknown": _("Ce solde n’existe pas, ou il n’est pas d’un de vos programmes."),
    "balance-decided": _("Ce solde a déjà reçu sa réponse."),
    "threshold-negative": _("Le seuil ne peut pas être inférieur à zéro."),
}
