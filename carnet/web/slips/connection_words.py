"""What the papers of a solidarity connection say, once, in French: the slip a person leaves the desk with, and the leaflet of the scheme.

Short, active, without jargon, as every paper of a person; translated and read by a person as the others (`carnet.web.slips.languages`).
"""


def _(text: str) -> str:
    """Mark a French sentence for extraction; it is translated when it is shown."""
    return text


CONNECTION_SENTENCES = {
    "connection": _("Votre connexion à internet"),
    "connection-number": _("Votre numéro"),
    "connection-code": _("Votre code secret"),
    "connection-code-use": _("Avec le numéro et le code, vous suivez tout sur le site."),
    "connection-code-safe": _("Ne donnez ce code à personne, même par téléphone."),
    "connection-price": _("Ce que vous payez"),
    "connection-monthly": _("%(price)s par mois"),
    "connection-free": _("Rien. C’est gratuit."),
    "connection-no-setup": _("Brancher est gratuit."),
    "connection-months": _("Nombre de mois : %(count)s"),
    "connection-pay-after": _("Vous payez seulement quand internet marche."),
    "connection-what": _("Ce que vous avez"),
    "connection-home": _("Internet chez vous, avec ce fournisseur : %(provider)s"),
    "connection-speed": _("Vitesse : %(speed)s mégabits par seconde."),
    "connection-box": _("Une box, à brancher. Elle est prêtée."),
    "connection-computer": _("Un ordinateur prêté, si vous n’en avez pas."),
    "connection-next": _("La suite"),
    "connection-next-landlord": _("1. Votre bailleur répond à la demande."),
    "connection-next-provider": _("2. Le fournisseur branche internet chez vous."),
    "connection-next-told": _("Sans nouvelles dans deux semaines ? Appelez."),
    "connection-broken": _("Internet ne marche pas ?"),
    "connection-broken-how": _("Appelez et donnez votre numéro. Ou dites-le sur le site."),
    "connection-stop": _("Vous voulez arrêter ?"),
    "connection-stop-how": _("Appelez, ou dites-le sur le site. Vous n’avez pas à dire pourquoi."),
    "connection-lessons": _("Apprendre, près de chez vous"),
    "connection-scan": _("Ce code montre la page de votre connexion."),
    "connection-passwords": _("Personne ne doit vous demander un mot de passe."),
    # the leaflet
    "connection-leaflet": _("Internet solidaire : comment ça marche"),
    "connection-leaflet-what": _("Internet chez vous, moins cher, avec votre bailleur social."),
    "connection-leaflet-who": _("Pour qui ?"),
    "connection-ground-no-connection": _("Vous n’avez pas internet chez vous."),
    "connection-ground-too-dear": _("Internet est trop cher pour vous."),
    "connection-ground-low-income": _("Vous avez peu de revenus."),
    "connection-ground-job-seeker": _("Vous cherchez un emploi."),
    "connection-ground-school-child": _("Vous avez un enfant à l’école."),
    "connection-ground-aged": _("Vous avez plus de 65 ans."),
    "connection-ground-lessons": _("Vous suivez des leçons, ou vous avez des chèques."),
    "connection-one-of": _("Et une de ces choses :"),
    "connection-leaflet-where": _("Dans ces résidences"),
    "connection-leaflet-ask": _("Comment demander ?"),
    "connection-leaflet-ask-how": _("Allez dans un guichet, ou appelez. Cela prend deux minutes."),
    "connection-leaflet-papers": _("On ne vous demande pas de photocopies."),
    "connection-leaflet-scan": _("Ce code montre où demander."),
}
