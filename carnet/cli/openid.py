"""Carnet as an OpenID provider, from the command line: its clients and its keys."""

from typing import Annotated
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("add-client", help=_("Inscrire un client OpenID, par exemple FranceConnect ; son secret n’est montré qu’une fois."))(
        add_client
    )
    group.command("end-client", help=_("Refuser désormais un client OpenID ; ses jetons meurent aussitôt."))(end_client)
    group.command("rotate-keys", help=_("Tirer de nouvelles clés de signature ; les anciennes restent publiées tant qu’un jeton vit."))(
        rotate_keys
    )
    app.add_typer(group, name="openid", help=_("Le fournisseur OpenID : ses clients et ses clés."))


def add_client(
    name: Annotated[str, typer.Option("--name", help=_("Le nom que les aidants lisent, par exemple FranceConnect."))],
    redirect: Annotated[list[str], typer.Option("--redirect", help=_("Une adresse de retour, à la lettre près ; l’option se répète."))],
    after_logout: Annotated[
        list[str] | None, typer.Option("--after-logout", help=_("Une adresse de retour après une déconnexion ; l’option se répète."))
    ] = None,
    algorithm: Annotated[str, typer.Option("--algorithm", help=_("La signature des jetons d’identité : ES256 ou RS256."))] = "ES256",
    client_id: Annotated[str, typer.Option("--client-id", help=_("L’identifiant convenu avec le client ; tiré au sort sinon."))] = "",
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.keys import ISSUER_ALGORITHMS
        from carnet.kernel.actors import Actor
        from carnet.web import clock
        from carnet.web.openid import clients

        if algorithm not in ISSUER_ALGORITHMS:
            raise CommandFailed(_("La signature est %(known)s.") % {"known": ", ".join(ISSUER_ALGORITHMS)})
        made = clients.add_client(
            name=name,
            redirect_uris=redirect,
            post_logout_redirect_uris=after_logout or [],
            algorithm=algorithm,
            client_id=client_id,
            actor=Actor.system("carnet openid add-client"),
            request_id=uuid4(),
            at=clock.now(),
        )
    if as_json:
        give({"client_id": made.client_id, "client_secret": made.secret, "algorithm": made.algorithm, "redirect_uris": made.redirect_uris})
    else:
        say(_("Identifiant : %(client)s") % {"client": made.client_id})
        say(_("Secret, montré cette seule fois : %(secret)s") % {"secret": made.secret})


def end_client(
    client_id: Annotated[str, typer.Argument(help=_("L’identifiant du client."))],
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.database import acting_as_everything
        from carnet.kernel.actors import Actor
        from carnet.web import clock
        from carnet.web.openid import clients

        with acting_as_everything(why="the tokens of a client are those of every structure"):
            clients.end_client(client_id=client_id, actor=Actor.system("carnet openid end-client"), request_id=uuid4(), at=clock.now())
    if as_json:
        give({"client_id": client_id, "ended": True})
    else:
        say(_("Le client %(client)s est refusé désormais.") % {"client": client_id})


def rotate_keys(
    compromised: Annotated[
        bool, typer.Option("--compromised", help=_("La clé a fui : la nouvelle signe aussitôt, les anciennes ne valent plus rien."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.kernel.actors import Actor
        from carnet.web import clock
        from carnet.web.openid import clients

        drawn = clients.rotate_keys(
            compromised=compromised, actor=Actor.system("carnet openid rotate-keys"), request_id=uuid4(), at=clock.now()
        )
    if not drawn:
        raise CommandFailed(_("Aucune clé à remplacer : aucun client n’est inscrit."))
    if as_json:
        give({"keys": [{"kid": key.kid, "algorithm": key.algorithm} for key in drawn], "compromised": compromised})
    else:
        for key in drawn:
            say(_("Nouvelle clé %(algorithm)s : %(kid)s") % {"algorithm": key.algorithm, "kid": key.kid})
