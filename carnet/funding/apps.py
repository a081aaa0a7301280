"""The funding room as Django sees it."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """Programmes, agreements and the money promised and received."""

    name = "carnet.funding"
    label = "funding"
    default_auto_field = "django.db.models.BigAutoField"
