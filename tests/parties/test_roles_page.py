"""docs/roles.md says what the code does."""

from carnet.parties.rules import PERMISSIONS, Role
from docs import roles


def test_the_page_of_roles_is_the_table_of_the_code() -> None:
    assert roles.PAGE.read_text(encoding="utf-8") == roles.page(), "run: python -m docs.roles"


def test_the_page_names_every_action_and_role() -> None:
    text = roles.page()
    assert all(f"`{action}`" in text for action in PERMISSIONS)
    assert all(role in text for role in Role)
