"""The State's officers: invited by whoever runs the installation, never by an operator."""

from typing import Annotated
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    # A group of one command would lose its name: the callback keeps `carnet state officer`.
    group.callback()(lambda: None)
    group.command("officer", help=_("Inviter un agent de l’État, qui donne et retire les labels des opérateurs ; il en faut deux."))(
        officer
    )
    app.add_typer(group, name="state", help=_("L’État et ses agents."))


def officer(
    email: Annotated[str, typer.Argument(help=_("Adresse électronique de l’agent."))],
    siret: Annotated[str, typer.Option("--siret", help=_("SIRET du service de l’État."))],
    name: Annotated[str, typer.Option("--name", help=_("Nom de l’agent."))] = "",
    body: Annotated[str, typer.Option("--body", help=_("Nom du service, s’il n’est pas encore connu."))] = "",
    as_json: AsJson = False,
) -> None:
    with installation():
        from django.conf import settings
        from django.urls import reverse

        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.parties import operations as parties
        from carnet.parties.rules import Role
        from carnet.web import clock

        at = clock.now()
        organisation_id = _body(siret, body)
        actor = Actor.system("carnet state officer", organisation_ids={organisation_id})
        with acting_as(actor):
            invited = parties.invite_member(
                organisation_id=organisation_id,
                email=email,
                display_name=name,
                role=Role.STATE_OFFICER,
                actor=actor,
                request_id=uuid4(),
                at=at,
            )
        link = f"{settings.BASE_URL}{reverse('accounts:invitation', args=[invited.secret])}"
    if as_json:
        give({"organisation": organisation_id, "invitation": link, "expires_at": invited.expires_at})
    else:
        say(link)


def _body(siret: str, name: str) -> int:
    """The State body of this SIRET, registered if it is not known yet."""
    from carnet.kernel.actors import Actor
    from carnet.parties import operations as parties
    from carnet.parties import queries
    from carnet.parties.rules import OrganisationKind
    from carnet.web import clock

    found = queries.find_organisation(siret=siret)
    system = Actor.system("carnet state officer")
    if found is None:
        if not name.strip():
            raise CommandFailed(_("Aucune organisation n’a le SIRET %(siret)s : donnez son nom avec --body.") % {"siret": siret})
        return parties.create_organisation(
            name=name, kinds=[OrganisationKind.STATE], siret=siret, actor=system, request_id=uuid4(), at=clock.now()
        )
    if OrganisationKind.OPERATOR in found.kinds:
        raise CommandFailed(_("« %(name)s » est un opérateur : il ne peut pas donner de label.") % {"name": found.name})
    parties.add_kind(organisation_id=found.id, kind=OrganisationKind.STATE, actor=system, request_id=uuid4(), at=clock.now())
    return found.id
