"""What the room of people's data refuses, in French."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sought-too-vague": _("C’est trop court : donnez une adresse, un téléphone, un numéro, ou un nom et un prénom."),
    "nobody-found": _("Rien ne parle de cette personne ici."),
    "row-not-found": _("La ligne %(row)s n’est pas de celles trouvées pour cette personne."),
    "not-correctable": _(
        "« %(column)s » ne se corrige pas d’ici : c’est une preuve, une donnée scellée ou publiée, corrigée sur son propre écran."
    ),
}
