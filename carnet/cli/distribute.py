"""Past one machine that writes: preparing the database for Citus, or only saying how."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.gateways.citus import Remaining, Step


def register(app: typer.Typer) -> None:
    app.command(help=_("Préparer la base pour être répartie sur plusieurs machines (Citus), ou seulement dire comment."))(distribute)


def distribute(
    plan: Annotated[bool, typer.Option("--plan", help=_("Dire les étapes sans rien changer : n’importe quel PostgreSQL suffit."))] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways import citus, schema

        with schema.as_owner():
            found = citus.violations()
            left = citus.remaining()
            if not plan:
                try:
                    steps = citus.spread()
                except citus.ClusterMissing:
                    raise CommandFailed(
                        _("Ce PostgreSQL n’a pas l’extension Citus. Pour voir ce qui serait fait : carnet distribute --plan.")
                    ) from None
                except citus.CannotBeSpread as refusal:
                    raise CommandFailed(_("Cette base ne peut pas être répartie : %(found)s.") % refusal.facts) from None
            else:
                steps = citus.plan()
    if as_json:
        give(
            {
                "done": not plan,
                "violations": found,
                "steps": [dataclasses.asdict(step) for step in steps],
                "remaining": [dataclasses.asdict(each) for each in left],
            }
        )
    else:
        _tell(found, steps, left)
    if found:
        raise typer.Exit(1)


def _tell(found: Mapping[str, list[str]], steps: "Iterable[Step]", left: "Iterable[Remaining]") -> None:
    for check, names in found.items():
        say(f"-- ✗ {check}: {', '.join(names)}")
    for step in steps:
        say(f"{step.statement};  -- {step.why}")
    for each in left:
        say(f"-- {each.where}: {each.what}")
