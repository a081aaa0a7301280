"""Two tenants: in the suite the factories' campaign and a second one; in the drill the whole town of the demonstration, and a second tenant."""

from tests.browser.conftest import town
from tests.web.conftest import by_pin, person_with, signed_in
from tests.web.season import season

# Fixtures, found here by their names.
__all__ = ["by_pin", "person_with", "season", "signed_in", "town"]
