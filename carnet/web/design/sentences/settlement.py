"""Sentences of settlement's refusals, and of the bank files it reads and writes."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sample-invalid": _("Relisez cette réponse : une graine de lettres et de chiffres, de 1 à 500 passages, un jour passé."),
    "settlement-refused": _("Cette opération de paiement n’est pas possible."),
    "period-mistyped": _("« %(period)s » n’est pas une période : écrivez une année (2026), un trimestre (2026-T3) ou un mois (2026-07)."),
    "period-not-over": _("Cette période n’est pas finie : le compte définitif sera possible le %(possible_on)s."),
    "book-unknown": _("Ce compte n’existe pas, ou n’est pas le vôtre."),
    "book-not-equal": _("Ce compte n’est pas égal au grand livre : il n’est pas arrêté. Prévenez le support."),
    "book-altered": _("Le compte nº %(number)s n’est plus celui qui a été arrêté : son empreinte a changé. Prévenez l’auditeur."),
    "claim-too-early": _(
        "Des utilisations faites avant cette date peuvent encore être annulées. Le décompte sera possible à partir du %(possible_at)s."
    ),
    "claim-unknown": _("Ce décompte n’existe pas, ou n’est pas le vôtre."),
    "run-unknown": _("Cet ordre de paiement n’existe pas."),
    "transfer-unknown": _("Ce virement n’existe pas."),
    "nothing-to-pay": _("Rien ne peut être payé aujourd’hui. Décomptes mis de côté : %(set_aside)s."),
    "run-already-open": _(
        "L’ordre de paiement nº %(run_id)s de cette convention n’est pas encore parti : envoyez-le ou annulez-le d’abord."
    ),
    "run-not-in-state": _("L’ordre de paiement n’en est pas à cette étape : rien n’a changé."),
    "run-file-already-written": _(
        "Le fichier de cet ordre de paiement a été téléchargé : il est peut-être à la banque et ne s’annule plus."
    ),
    "run-changed-since-approval": _(
        "Le total a changé depuis l’approbation : %(approved_cents)s approuvés, %(found_cents)s trouvés. Rien n’est payé ; prévenez le support."
    ),
    "execution-day-past": _("Le jour d’exécution, %(execute_on)s, est passé."),
    "bank-file-already-read": _("Ce fichier de la banque a déjà été lu, le %(read_at)s. Rien n’a changé."),
    "bank-file-other-account": _("Ce fichier concerne le compte %(found)s. Celui de la convention est %(expected)s. Rien n’a changé."),
    "bank-file-other-payment": _(
        "Ce fichier répond à un ordre de paiement (%(message_id)s) qui n’est pas parti de cette convention. Rien n’a changé."
    ),
    "transfer-not-returned": _("Seul un virement revenu peut être payé de nouveau."),
    "account-not-mended": _(
        "Le compte bancaire n’a pas été corrigé, ou sa correction n’a pas encore pris effet. Faites proposer et approuver un nouveau compte."
    ),
    "closing-too-early": _(
        "Des chèques peuvent encore être utilisés, échangés, ou une utilisation annulée. La clôture sera possible le %(possible_at)s."
    ),
    "closing-unknown": _("Cette clôture n’existe pas."),
    "closing-already-open": _("Une clôture de cette convention est déjà en cours."),
    "closing-not-in-state": _("La clôture n’en est pas à cette étape : rien n’a changé."),
    "closing-changed-since-approval": _(
        "Les comptes ont changé depuis le calcul : %(approved_cents)s alors, %(found_cents)s maintenant. Annulez cette clôture et recommencez."
    ),
    "expiry-unknown": _("Cette fin de validité n’existe pas, ou n’est pas la vôtre."),
    "expiry-step-not-yet": _("Une étape précédente attend d’être confirmée : commencez par elle."),
    "expiry-step-too-early": _("Le jour de cette étape n’est pas venu : elle se confirme à partir du %(due_on)s."),
    "expiry-step-done": _("Cette étape est faite depuis le %(done_at)s."),
    "expiry-reason-missing": _("Dites pourquoi."),
    "expiry-printed": _("Cette date est imprimée sur les chèques : elle ne change pas."),
    "expiry-shortened": _("Cette date a été annoncée : elle peut être repoussée, jamais avancée."),
    "expiry-day-out-of-order": _("Ce jour ne respecte pas l’ordre des étapes : choisissez du %(after_on)s au %(before_on)s."),
    "expiry-day-past": _("Ce jour est passé."),
    "expiry-stop-day": _("Choisissez un jour du %(first_on)s au %(last_on)s."),
    "expiry-money-to-return": _("Il reste %(cents)s à rendre : calculez ce qui revient à chacun, cela terminera la procédure."),
    "joint-statement-unknown": _("Cet état contradictoire n’existe pas, ou n’est pas le vôtre."),
    "joint-statement-changed": _("Les chiffres ont été refaits depuis que vous les avez lus. Relisez-les avant de signer."),
    "joint-statement-signed": _("Vous avez signé le %(signed_at)s : cet état ne se conteste plus."),
    "joint-statement-contested": _("Cet état est contesté depuis le %(contested_at)s : il sera refait avant toute signature."),
    "joint-statements-not-signed": _("Les deux côtés signent d’abord. États qui attendent une signature : %(waiting)s."),
    "joint-statement-outdated": _(
        "Les comptes ont changé depuis la signature : %(signed_cents)s signés, %(found_cents)s trouvés. Refaites l’état contradictoire."
    ),
    "joint-statement-same": _("Rien n’a changé et personne ne conteste : cet état est le bon."),
    "debts-refused": _("Cette opération sur une somme à rendre n’est pas possible."),
    "debit-note-unknown": _("Cette note de débit n’existe pas, ou n’est pas la vôtre."),
    "advice-unknown": _("Cet avis de paiement n’existe pas, ou n’est pas le vôtre."),
    "nothing-to-ask-back": _("Ce lieu ne doit rien qui ne soit déjà demandé."),
    "debit-note-too-early": _("Le prochain paiement peut encore suffire. La note sera possible à partir du %(possible_on)s."),
    "debit-note-not-in-state": _("La note de débit n’en est pas à cette étape : rien n’a changé."),
    "debit-note-payment-differs": _("La note demande %(asked_cents)s, et vous dites %(told_cents)s : c’est le montant entier, ou rien."),
    "debit-note-reference-missing": _("Indiquez la référence donnée par la banque."),
    "debit-note-reference-used": _("Cette ligne de la banque a déjà servi pour la note %(number)s."),
    "debit-note-payment-future": _("Le %(paid_on)s n’est pas encore venu."),
    "recovery-terms-invalid": _("De 1 à %(ask_after_most)s jours avant de demander, et de 1 à %(due_within_most)s jours pour payer."),
    "nothing-to-return": _("Il ne reste rien à rendre aux financeurs."),
    "repayment-reference-missing": _("Indiquez la référence donnée par la banque."),
    "settlement-reason-missing": _("Dites pourquoi."),
    "bands-invalid": _("Les montants doivent croître, et un montant plus grand ne demande jamais moins de personnes."),
    "run-not-controlled": _("Cet ordre a été préparé automatiquement : une personne doit d’abord le contrôler."),
    "not-yours-to-resume": _("Une autre personne a arrêté cet ordre : ce n’est pas à vous de le reprendre."),
    "hold-unknown": _("Cette retenue n’existe pas."),
    "hold-already-placed": _("Ces paiements sont déjà retenus, jusqu’au %(until)s."),
    "hold-ended": _("Cette retenue est déjà finie, depuis le %(ended_at)s."),
    "hold-too-long": _("Une retenue dure de 1 à %(most)s jours. Ensuite, il faut décider de nouveau."),
    "hold-words-missing": _("Dites pourquoi, ce que le lieu doit lire, et quel téléphone il peut appeler."),
    "payment-request-not-possible": _("Ce programme paie à jours fixes : il n’y a rien à demander."),
    "payment-request-already-made": _("C’est déjà demandé. Vous recevrez ce paiement le %(payable_on)s."),
    "payment-request-nothing": _("Aucun chèque à payer : tout est déjà demandé ou payé."),
    "fees-invalid": _("Ces frais ne sont pas possibles : vérifiez les montants et le taux de TVA."),
    "fees-too-soon": _("Les lieux doivent lire ces frais à l’avance : ils commencent au plus tôt le %(possible_on)s."),
    "fee-invoice-unknown": _("Cette facture n’existe pas, ou n’est pas la vôtre."),
    "bank-file-unknown": _("Cette réponse n’existe pas."),
    "run-of-another-channel": _("Cet ordre ne part pas sous cette forme : revenez à sa page."),
    "order-answer-incomplete": _("Donnez le numéro du mandat et le jour, ou bien le motif du rejet. Pas les deux."),
    "order-answered-in-future": _("Le %(paid_on)s n’est pas encore passé."),
    "order-already-answered": _("Ce mandat n’attend pas de réponse : il n’est pas encore remis, ou il a déjà la sienne."),
    "bank-file-refused": _("Ce fichier bancaire n’est pas utilisable."),
    "bank-file-empty": _("Ce fichier est vide."),
    "bank-file-too-large": _("Ce fichier est trop lourd pour une réponse de banque."),
    "bank-file-hostile": _("Ce fichier contient une construction (%(reason)s) qu’une banque n’envoie jamais. Il n’a pas été lu."),
    "bank-file-encoding": _("Ce fichier n’est pas écrit dans un encodage connu (UTF-8 ou ISO-8859-1)."),
    "order-list-columns-missing": _("Il manque des colonnes dans cette liste : %(columns)s. Rendez le fichier mandats.csv, rempli."),
    "bank-file-malformed": _("Ce fichier n’est pas conforme au format de la banque, à la ligne %(line)s (détail technique : %(reason)s)."),
    "bank-file-wrong-type": _("Ce fichier est un « %(found)s ». Attendus : %(expected)s."),
    "bank-file-packed": _("Ce fichier est une archive : ouvrez-la, puis donnez le fichier XML qu’elle contient."),
    "payment-file-invalid": _("Un virement ne peut pas être écrit : %(field)s (%(reason)s)."),
}
