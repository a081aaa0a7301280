"""What cases came to, from the command line: how many, how long, what was held in error."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, give, say
from carnet.cli.speech import gettext as _


def register(group: typer.Typer) -> None:
    """One more command of `carnet controls`."""
    group.command("cases", help=_("Les dossiers d’un programme : combien, en combien de jours, et l’argent retenu puis rendu."))(cases)


def cases(
    programme: Annotated[str, typer.Argument(help=_("Le programme : son numéro, ou son nom court."))], as_json: AsJson = False
) -> None:
    with installation():
        from carnet.funding import queries as funding
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        found = funding.programme(int(programme)) if programme.isdecimal() else funding.programme_by_slug(programme)
        actor = Actor.system("command line", programme_ids={found.id})
        with acting_as(actor):
            from carnet.controls.queries import cases as queries

            counted = queries.measures(actor, found.id, at=clock.now())
        if as_json:
            give(_json(counted))
            return
        _tell(found.name, counted)


def _json(counted: Any) -> dict[str, Any]:
    return asdict(counted) | {
        "by_state": {state.value: count for state, count in counted.by_state.items()},
        "opened_count": counted.opened_count,
    }


def _tell(name: str, counted: Any) -> None:
    from carnet.web.design import formats

    told = {
        "programme": name,
        "opened": counted.opened_count,
        "decided": counted.decided_count,
        "days": "–" if counted.median_days is None else counted.median_days,
    }
    say(_("%(programme)s : %(opened)d dossiers, %(decided)d décidés, la moitié en %(days)s jours au plus.") % told)
    money = {
        "held": formats.euros(counted.held_cents),
        "now": formats.euros(counted.holding_cents),
        "error": formats.euros(counted.held_in_error_cents),
        "back": formats.euros(counted.recovered_cents),
    }
    say(_("Retenu en tout %(held)s, dont %(now)s aujourd’hui ; retenu puis rendu %(error)s ; repris %(back)s.") % money)
