"""Sentences of the refusals of bills of connections."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "connection-bill-unknown": _("Cette facture n’existe pas ici."),
    "connection-month-not-over": _("Un mois se facture une fois fini : possible à partir du %(possible_on)s."),
    "connection-nothing-to-bill": _("Aucun mois de connexion n’est à facturer."),
    "connection-bill-already-sent": _("Une facture attend déjà (nº %(bill)s). Attendez sa réponse."),
    "connection-bill-differs": _("Vous comptez %(told_cents)s, les connexions disent %(counted_cents)s. Comparez mois par mois."),
    "connection-bill-changed": _(
        "Les connexions ont changé depuis l’envoi (%(sent_cents)s demandés). Refusez-la : elle sera renvoyée juste."
    ),
    "connection-bill-not-in-state": _("Ce n’est plus possible : cette facture a changé entre-temps."),
    "connection-bill-reason-missing": _("Dites pourquoi."),
    "connection-payment-more-than-due": _("Le bailleur ne doit que %(due_cents)s. Le reste est à lui rendre."),
    "connection-nothing-to-pay-on": _("Les bailleurs n’ont rien versé de plus à transmettre."),
    "connection-bank-says-otherwise": _("Ce fichier ne dit rien de ce virement, ou un autre montant ou un autre compte. Rien n’a changé."),
}
