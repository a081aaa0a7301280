"""Archives of programmes: writing one, following it, checking it elsewhere, and the key of whoever would take over."""

import dataclasses
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from carnet.continuity.operations.archives import Written
    from carnet.funding.queries import ProgrammeFacts
    from carnet.gateways.programme_archives import Archive, Fault

FAULTS_SHOWN = 50

Folder = Annotated[Path, typer.Argument(help=_("Le dossier de l’archive."))]


def register(app: typer.Typer) -> None:
    app.command(help=_("Archiver un programme entier dans un dossier, signé : une base, ou ce qui a changé depuis la dernière étape."))(
        export
    )
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "check", help=_("Relire une archive sans base de données, et nommer chaque ligne qui n’est plus celle qui a été signée.")
    )(check)
    keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    keys.command("new", help=_("Faire les deux clés d’un successeur : la privée dans un fichier, la publique à donner."))(new_key)
    group.add_typer(keys, name="key", help=_("La clé de qui reprendrait un programme."))
    app.add_typer(group, name="archive", help=_("Les archives des programmes, gardées ailleurs."))


def export(
    programme: Annotated[str, typer.Argument(help=_("Le programme : son nom court, ou son numéro."))],
    out: Annotated[Path | None, typer.Option(help=_("Le dossier de l’archive (sinon celui du programme dans CARNET_ARCHIVES_DIR)."))] = None,
    successor: Annotated[Path | None, typer.Option(help=_("La clé publique du successeur, pour qui sceller les clés (sinon CARNET_KEYS_SUCCESSOR)."))] = None,
    increment: Annotated[bool, typer.Option("--increment", help=_("Seulement ce qui a changé depuis la dernière étape, si c’est possible."))] = False,
    follow: Annotated[float | None, typer.Option(min=1, max=3600, help=_("Recommencer toutes les tant de secondes, jusqu’à l’arrêt."))] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    if increment and follow is not None:
        raise typer.BadParameter(_("--follow écrit déjà ce qui a changé : choisissez l’un des deux"), param_hint="--increment")
    with installation():
        from carnet.continuity.operations import archives
        from carnet.continuity.queries import archives as queries

        found, recipient = _programme(programme), archives.read_successor(successor)
        kept = queries.archives_dir()
        folder = out or (kept / found.slug if kept is not None else None)
        if folder is None:
            raise CommandFailed(_("Dites où garder l’archive : « --out DOSSIER », ou CARNET_ARCHIVES_DIR."))
        if follow is not None:
            _follow(found, folder.absolute(), recipient, follow, as_json=as_json)
            return
        written = _step(found, folder.absolute(), recipient, anew=not increment, quiet=as_json)
        if as_json:
            give({**dataclasses.asdict(written), "folder": str(folder.absolute())})
        else:
            _tell(written, folder)
        _warn(written)


def _programme(named: str) -> "ProgrammeFacts":
    from carnet.funding import queries as funding

    return funding.programme(int(named)) if named.isdecimal() else funding.programme_by_slug(named)


def _step(programme: "ProgrammeFacts", folder: Path, recipient: bytes | None, *, anew: bool, quiet: bool) -> "Written":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from carnet.continuity.operations import archives
    from carnet.kernel.actors import Actor
    from carnet.web import clock

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        shown = bar.add_task(_("Archive"), total=None)
        return archives.write_step(
            programme_id=programme.id, folder=folder, successor=recipient, anew=anew, actor=Actor.system("carnet export"), at=clock.now(),
            progress=lambda done, total: bar.update(shown, completed=done, total=total),
        )  # fmt: skip


def _follow(programme: "ProgrammeFacts", folder: Path, recipient: bytes | None, seconds: float, *, as_json: bool) -> None:
    """A step, then another, until it is stopped; a step at hand is finished. The database may go away and come back."""
    from django.db import OperationalError, connection

    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: stopped.set())
    if not as_json:
        words = _("Archive de « %(name)s » dans %(folder)s, toutes les %(seconds)d s (Ctrl+C pour arrêter).")
        say(words % {"name": programme.name, "folder": folder, "seconds": seconds})
    warned = False
    while not stopped.is_set():
        try:
            written = _step(programme, folder, recipient, anew=False, quiet=True)
        except OperationalError as error:
            reason = (str(error).strip().splitlines() or [""])[-1].strip()
            complain(_("La base ne répond pas (%(reason)s) : nouvel essai dans %(seconds)d s.") % {"reason": reason, "seconds": seconds})
            connection.close()
        else:
            if as_json:
                print(json.dumps(dataclasses.asdict(written), default=str), flush=True)
            else:
                _tell(written, folder)
            if not warned:
                _warn(written)
                warned = True
        stopped.wait(seconds)


def _tell(written: "Written", folder: Path) -> None:
    facts = {
        "name": written.name, "folder": folder, "rows": written.row_count, "megabytes": written.bytes / 1e6, "seconds": written.seconds,
        "fingerprint": grouped(written.key_fingerprint), "why": _reasons()[written.why.value],
    }  # fmt: skip
    say(_("%(name)s (%(why)s) : %(rows)d lignes, %(megabytes).2f Mo, en %(seconds).1f s, dans %(folder)s.") % facts)
    if written.kind == "base":
        say(_("Empreinte de la clé qui signe, à garder ailleurs : %(fingerprint)s") % facts)


def _warn(written: "Written") -> None:
    if not written.is_sealed:
        complain(
            _(
                "Aucun successeur n’est nommé : les clés des codes ne sont pas dans l’archive, personne ne pourrait honorer les chèques. "
                "« carnet archive key new » en fait la clé, « --successor » la nomme."
            )
        )


def _reasons() -> dict[str, str]:
    return {
        "SINCE": _("ce qui a changé"),
        "FIRST": _("première base"),
        "ASKED": _("base demandée"),
        "DAILY": _("base du jour"),
        "BROKEN": _("nouvelle base : une étape manque"),
        "ANOTHER_DATABASE": _("nouvelle base : la base de données a changé"),
        "ANOTHER_SCHEMA": _("nouvelle base : les tables ont changé"),
        "TOO_FAR": _("nouvelle base : la dernière étape est trop ancienne"),
    }


def check(
    folder: Folder,
    fingerprint: Annotated[str, typer.Option(help=_("L’empreinte de la clé du programme, connue par ailleurs ; sans elle, rien ne dit qui a signé."))] = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from carnet.gateways import programme_archives as archives

    trusted = _fingerprint(fingerprint)
    archive = archives.open_archive(folder)
    with _bar(quiet=as_json) as progress:
        faults = archives.check(archive, trusted=trusted, progress=progress)
    said = _facts(archive, faults, is_trusted=trusted is not None)
    if as_json:
        give(said)
    else:
        _tell_check(said, faults)
    if faults:
        raise typer.Exit(1)


def _fingerprint(given: str) -> bytes | None:
    if not given:
        return None
    try:
        found = bytes.fromhex(given.replace(":", ""))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise typer.BadParameter(_("ce n’est pas une empreinte : 64 chiffres hexadécimaux"), param_hint="--fingerprint")
    return found


class _Bar:
    """A bar of bytes read; none for programs."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.start()
        shown = self._bar.add_task(_("Relecture"), total=None)
        return lambda done, total: self._bar.update(shown, completed=done, total=total)

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()


def _bar(*, quiet: bool) -> _Bar:
    return _Bar(quiet=quiet)


def _facts(archive: "Archive", faults: "tuple[Fault, ...]", *, is_trusted: bool) -> dict[str, Any]:
    from carnet.gateways.programme_archives import fingerprint

    manifest = archive.latest.manifest
    return {
        "whole": not faults,
        "is_trusted": is_trusted,
        "programme": manifest.programme.name,
        "operator": manifest.programme.operator.name,
        "base": archive.base.name,
        "steps": len(archive.steps),
        "known_until": archive.known_until.isoformat(),
        "unused": list(archive.unused),
        "rows": sum(entry.rows for step in archive.steps for entry in step.manifest.tables),
        "totals": dict(manifest.totals),
        "keys": [
            {"version": each.version, "fingerprint": fingerprint(bytes.fromhex(each.public)).hex(), "sealed_for": each.sealed_for}
            for each in manifest.keys
        ],
        "faults": [dataclasses.asdict(fault) for fault in faults],
    }


def _tell_check(said: dict[str, Any], faults: "tuple[Fault, ...]") -> None:
    for fault in faults[:FAULTS_SHOWN]:
        complain(fault_sentence(fault))
    if len(faults) > FAULTS_SHOWN:
        complain(_("… et %(count)d autres.") % {"count": len(faults) - FAULTS_SHOWN})
    if not faults:
        say(_("%(programme)s (%(operator)s) : %(steps)d étapes depuis %(base)s, %(rows)d lignes, telles qu’elles ont été signées.") % said)
    say(_("Tout est connu jusqu’au %(known_until)s ; après, les reçus des lieux font foi.") % said)
    if not said["is_trusted"]:
        for each in said["keys"]:
            words = _("Comparez l’empreinte de la clé %(version)d avec celle que vous connaissez : %(fingerprint)s")
            complain(words % {"version": each["version"], "fingerprint": grouped(each["fingerprint"])})


def fault_sentence(fault: "Fault") -> str:
    """One fault, for a person: where, and what."""
    words = {
        "changed": _("modifié"),
        "added": _("ajouté"),
        "removed": _("retiré"),
        "columns": _("d’autres colonnes"),
        "missing": _("manquant : rien de ce qui suit ne peut servir") if not fault.table else _("manquant"),
        "unreadable": _("illisible"),
        "signature": _("signé par aucune clé de confiance"),
        "previous": _("suit une autre étape"),
        "chain": _("la chaîne des sceaux est rompue"),
        "sealed-changed": _("n’est pas la ligne que le journal a scellée"),
        "sealed-added": _("n’a jamais été scellé par le journal"),
        "more": _("et d’autres"),
    }
    key = fault.key
    if key.startswith("> "):
        key = _("après %(key)s") % {"key": key[2:]}
    elif key == "<":
        key = _("avant la première ligne")
    return " · ".join(part for part in (fault.step, fault.table, key, words.get(fault.what, fault.what)) if part)


def grouped(fingerprint: str) -> str:
    """A fingerprint as it is read aloud: by four."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def new_key(
    file: Annotated[Path, typer.Argument(help=_("Le fichier de la clé privée : à garder chez le successeur, jamais chez l’opérateur."))],
    as_json: AsJson = False,
) -> None:
    from carnet.gateways.keys import new_pair
    from carnet.gateways.programme_archives import fingerprint

    secret, public = new_pair()
    beside = file.with_name(f"{file.name}.pub")
    for path, content, mode in ((file, secret, 0o600), (beside, public, 0o644)):
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as written:
                written.write(content)
        except OSError as error:
            raise CommandFailed(
                _("Le fichier %(file)s ne peut pas être créé : %(reason)s.") % {"file": path, "reason": error.strerror}
            ) from None
    if as_json:
        give({"private": file, "public": beside, "fingerprint": fingerprint(public).hex()})
        return
    say(_("Clé privée : %(file)s. Gardez-la en deux exemplaires : sans elle, personne ne reprend le programme.") % {"file": file})
    say(_("Clé publique, à donner à l’opérateur : %(file)s") % {"file": beside})
    say(_("Son empreinte : %(fingerprint)s") % {"fingerprint": grouped(fingerprint(public).hex())})
