"""The texts of a consent given from afar: what will be done, the question, and what is said back. Plain words, telephones' own alphabet."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.text_messages import folded
from carnet.mandates.operations.consents import Asking, Reply
from carnet.mandates.rules import FAMILIES, Duration
from carnet.mandates.rules.consents import Answer
from carnet.web.design import formats

DURATIONS = {
    Duration.DAY: gettext_lazy("un jour"),
    Duration.MONTH: gettext_lazy("un mois"),
    Duration.SEMESTER: gettext_lazy("six mois"),
    Duration.YEAR: gettext_lazy("un an"),
}


def asking(asked: Asking) -> tuple[str, str]:
    """The two texts: first what it is about, then the question."""
    with translation.override(asked.language):
        families = ", ".join(formats.within(_(FAMILIES[each].label)) for each in asked.families)
        recap = _("%(name)s veut faire des démarches pour vous. Lesquelles : %(families)s. Pendant : %(duration)s. C’est gratuit.") % {
            "name": asked.organisation,
            "families": families,
            "duration": DURATIONS[asked.duration],
        }
        if asked.phone:
            recap += " " + _("Une question : %(phone)s.") % {"phone": asked.phone}
        question = _("Êtes-vous d’accord ? Répondez OUI ou NON avant le %(moment)s. Sans réponse, rien ne sera fait.") % {
            "moment": formats.moment(asked.expires_at)
        }
        return _plain(recap), _plain(question)


def reply(said: Reply) -> str:
    """What is answered to an answer."""
    facts = {"name": said.organisation, "phone": said.phone}
    with translation.override(said.language):
        if said.is_late:
            words = _("C’est trop tard pour répondre. %(name)s peut vous reposer la question.")
        elif said.answer is Answer.YES:
            words = _("Merci. Vous avez dit oui à %(name)s.")
            words += " " + _("Pour arrêter : %(phone)s.") if said.phone else ""
        elif said.answer is Answer.NO:
            words = _("C’est noté : vous dites non. %(name)s ne fera rien pour vous.")
        else:
            words = _("Nous n’avons pas compris. Répondez seulement OUI ou NON.")
        return _plain(words % facts)


def _plain(words: str) -> str:
    return folded(" ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split()))
