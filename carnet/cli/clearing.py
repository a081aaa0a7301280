"""Clearing between operators: who we are, what waits in files, what the messages prove."""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

Operator = Annotated[str, typer.Option("--operator", help=_("Le SIRET de l’opérateur ; inutile quand l’installation n’en a qu’un."))]
Partner = Annotated[str, typer.Option("--partner", help=_("Le SIRET de l’opérateur partenaire."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "identity", help=_("Dire qui nous sommes : le document à donner à un autre opérateur, et l’empreinte à lui lire au téléphone.")
    )(identity)
    group.command(
        "rotate-keys", help=_("Tirer de nouvelles clés ; elles signent dans 30 jours, le temps que chaque partenaire les accepte.")
    )(rotate_keys)
    group.command("outbox", help=_("Écrire dans un fichier tout ce qui attend un partenaire, quand aucun réseau ne relie les opérateurs."))(
        outbox
    )
    group.command("inbox", help=_("Lire le fichier d’un partenaire ; les réponses attendent le prochain fichier."))(inbox)
    group.command("send", help=_("Envoyer maintenant ce qui attend, sans attendre la tâche de fond."))(send)
    group.command(
        "proof", help=_("Écrire dans un fichier tous les messages échangés avec un partenaire, tels que signés, et les clés publiques.")
    )(proof)
    group.command(
        "verify", help=_("Recalculer chaque demande des seuls messages signés, et comparer : ici, ou entre les fichiers des deux côtés.")
    )(verify)
    app.add_typer(group, name="clearing", help=_("La compensation entre opérateurs : accepter les chèques des autres."))


def identity(
    operator: Operator = "",
    out: Annotated[Path | None, typer.Option("--out", help=_("Écrire le document dans ce fichier."))] = None,
    key: Annotated[int | None, typer.Option("--key", help=_("Parler d’une autre version des clés, tirée d’avance."))] = None,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.operations import clearing
        from carnet.continuity.rules.clearing.identities import read_identity
        from carnet.gateways.database import acting_as_everything
        from carnet.gateways.keys import fingerprint
        from carnet.web import clock

        with acting_as_everything(why="the operator of this installation, by its number"):
            document = clearing.own_identity(siret=_operator(operator), at=clock.now(), version=key)
        told = read_identity(document["identity"])
        printed = fingerprint(told.signing, told.sealing)
    if out is not None:
        out.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    if as_json:
        give({"siret": told.siret, "name": told.name, "address": told.address, "fingerprint": printed, "document": document})
        return
    say(_("%(name)s, SIRET %(siret)s, %(address)s") % {"name": told.name, "siret": told.siret, "address": told.address})
    say(_("Empreinte, à lire au téléphone : %(fingerprint)s") % {"fingerprint": printed})
    if out is None:
        say(json.dumps(document, ensure_ascii=False))
    else:
        say(_("Le document est dans %(file)s.") % {"file": out})


def rotate_keys(
    compromised: Annotated[bool, typer.Option("--compromised", help=_("Les clés ont fui : les nouvelles signent aussitôt."))] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.operations import clearing
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        drawn = clearing.rotate_keys(
            compromised=compromised, actor=Actor.system("carnet clearing rotate-keys"), request_id=uuid4(), at=clock.now()
        )
    if as_json:
        give({"version": drawn.version, "key": drawn.name, "signs_from": drawn.signs_from.isoformat()})
    else:
        say(_("Clés %(version)s tirées (%(key)s). Donnez « carnet clearing identity --key %(version)s » à chaque partenaire.")
            % {"version": drawn.version, "key": drawn.name})  # fmt: skip


def outbox(
    file: Annotated[Path, typer.Argument(help=_("Le fichier à écrire."))],
    partner: Partner,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.operations import clearing
        from carnet.web import clock

        content, count = clearing.write_file(siret=partner, at=clock.now())
    file.write_bytes(content)
    if as_json:
        give({"file": str(file), "messages": count})
    else:
        say(_("%(count)s messages dans %(file)s.") % {"count": count, "file": file})


def inbox(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("Le fichier du partenaire."))],
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.operations import clearing
        from carnet.web import clock
        from carnet.web.design.sentences import sentence_for

        received = clearing.read_file(content=file.read_bytes(), at=clock.now())
        refused = [{"id": message_id, "code": each.code, "why": str(sentence_for(each))} for message_id, each in received.refused]
    if as_json:
        give({"kept": received.kept, "repeated": received.repeated, "answers": len(received.answers), "refused": refused})
    else:
        say(_("%(kept)s messages nouveaux, %(repeated)s déjà lus, %(answers)s réponses à donner.")
            % {"kept": received.kept, "repeated": received.repeated, "answers": len(received.answers)})  # fmt: skip
        for each in refused:
            say(f"{each['id'] or '—'} : {each['why']}")
    if refused:
        raise CommandFailed(_("%(count)s messages refusés ; les autres sont lus.") % {"count": len(refused)})


def send(as_json: AsJson = False) -> None:
    with installation():
        from carnet.continuity.operations import clearing
        from carnet.web import clock

        done = clearing.exchange_all(sender=clearing.http_sender(), at=clock.now(), even_early=True)
    failures = {str(partner_id): each.failure for partner_id, each in done.items() if each.failure}
    sent, answered = sum(each.sent for each in done.values()), sum(each.answered for each in done.values())
    if as_json:
        give({"sent": sent, "answered": answered, "failures": failures})
    else:
        say(_("%(sent)s messages envoyés, %(answered)s réponses.") % {"sent": sent, "answered": answered})
    if failures:
        raise CommandFailed(_("%(count)s partenaires n’ont pas répondu ; leurs messages attendent.") % {"count": len(failures)})


def proof(
    file: Annotated[Path, typer.Argument(help=_("Le fichier à écrire."))],
    partner: Partner,
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.continuity.queries import clearing_proofs

        count = 0
        with file.open("w", encoding="utf-8") as stream:
            for line in clearing_proofs.proof_lines(siret=partner):
                stream.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
                count += 1
    if as_json:
        give({"file": str(file), "messages": count - 1})
    else:
        say(_("%(count)s messages dans %(file)s.") % {"count": count - 1, "file": file})


def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(help=_("Les fichiers « proof » des deux côtés ; sans eux, ce qui est gardé ici."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Exit 1 when anything is lost, forged, contradicted, or told otherwise by our books."""
    with installation():
        from carnet.continuity.queries import clearing_proofs

        told = (
            clearing_proofs.verify_files([path.read_bytes() for path in files])
            if files
            else clearing_proofs.as_told(clearing_proofs.verify())
        )
    if as_json:
        give(told)
    else:
        _tell(told)
    if not told["ok"]:
        raise CommandFailed(_("%(count)s anomalies dans la compensation.") % {"count": len(told["faults"])})


def _tell(told: dict[str, Any]) -> None:
    for each in told["partners"]:
        say(_("%(name)s : %(messages)s messages ; nous lui devons %(ours)s centimes, il nous doit %(theirs)s centimes ; %(waiting)s sans réponse.")
            % {"name": each["name"], "messages": each["messages"], "ours": each["we_owe_cents"], "theirs": each["they_owe_cents"],
               "waiting": each["waiting"]})  # fmt: skip
    for each in told["faults"]:
        say(f"{each['what']} · {each['by'] or '—'} · {each['subject']} · {' '.join(each['messages'])}")
    if told["ok"]:
        say(_("Les messages signés et les comptes disent la même chose."))


def _operator(siret: str) -> str:
    from carnet.parties import queries as parties
    from carnet.parties.rules import OrganisationKind

    if siret:
        return "".join(siret.split())
    numbered = [each.siret for each in parties.organisations(parties.ids_of_kind(OrganisationKind.OPERATOR)).values() if each.siret]
    if len(numbered) != 1:
        raise CommandFailed(_("L’installation a %(count)s opérateurs : dites lequel avec --operator.") % {"count": len(numbered)})
    return numbered[0]
