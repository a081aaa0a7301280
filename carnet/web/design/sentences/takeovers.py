"""Refusals of takeovers: archives, receipts brought after the last increment, claims on paper proof."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "archive-tampered": _(
        "Cette archive a été modifiée : %(step)s, %(table)s, %(key)s (%(what)s ; %(faults)s anomalie(s) en tout). Rien n’a été repris."
    ),
    "archive-untrusted": _(
        "Cette archive est signée par une autre clé que celle annoncée (empreinte %(found)s). Vérifiez-la auprès du financeur : rien n’a été repris."
    ),
    "archive-of-another-version": _(
        "Cette archive vient d’une autre version de Carnet (%(app)s : %(theirs)s, ici %(ours)s). Installez la même version, puis recommencez."
    ),
    "numbers-taken": _(
        "Des numéros de l’archive existent déjà ici (%(table)s, %(columns)s = %(value)s). Reprenez ce programme dans une base à lui, préparée par « carnet init --first-number »."
    ),
    "successor-key-wrong": _(
        "Les clés des chèques (version %(version)s) ne sont pas scellées pour cette clé de successeur : donnez le bon fichier à --successor-key."
    ),
    "takeover-operator-missing": _(
        "Aucun opérateur n’a le SIRET « %(siret)s » ici : créez l’organisation (« carnet init »), puis nommez-la avec --operator."
    ),
    "takeover-ledger-broken": _(
        "Avec les lignes de l’archive, le grand livre n’est pas exact : %(where)s, %(what)s (règle %(invariant)s). Rien n’a été repris."
    ),
    "takeover-totals-differ": _(
        "Ce qui a été lu n’est pas ce que l’archive annonce (%(name)s : %(found)s au lieu de %(announced)s). Rien n’a été repris."
    ),
    "archive-incomplete": _(
        "Il manque une étape (%(step)s) : l’archive s’arrête au %(known_at)s. Cherchez-la ; sinon, reprenez jusque-là avec --up-to-gap : les lieux apporteront leurs reçus d’après."
    ),
    "already-taken-over": _("Ce programme a déjà été repris ici, le %(taken_at)s."),
    "takeover-rows-refused": _("La base refuse des lignes de l’archive (%(table)s : %(reason)s). Rien n’a été repris."),
    "takeover-unknown": _("Cette reprise n’existe pas, ou concerne un autre opérateur."),
    "takeover-note-missing": _("Dites en une phrase comment c’est réglé (%(length_max)s caractères au plus)."),
    "takeover-already-settled": _("C’est déjà réglé, depuis le %(settled_at)s."),
    "receipt-unreadable": _("Ce n’est pas un reçu signé d’un programme repris ici."),
    "receipt-of-another-place": _("Ce reçu est celui d’un autre lieu."),
    "receipt-too-old": _(
        "Ce reçu date d’avant la dernière sauvegarde reçue (%(since)s) : l’encaissement aurait dû s’y trouver. L’opérateur regarde."
    ),
    "receipt-too-late": _("Ce reçu date d’après la reprise : l’ancien opérateur ne pouvait plus accepter de chèque. L’opérateur regarde."),
    "receipt-undone": _("Cet encaissement avait été annulé par le lieu. L’opérateur regarde."),
    "receipt-spent-elsewhere": _("Ce chèque est déjà utilisé (le %(redeemed_at)s). L’opérateur regarde les deux preuves."),
    "receipt-not-honoured": _("Ce chèque ne peut pas être payé ainsi (%(reason)s). L’opérateur regarde."),
    "receipts-missing": _("Collez au moins un reçu, ou choisissez un fichier."),
    "receipts-too-many": _("%(receipts_max)s reçus au plus à la fois : envoyez les autres ensuite."),
    "receipt-standing-not-said": _("Cochez la case : un reçu ne dit pas si l’encaissement a été annulé ensuite."),
    "serials-faulty": _("Rien n’a été repris : %(count)s anomalie(s). La première : ligne %(line)s, colonne « %(column)s » (%(found)s)."),
    "serials-taken-before": _("Le numéro %(serial)s est déjà dans ce programme : cette liste a été reprise."),
    "serials-unfunded": _(
        "La convention ne couvre pas ces chèques : il manque %(missing_cents)s sur %(needed_cents)s. Rien ne circule sans financement."
    ),
    "paper-claim-empty": _("Écrivez au moins un numéro de chèque."),
    "paper-claim-too-long": _("%(lines_max)s chèques au plus par demande : envoyez les autres dans une deuxième."),
    "paper-unknown": _("Le numéro %(serial)s n’est dans aucune liste reprise pour vos programmes. Relisez le chèque."),
    "paper-spent": _("Le chèque %(serial)s est déjà utilisé ou annulé, d’après la liste de l’ancien opérateur."),
    "paper-of-another-place": _("D’après la liste, un autre lieu a accepté le chèque %(serial)s."),
    "paper-claimed": _("Le chèque %(serial)s est déjà demandé."),
    "paper-twice": _("Le chèque %(serial)s est écrit deux fois."),
    "paper-too-late": _("Le chèque %(serial)s ne valait plus ce jour-là, ou ce jour n’est pas encore venu."),
    "paper-proof-missing": _("Joignez une photo, ou déclarez que vous gardez les chèques."),
    "paper-service-not-taken": _("Votre lieu ne donne pas ce service dans ce programme."),
    "paper-claim-unknown": _("Cette demande n’existe pas, ou n’est pas à vous."),
    "paper-claim-decided": _("Quelqu’un a déjà répondu à cette demande."),
}
