"""Passwords of the list of breached ones are refused, where whoever runs the site keeps it (docs/operating/security.md#passwords)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from carnet.gateways.breached_passwords import BreachedListUnreadable, is_breached


class BreachedPasswordsValidator:
    """Looks the password up on this machine. A list that cannot be read refuses: whether it is in it is not known."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises: ValidationError."""
        if settings.BREACHED_PASSWORDS is None:
            return
        try:
            breached = is_breached(password, path=settings.BREACHED_PASSWORDS)
        except BreachedListUnreadable:
            raise ValidationError(
                _("Ce mot de passe ne peut pas être vérifié maintenant. Réessayez plus tard, ou prévenez qui tient le site."),
                code="breached_list_unreadable",
            ) from None
        if breached:
            raise ValidationError(
                _("Ce mot de passe a déjà été volé ailleurs, à quelqu’un : choisissez-en un autre."), code="password_breached"
            )

    def get_help_text(self) -> str:
        """What the list of rules says of it."""
        return _("Un mot de passe déjà volé ailleurs est refusé.")
