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
    "parcel-unknown": _("Ce colis n’existe pas, ou ne vous concerne pas. Vérifiez le numéro de l’étiquette."),
    "parcel-not-yours": _("Seul celui qui a préparé ce colis l’envoie, et seul celui à qui il est envoyé le compte."),
    "parcel-not-now": _("Ce colis a changé d’état entre-temps : rechargez la page pour voir où il en est."),
    "nothing-packed": _("Aucun colis n’attend de partir pour ce destinataire."),
    "not-in-parcel": _("Ce carnet n’est pas de ce colis. Mettez-le à part, et vérifiez l’étiquette."),
    "ends-differ": _("Ce ne sont pas le premier et le dernier carnet de ce colis. Comptez ce qui est là, plus bas."),
    "nothing-scanned": _("Lisez d’abord les carnets qui sont là. Si le colis n’est pas arrivé, dites-le plus bas."),
    "not-missing": _("Ces carnets ne manquent pas, ou ne manquent plus, à ce colis."),
    "outcome-unfit": _("Un carnet abîmé a été vu : il n’est ni perdu ni volé. Un carnet jamais arrivé n’a pas été vu abîmé."),
    "booklets-spoiled": _(
        "Carnets de ces colis signalés abîmés à l’imprimerie, et pas encore refaits : %(booklets)s (%(numbers)s). Ces colis partiront quand "
        "ils seront refaits ; sinon, défaites-les."
    ),
    "parcels-too-many": _("Faites moins de colis à la fois : %(most)s au plus."),
    "programme-not-simulated": _("Les codes ne se montrent que sur le papier, sauf ceux d’une démonstration."),
    "design-missing": _("Dites d’abord à quoi ressemblent ces carnets."),
    "design-frozen": _(
        "La version %(version)s est bonne à tirer : ce qui est imprimé est ce qui a été approuvé. Rouvrez-la avant d’imprimer."
    ),
    "proof-waits": _("La version %(version)s attend une réponse. Reprenez l’épreuve pour la corriger."),
    "proof-unknown": _("Cette épreuve n’existe pas, ou ne vous a pas été envoyée."),
    "proof-not-approved": _("Rien ne s’imprime sans bon à tirer : envoyez l’épreuve, une autre personne répond."),
    "proof-outdated": _(
        "La version %(version)s ne dit plus la vérité : les dates ou les textes du programme ont changé depuis. Rouvrez-la, puis envoyez "
        "une autre épreuve."
    ),
    "proof-answered": _("Cette épreuve a déjà reçu sa réponse, ou a été reprise, le %(decided_at)s."),
    "proof-of-nobody": _("Choisissez un financeur de la convention, ou votre organisation."),
    "printing-begun": _("Des fichiers ont déjà été préparés pour l’imprimeur : ce qui est bon à tirer ne se rouvre plus."),
    "print-title-missing": _("Écrivez le titre de la couverture."),
    "print-text-too-long": _("%(field)s : %(typed)s caractères, c’est trop. Écrivez-en %(most)s au plus."),
    "print-text-overflows": _(
        "%(field)s : ce texte prendrait %(lines)s lignes ; il y a la place pour %(most_lines)s de %(most_mm)s mm. Retirez environ "
        "%(too_many)s caractères."
    ),
    "print-names-overflow": _(
        "%(field)s : « %(text)s » ne tient pas. Il y a la place pour %(most_lines)s lignes de %(most_mm)s mm, et il en faudrait %(lines)s. "
        "Raccourcissez."
    ),
    "print-services-overflow": _(
        "Les services nommés prendraient %(lines)s lignes ; il y a la place pour %(most_lines)s, et chacun est imprimé en entier. "
        "Nommez-en moins."
    ),
    "print-text-unprintable": _("%(field)s : ces signes ne peuvent pas être imprimés : %(signs)s. Enlevez-les."),
    "accent-unreadable": _("Écrivez une couleur avec un dièse et six signes, par exemple #14506b."),
    "accent-too-pale": _(
        "Des lettres blanches ne se liraient pas sur %(accent)s : le contraste est de %(ratio)s pour 1, il faut au moins %(minimum)s. "
        "Prenez plus foncé."
    ),
    "service-not-of-programme": _("Le programme ne paie pas ce service."),
    "print-funders-missing": _("Écrivez qui paie : un financeur par ligne."),
    "too-many-logos": _("Pas plus de %(most)s logos : au-delà, ils seraient trop petits."),
    "logo-unnamed": _("Dites de qui est ce logo."),
    "logo-unknown": _("Ce logo n’existe plus, ou n’est pas de ce programme."),
    # print shops and their keys
    "print-shop-unknown": _("Cet imprimeur n’existe pas, ou travaille pour un autre opérateur."),
    "print-shop-ended": _("Vous ne travaillez plus avec cet imprimeur depuis le %(ended_at)s."),
    "not-a-print-shop": _("« %(organisation)s » n’est pas enregistrée comme imprimerie."),
    "print-shop-busy": _("Cet imprimeur a encore des commandes à imprimer : %(orders)s. Attendez qu’elles le soient."),
    "print-key-missing": _("« %(organisation)s » n’a pas de clé en vigueur : rien ne peut être scellé pour elle."),
    "print-key-unknown": _("Cette clé n’existe pas, ou n’est pas d’un de vos imprimeurs."),
    "print-key-decided": _("Cette clé a déjà reçu sa réponse, ou n’a jamais été en vigueur."),
    "print-key-known": _("Cette clé a déjà été donnée : c’est la version %(version)s. Faites-en une autre."),
    "fingerprint-differs": _(
        "Ce n’est pas la fin de l’empreinte de cette clé. Rappelez l’imprimeur, et refusez la clé s’il lit autre chose."
    ),
    "print-shop-declares": _(
        "« %(print_shop)s » a reçu les fichiers : c’est elle qui déclare le tirage, après avoir compté. Si vous le dites pour elle, dites pourquoi."
    ),
    "print-shop-needed": _("Choisissez un imprimeur : les fichiers d’un vrai programme ne se font que scellés pour lui."),
    "nothing-to-print": _("Choisissez au moins une chose à préparer."),
    "not-reported-spoiled": _(
        "Ces carnets sont imprimés : seuls ceux que l’imprimeur a signalés abîmés se refont (%(first)s à %(last)s ne le sont pas tous)."
    ),
    "printed-quantity-wrong": _(
        "Les carnets imprimés (%(printed_count)s) et les carnets abîmés signalés (%(spoiled_count)s) ne font pas les %(booklet_count)s "
        "de la commande. Signalez d’abord ceux qui sont abîmés."
    ),
    "print-file-damaged": _("Le fichier « %(file)s » a changé sur le disque : il n’est pas donné. Prévenez l’opérateur."),
    "print-files-missing": _("%(missing_count)s carnets n’ont jamais été dans un fichier : ils ne peuvent pas être imprimés."),
    "certificate-refused": _("Ce certificat ne peut pas servir."),
    "certificate-unreadable": _("Ce fichier n’est pas un certificat. Choisissez certificat.pem, et lui seul."),
    "private-key-sent": _(
        "Attention : ce fichier contient une clé privée. Nous n’en avons rien gardé, mais elle n’est plus secrète. "
        "Faites une autre clé, et donnez seulement son certificat."
    ),
    "certificate-key-unfit": _("Cette clé n’est pas une clé RSA : les fichiers ne peuvent pas être scellés pour elle."),
    "certificate-key-weak": _("Cette clé a %(bits)s bits : il en faut au moins %(least)s."),
    "certificate-expired": _("Ce certificat est fini depuis le %(valid_until)s. Faites-en un autre."),
    # the packing list
    "box-size-wrong": _("Un colis contient de 1 à %(most)s carnets."),
    "packing-quantity-wrong": _("%(place)s : envoyez au moins un carnet, ou laissez vide."),
    "packing-too-many": _("Vous répartissez %(asked)s carnets ; la commande en compte %(booklet_count)s."),
    "packing-frozen": _("Des fichiers sont déjà faits d’après ce colisage : il ne change plus."),
}
