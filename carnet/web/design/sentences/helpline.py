"""Sentences of the refusals of the phone line and of complaints."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "complaint-empty": _("Écrivez ce qui s’est passé. Quelques mots suffisent."),
    "complaint-number-mistyped": _("Ce numéro est mal tapé. Il a huit signes, comme K7FM-42PX : recopiez-le."),
    "complaint-unknown": _("Ce numéro et ces six chiffres ne vont pas ensemble. Recopiez-les, ou téléphonez."),
    "complaint-locked": _("Trop d’essais sur ce numéro. Téléphonez : on vous lira la réponse."),
    "complaint-closed": _("Cette réclamation a reçu sa réponse le %(closed_at)s. Vous pouvez en déposer une autre."),
    "complaints-too-many": _("Trop de réclamations viennent d’ici. Attendez %(minutes)s minutes, ou téléphonez."),
    "complaint-about-nobody": _("Dites de quel lieu ou de quel carnet il s’agit : la réclamation ira à qui peut y répondre."),
    "complaint-kind-not-yours": _("Cette réclamation ne peut pas venir d’ici. Choisissez un autre motif."),
    "complaint-contact-invalid": _("Écrivez un courriel ou un numéro de téléphone, ou ne laissez rien."),
    "complaint-place-not-named": _("Aucun lieu tenu par une organisation n’est nommé : il n’y a personne à interroger."),
    "complaint-hearing-day-invalid": _("Donnez au lieu un jour entre le %(first_on)s et le %(last_on)s."),
    "complaint-heard-already": _("Le lieu a déjà répondu à ce qui lui était demandé."),
    "complaint-asked-already": _("Le lieu a jusqu’au %(asked_on)s pour répondre. Attendez ce jour avant de demander autre chose."),
    "complaint-answer-missing": _("Écrivez la réponse, en mots simples."),
    "complaint-delay-invalid": _("Ce délai va de 1 à %(days_max)s jours."),
    "helpline-number-unknown": _("Rien ne porte ce numéro ici. Relisez-le avec la personne, signe par signe."),
    "helpline-number-unreadable": _(
        "Ce n’est pas un numéro que l’on peut chercher. Tapez celui d’un chèque, d’un carnet, d’un lieu, d’une réservation, "
        "d’un remplacement, d’un virement ou d’une réclamation, en entier."
    ),
    "helpline-code-dictated": _(
        "Ce sont les chiffres secrets d’un chèque. Rien n’a été cherché ni gardé. Dites à la personne de ne jamais dicter ce code : "
        "le numéro du chèque suffit, celui qui commence par des lettres."
    ),
    "helpline-too-many-questions": _("Trop de recherches à la fois. Attendez %(minutes)s minutes."),
}
