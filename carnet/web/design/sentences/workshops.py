"""Sentences of the refusals about workshops."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "workshop-session-unknown": _("Aucune séance d’atelier ne porte ce numéro ici."),
    "booking-unknown": _("Aucune réservation ne porte ce numéro. Vérifiez chaque signe."),
    "booking-number-mistyped": _("Ce numéro est mal tapé. Il a huit signes, comme K7FM-42PX : recopiez-le."),
    "hours-impossible": _("Une séance commence après 6 h, finit avant 23 h, et dure de %(minutes_min)s à %(minutes_max)s minutes."),
    "rhythm-empty": _("Il ne reste aucun jour. Retirez des exceptions, ou choisissez une fin plus tardive."),
    "rhythm-too-long": _("C’est trop long : au plus %(sessions_max)s séances, et pas plus de %(days_max)s jours à l’avance."),
    "session-in-the-past": _("Cette séance a déjà commencé. Choisissez un jour et une heure à venir."),
    "seats-invalid": _("Il faut de 1 à %(seats_max)s places, et au plus %(waiting_max)s sur la liste d’attente."),
    "seats-below-booked": _(
        "%(booked)s places sont déjà réservées et %(waiting)s personnes attendent : on ne peut pas descendre plus bas."
    ),
    "vouchers-invalid": _("Une séance demande de 0 à %(vouchers_max)s chèques."),
    "vouchers-not-taken-here": _(
        "Le %(on)s, votre lieu n’accepte pas de chèques pour ce service. Choisissez un autre service, ou rendez la séance gratuite."
    ),
    "title-missing": _("Écrivez quelques mots, au plus %(length_max)s signes."),
    "workshop-word-unknown": _("« %(value)s » n’est pas dans la liste."),
    "session-over": _("La séance a commencé le %(starts_at)s : les réservations ne changent plus."),
    "session-cancelled": _("Cette séance est annulée. Choisissez-en une autre."),
    "session-full": _("Cette séance est complète, et sa liste d’attente aussi. Choisissez-en une autre."),
    "session-not-online": _("Les places de cette séance se réservent par téléphone, ou à un guichet."),
    "booklet-not-good": _("Ce numéro ne permet pas de réserver. Recopiez celui de la couverture de votre carnet, ou téléphonez au lieu."),
    "already-booked": _("Vous avez déjà une place à cette séance. Votre numéro de réservation permet de la revoir."),
    "too-many-bookings": _("Vous avez déjà %(bookings_max)s leçons à venir. Allez à l’une d’elles, ou rendez une place."),
    "booking-ended": _("Cette place a été rendue, ou la séance annulée."),
    "nobody-absent": _("Toutes les places sont prises. Notez d’abord qui est absent."),
    "not-held-yet": _("On note qui est venu à partir du jour de la séance."),
    "attendance-closed": _("On ne change plus qui est venu après %(days)s jours."),
    "too-many-tries": _("Trop d’essais. Attendez %(minutes)s minutes, ou téléphonez au lieu."),
}
