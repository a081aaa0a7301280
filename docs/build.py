"""`make docs`: write the pages that are drawn from the code, compile the translations and, when a demonstration is served, take the pictures.

With --check: only say which pages and translations are out of date.

A page is drawn from the code when two copies of one fact would otherwise have to agree: a house test runs this with --check.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# The commands' help and Django's settings are read in English, the language of these pages.
os.environ["LC_ALL"] = "en_GB.UTF-8"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.test")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NOTICE = "<!-- Drawn from the code by `make docs`: change the code, not this page. -->\n"


def life_of_a_voucher() -> str:
    from carnet.ledger.rules import TRANSITIONS, State

    edges = "\n".join(f"    {before.value if before else '[*]'} --> {after.value}: {verb}" for before, verb, after in TRANSITIONS)
    ends = "\n".join(f"    {state.value} --> [*]" for state in State if not any(before == state for before, _, _ in TRANSITIONS))
    rows = "\n".join(f"| {before.value if before else 'nothing'} | {verb} | {after.value} |" for before, verb, after in TRANSITIONS)
    return f"""{NOTICE}
# The life of a voucher

A voucher is counted in exactly one state. This is `TRANSITIONS` of `carnet/ledger/rules.py`, the only changes there are; PostgreSQL refuses
the others by itself. *Reserved* (by a place, until a moment) is a handed-over voucher held for a while: it is counted as handed over.

```mermaid
stateDiagram-v2
{edges}
{ends}
```

| from | what happens | to |
| --- | --- | --- |
{rows}
"""


def roles() -> str:
    from carnet.parties.rules import HOMES, PERMISSIONS, PROOF_MINUTES, SECOND_FACTOR_ROLES, Role

    titles = " | ".join(f"`{role}`" for role in Role)
    lines = []
    for line in PERMISSIONS.values():
        cells = " | ".join(("●" if line.verb == "do" else "○") if role in line.roles else "" for role in Role)
        proof = " *" if line.proof else " ◊" if line.pin else ""
        lines.append(f"| `{line.action}`{proof} | {line.meaning} | {cells} |")
    homes = "\n".join(f"| `{role}` | `{route}` | {'yes' if role in SECOND_FACTOR_ROLES else ''} |" for role, route in HOMES.items())
    body = "\n".join(lines)
    return f"""{NOTICE}
# Roles: who may see and do what

This is `PERMISSIONS` of `carnet/parties/rules/_permissions.py`, the one table behind every screen, command and API route; each route is tested against it.
Everybody sees only the rows of their own organisation or of its programmes, whatever the table says: the database holds that wall.

○ may see · ● may do · * asks for a second factor proved in the last {PROOF_MINUTES} minutes · ◊ a PIN typed on a shared computer is enough
([0033](decisions/0033-a-pin-with-a-person-waiting.md))

| action | meaning | {titles} |
| --- | --- | {" | ".join(":-:" for _ in Role)} |
{body}

## Home pages

The first of a person's roles in this order chooses the page they land on.

| role | home page | second factor from the first sign-in |
| --- | --- | --- |
{homes}
"""


def commands() -> str:
    import typer.main

    from carnet.cli.main import app

    def walk(command: object, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield words, command
            return
        for name, child in children.items():
            yield from walk(child, (*words, name))

    parts = []
    for words, command in walk(typer.main.get_command(app), ("carnet",)):
        rows = []
        for parameter in command.params:  # type: ignore[attr-defined]
            if parameter.name != "help":
                named = ", ".join(f"`{option}`" for option in parameter.opts if option.startswith("-")) or f"`{parameter.name.upper()}`"
                rows.append(f"| {named} | {parameter.help or ''} |")
        table = "\n\n| option | meaning |\n| --- | --- |\n" + "\n".join(rows) if rows else ""
        parts.append(f"## `{' '.join(words)}`\n\n{command.help}{table}\n")  # type: ignore[attr-defined]
    body = "\n".join(parts)
    return f"""{NOTICE}
# The command line

`.venv/bin/carnet COMMAND --help` says the same. Exit codes: 0 success, 2 bad use, 1 otherwise with one sentence on standard error.

{body}"""


def data_map() -> str:
    import django

    django.setup()
    from carnet.privacy.queries.writing import map_page

    return f"{NOTICE}\n{map_page()}"


def security_grid() -> str:
    from docs import asvs

    return f"{NOTICE}\n{asvs.page()}"


def homologation() -> str:
    from docs import risks

    return f"{NOTICE}\n{risks.page()}"


PAGES: dict[str, Callable[[], str]] = {
    "docs/security/asvs.md": security_grid,
    "docs/security/homologation.md": homologation,
    "docs/data-map.md": data_map,
    "docs/life-of-a-voucher.md": life_of_a_voucher,
    "docs/roles.md": roles,
    "docs/operating/commands.md": commands,
}


def compile_translations(*, check: bool) -> list[str]:
    """The compiled catalogues, kept beside their sources so that running Carnet needs no gettext tools."""
    stale = []
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        made = subprocess.run(["msgfmt", "--no-hash", "-o", "-", str(source)], capture_output=True, check=True).stdout
        kept = source.with_suffix(".mo")
        if not kept.exists() or kept.read_bytes() != made:
            stale.append(str(kept.relative_to(ROOT)))
            if not check:
                kept.write_bytes(made)
    return stale


def remake_pictures() -> None:
    from docs import pictures

    if pictures.demonstration_answers():
        print(f"{len(pictures.take_all())} pictures taken of {pictures.SERVED_BY_MAKE_DEMO}")
    else:
        print(f"pictures left as they are: no demonstration is served at {pictures.SERVED_BY_MAKE_DEMO}")


def main() -> int:
    import django

    django.setup()
    check = "--check" in sys.argv[1:]
    stale = compile_translations(check=check)
    for name, draw in PAGES.items():
        page = ROOT / name
        text = draw()
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} {'is out of date: run make docs' if check else 'written'}")
    if not check:
        remake_pictures()
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
