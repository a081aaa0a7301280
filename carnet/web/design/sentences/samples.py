"""Sentences of the refusals about samples of redemptions, and about questions asked by consent."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "control-sample-unknown": _("Ce sondage n’existe pas, ou n’est pas d’un dispositif que vous suivez."),
    "control-sample-size": _("Choisissez entre %(least)s et %(most)s chèques à vérifier."),
    "control-sample-period": _("La période doit finir après son début, et durer au plus %(days_most)s jours."),
    "control-sample-not-over": _("La période n’est pas finie : le tirage se fait à partir du %(until_on)s."),
    "control-sample-empty": _("Aucun chèque n’a été utilisé dans cette période : il n’y a rien à tirer."),
    "control-sample-drawn": _("Ce sondage est déjà tiré. Un sondage se tire une seule fois."),
    "control-sample-closed": _("Ce sondage est clos : son résultat ne change plus."),
    "control-findings-missing": _("Il reste %(missing)s chèques à vérifier avant de clore."),
    "question-over": _("Cette question est finie."),
    "control-evidence-missing": _("« Leçon prouvée » demande au moins une preuve regardée."),
}
