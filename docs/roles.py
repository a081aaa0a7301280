"""Writes docs/roles.md: the one table *role x may see x may do x home page*, from carnet.parties.rules."""

from pathlib import Path

from carnet.parties.rules import HOMES, PERMISSIONS, ROLES_OF_KIND, SCOPE_ACTIONS, SECOND_FACTOR_ROLES, Permission, Role

PAGE = Path(__file__).with_name("roles.md")


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(
        [
            "# Who may see and do what",
            "",
            "This page is written by `make docs` from `PERMISSIONS` and `HOMES` in `carnet/parties/rules.py`, the only source of",
            "permissions. Every route of the site is tested against it. *yes*: the role holds the action; *proof*: it must also have",
            "proved a second factor in the last fifteen minutes. Which rows one sees inside an action is another matter: row-level",
            "security and each room's `access.py`.",
            "",
            "## Roles and home pages",
            "",
            *_roles(),
            "",
            "## See",
            "",
            *_table([line for line in PERMISSIONS.values() if line.verb == "see"]),
            "",
            "## Do",
            "",
            *_table([line for line in PERMISSIONS.values() if line.verb == "do"]),
            "",
            "## What a token may do",
            "",
            "| scope | actions |",
            "| --- | --- |",
            *(f"| `{scope}` | {', '.join(f'`{action}`' for action in sorted(actions))} |" for scope, actions in SCOPE_ACTIONS.items()),
            "",
        ]
    )


def _roles() -> list[str]:
    rows = ["| role | in an organisation that is | home page | second factor from the first sign-in |", "| --- | --- | --- | --- |"]
    for role in Role:
        kinds = ", ".join(kind for kind, roles in ROLES_OF_KIND.items() if role in roles)
        rows.append(f"| `{role}` | {kinds} | `{HOMES[role]}` | {'yes' if role in SECOND_FACTOR_ROLES else ''} |")
    return rows


def _table(lines: list[Permission]) -> list[str]:
    rows = [f"| action | meaning | {' | '.join(Role)} |", f"| --- | --- | {' | '.join('---' for _ in Role)} |"]
    for line in lines:
        marks = [("proof" if line.proof else "yes") if role in line.roles else "" for role in Role]
        rows.append(f"| `{line.action}` | {line.meaning} | {' | '.join(marks)} |")
    return rows


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
