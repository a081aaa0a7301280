"""Sentences of the refusals of scenarios."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {"scenario-unreadable": _("Ce scénario ne se lit pas (%(scenario)s) : %(reason)s")}
