"""Sentences of issuing's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "order-unknown": _("Cette commande n’existe pas, ou n’est pas d’un de vos programmes."),
    "booklet-count-wrong": _("Commandez entre 1 et %(most)s carnets."),
    "agreement-of-another-programme": _("Cette convention finance un autre programme."),
    "operator-not-labelled": _(
        "« %(operator)s » n’a pas de label en vigueur : sans lui, aucune édition ne se commande, ne s’approuve ni ne se tire. Demandez-le à "
        "l’État, sur la page « Le label de votre organisation ». La commande attend ; les chèques déjà faits restent bons."
    ),
    "key-version-unknown": _("Il n’y a pas de version %(version)s des clés de ce programme."),
    "key-version-current": _("La version %(version)s est en service : tirez d’abord de nouvelles clés, puis terminez celle-ci."),
    "order-not-approved": _("Une autre personne doit d’abord approuver cette commande."),
    "order-already-decided": _("Cette commande a déjà reçu sa réponse, le %(decided_at)s."),
    "order-already-drawn": _("Les codes de cette commande ont déjà été tirés, le %(drawn_at)s."),
    "order-not-drawn": _("Les codes de cette commande ne sont pas encore tirés."),
    "order-not-printed": _("Ces carnets ne sont pas encore déclarés imprimés."),
    "order-already-printed": _("Ces carnets ont déjà été déclarés imprimés, le %(printed_at)s."),
    "proof-of-printing-missing": _("Indiquez la référence du bon à tirer ou de la livraison de l’imprimeur."),
    "seed-destroyed": _("Le secret de cette commande a été détruit le %(seed_destroyed_at)s : rien ne peut plus être imprimé."),
    "ranks-reversed": _("Choisissez des carnets de la commande, du premier au dernier : elle en compte %(booklet_count)s."),
    "job-unknown": _("Ce travail n’existe pas, ou n’est pas d’un de vos programmes."),
    "print-file-unknown": _("Ce fichier n’existe pas, ou a été supprimé après l’impression."),
    "recipient-wrong": _("Les carnets s’expédient à une organisation qui les distribue ; ce n’est pas le cas de « %(organisation)s »."),
    "not-enough-in-stock": _("Vous demandez %(asked)s carnets ; le plus que vous ayez d’une suite est %(held)s."),
    "shipment-unknown": _("Cet envoi n’existe pas, ou ne vous concerne pas."),
    "shipment-not-yours": _("Seule l’organisation à qui ces carnets sont envoyés peut confirmer leur arrivée."),
    "programme-not-simulated": _("Les codes ne se montrent que sur le papier, sauf ceux d’une démonstration."),
}
