"""API tokens, from the command line."""

from typing import Annotated
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    # A group of one command would lose its name: the callback keeps `carnet token create`.
    group.callback()(lambda: None)
    group.command("create", help=_("Créer un jeton d’API pour une organisation, ou un de ses lieux ; il n’est montré qu’une fois."))(create)
    app.add_typer(group, name="token", help=_("Les jetons d’API."))


def create(
    organisation: Annotated[str, typer.Option("--organisation", help=_("SIRET ou numéro interne de l’organisation."))],
    scopes: Annotated[
        str,
        typer.Option("--scopes", help=_("Ce que le jeton permet, séparé par des virgules, par exemple vouchers.check,redemptions.write.")),
    ] = "vouchers.check,redemptions.write",
    days: Annotated[int, typer.Option("--days", help=_("Durée en jours, de 1 à 730."))] = 365,
    place: Annotated[int | None, typer.Option("--place", help=_("Numéro interne d’un lieu de l’organisation."))] = None,
    label: Annotated[str, typer.Option("--label", help=_("À quoi il servira."))] = "",
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.parties import operations as parties
        from carnet.web import clock

        at = clock.now()
        organisation_id = _organisation(organisation)
        if place is not None:
            _check_place(place, organisation_id)
        actor = Actor.system("carnet token create", organisation_ids={organisation_id})
        with acting_as(actor):
            token = parties.create_token(
                organisation_id=organisation_id,
                place_id=place,
                scopes=[scope.strip() for scope in scopes.split(",") if scope.strip()],
                days=days,
                label=label or "carnet token create",
                actor=actor,
                request_id=uuid4(),
                at=at,
            )
    if as_json:
        give({"token": token.raw, "prefix": token.prefix, "organisation": organisation_id, "place": place, "expires_at": token.expires_at})
    else:
        say(token.raw or "")


def _organisation(typed: str) -> int:
    """The organisation's id, from its id or its SIRET (14 digits)."""
    from carnet.parties import queries as parties

    digits = "".join(typed.split())
    if digits.isdigit() and len(digits) < 14:
        return parties.organisation(int(digits)).id
    found = parties.find_organisation(siret=typed)
    if found is None:
        raise CommandFailed(_("Aucune organisation n’a le SIRET %(siret)s.") % {"siret": typed})
    return found.id


def _check_place(place_id: int, organisation_id: int) -> None:
    from carnet.places import queries as places
    from carnet.web import clock

    if place_id not in {each.place_id for each in places.places_of([organisation_id], at=clock.now())}:
        raise CommandFailed(_("Le lieu %(place)d n’est pas un lieu de cette organisation.") % {"place": place_id})
