"""Sentences of the refusals of a redemption."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "redemption-refused": _("Ce chèque ne peut pas être accepté."),
    "voucher-unknown": _("Ce code ne correspond à aucun chèque accepté ici. Vérifiez les chiffres, ou appelez l’assistance."),
    "voucher-already-redeemed": _("Ce chèque a déjà été utilisé le %(redeemed_at)s."),
    "voucher-lapsed": _("Ce chèque n’est plus valable : il était accepté jusqu’au %(accepted_until)s."),
    "voucher-not-active": _("Ce chèque n’est pas en service : pas encore activé, pas encore remis, ou annulé."),
    "voucher-reserved": _("Ce chèque est réservé pour une leçon dans un autre lieu."),
    "place-not-accepted": _("Ce lieu n’accepte pas de chèques aujourd’hui."),
    "service-not-accepted": _("Ce service n’est pas payé par ce chèque dans ce lieu."),
    "voucher-count-wrong": _("Nombre de chèques pour ce service : %(needed)s. Vous en avez donné %(given)s : rien n’est pris."),
    "place-required": _("Indiquez dans quel lieu la leçon a eu lieu."),
    "too-many-attempts": _("Trop de codes inconnus en peu de temps. Attendez un quart d’heure, ou appelez l’assistance."),
    "held-back": _("Ce chèque est bon, mais un autre du groupe ne l’est pas : aucun n’a été pris."),
    "attended-invalid": _("La date de la leçon doit être aujourd’hui ou dans l’année écoulée."),
    "batch-too-large": _("Un envoi contient au plus %(items_max)s chèques."),
    "redemption-unknown": _("Aucun passage à ce numéro parmi les vôtres."),
    "already-reversed": _("Ce passage a déjà été annulé."),
    "undo-window-closed": _("Le délai pour annuler est passé depuis le %(undo_until)s. Contactez l’opérateur."),
    "reason-missing": _("Dites pourquoi, en quelques mots."),
    # Paper sheets.
    "sheet-unknown": _("Aucune feuille à ce numéro parmi celles que vous pouvez ouvrir."),
    "sheet-finished": _("Cette feuille est terminée depuis le %(finished_at)s. Pour d’autres chèques, ouvrez-en une nouvelle."),
    "sheets-too-many": _("C’est trop de feuilles à la fois : %(sheets_max)s au plus. Terminez d’abord celles qui sont ouvertes."),
    "pictures-too-many": _("Une feuille porte au plus %(pictures_max)s photos."),
    "picture-gone": _("Cette photo a été effacée."),
    "operator-not-of-place": _("Ce lieu n’accepte les chèques d’aucun de vos programmes."),
    # Telephones and text messages.
    "telephone-unknown": _("Aucun téléphone à ce numéro parmi ceux de votre lieu."),
    "telephone-taken": _("Ce numéro sert déjà à un lieu. Envoyez d’abord STOP depuis ce téléphone."),
    "confirmation-wrong": _("Ce ne sont pas les bons chiffres. Essais restants : %(tries_left)s."),
    "confirmation-expired": _("Ces chiffres ne sont plus valables. Demandez-en d’autres."),
    "confirmations-too-many": _("Trop de demandes pour ce numéro ou pour votre organisation. Réessayez plus tard."),
    "text-unclear": _("Ce message ne se lit pas : écrivez le numéro du chèque, ses 18 chiffres, puis le service."),
    "service-unclear": _("Ce service ne se lit pas : écrivez son numéro."),
    "service-missing": _("Il manque le service rendu : écrivez son numéro après les 18 chiffres."),
    "text-too-long": _("Un message porte au plus %(vouchers_max)s chèques."),
    "texts-too-many": _("Trop de messages en une heure depuis ce téléphone."),
    "not-done-by-this-telephone": _("Ce téléphone n’annule que ce qu’il a fait lui-même. Annulez à l’écran."),
    "device-refused": _("Cet appareil ne peut pas faire cela."),
    "device-unknown": _("Cet appareil n’est pas enregistré."),
    "device-revoked": _("Cet appareil a été révoqué le %(revoked_at)s : ce qu’il envoie est gardé, mais n’est plus accepté."),
    "device-signature-invalid": _(
        "L’envoi n’est pas signé par cet appareil, ou a été modifié en chemin. Rien n’a été pris, rien n’est perdu."
    ),
    "device-key-invalid": _("La clé de cet appareil n’est pas lisible. Recommencez l’enregistrement."),
    "device-name-invalid": _("Donnez à l’appareil un nom d’au plus %(length_max)s caractères."),
    "device-limits-invalid": _(
        "Les limites vont jusqu’à %(count_most)s chèques, %(limit_most_cents)s et %(hours_most)s heures, et aucune n’est nulle."
    ),
    "item-tampered": _("Ce passage a été modifié après son acceptation sur l’appareil : il n’est pas pris."),
    "item-unreadable": _("Ce passage n’est pas lisible : il n’est pas pris."),
    "item-of-another-device": _("Ce passage vient d’un autre appareil : il n’est pas pris."),
    "item-key-reused": _("Un autre passage porte déjà ce numéro : celui-ci n’est pas pris."),
    "qr-code-needed": _("Sans réseau, seul le QR code d’un chèque peut être vérifié. Notez ce chèque sur la feuille de papier."),
    # Serials asked with their secret.
    "serial-locked": _(
        "Trop de mauvais codes ont été donnés pour ce chèque : appelez l’assistance. Au guichet, son code seul est encore accepté."
    ),
    "serial-not-locked": _("Ce numéro de chèque n’est pas bloqué."),
    # What a holder asks without account: short, and the same for an unknown number and a wrong secret.
    "balance-unknown": _("Ce numéro et ce code ne vont pas ensemble. Relisez les deux sur le même carnet."),
    "balance-closed": _("Nous ne pouvons pas répondre ici aujourd’hui. Appelez : une personne vous répond."),
    # Reservations.
    "reservation-too-late": _(
        "Un chèque se réserve %(days_max)s jours au plus, et jamais après la fin de sa validité : ici, jusqu’au %(until_max)s."
    ),
    "reservation-in-past": _("La fin de la réservation doit être à venir."),
    "reservation-unknown": _("Aucune réservation à ce numéro parmi les vôtres."),
    "reservation-ended": _("Cette réservation est terminée : elle ne retient plus de chèque."),
    # Disputes.
    "undo-window-open": _("Vous pouvez encore annuler vous-même ce passage, jusqu’au %(undo_until)s."),
    "dispute-too-late": _("Ce passage est trop ancien : il se conteste dans les %(days_max)s jours."),
    "dispute-open": _("Ce passage est déjà contesté : l’opérateur va répondre."),
    "dispute-settled": _("L’opérateur a déjà répondu pour ce passage. Appelez l’assistance."),
    "dispute-unknown": _("Aucune contestation à ce numéro parmi celles que vous pouvez voir."),
    "dispute-decided": _("Cette contestation a déjà reçu sa réponse."),
    "decided-by-opener": _("La personne qui a ouvert une contestation ne peut pas y répondre elle-même."),
}
