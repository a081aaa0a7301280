"""Sentences of the theme's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "colour-unreadable": _("« %(colour)s » n’est pas une couleur. Écrivez un dièse et six signes, par exemple #14565a."),
    "contrast-too-low": _(
        "La couleur %(colour)s ne se lit pas assez bien (contraste %(ratio)s, il faut %(minimum)s). "
        "La nuance la plus proche qui convient est %(nearest)s."
    ),
}
