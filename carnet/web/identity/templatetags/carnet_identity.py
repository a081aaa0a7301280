"""What a page may offer: ``{% load carnet_identity %}``."""

from django import template

from carnet.gateways.identity import franceconnect_is_offered

register = template.Library()


@register.simple_tag
def offers_franceconnect() -> bool:
    """Whether FranceConnect is in this installation's settings."""
    return franceconnect_is_offered()
