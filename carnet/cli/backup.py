"""Backups: taking one, receiving the archive, looking after them, and coming back from one."""

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from carnet.cli.running import database, disconnect, installation, load_django, var_dir
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from typer._click.core import Context

    from carnet.gateways import backups as backups_

PARIS = ZoneInfo("Europe/Paris")
KEEP_DAYS = 35  # what the CNIL's practice allows copies of erased people: docs/operating/backups.md
RETRY_SECONDS = 2.0
NEWS_SECONDS = 10.0

Folder = Annotated[Path, typer.Argument(help=_("Le dossier des sauvegardes."))]
Recipient = Annotated[str, typer.Option(help=_("La clé publique pour qui sceller, ou son fichier (sinon CARNET_BACKUP_RECIPIENT)."))]
KeysFolder = Annotated[Path | None, typer.Option(help=_("Le dossier, ailleurs, où sceller aussi les clés de l’installation."))]
Identity = Annotated[Path | None, typer.Option(help=_("Le fichier de la clé privée (sinon CARNET_BACKUP_IDENTITY)."))]


class TakesAFolder(TyperGroup):
    """`carnet backup DIR` is `carnet backup take DIR`. A folder that has the name of a command is written ./list."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in {"--help", "-h"}:
            args = ["take", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    group = typer.Typer(cls=TakesAFolder, no_args_is_help=True, rich_markup_mode=None)
    group.command("take", help=_("Sauvegarder toute la base, scellée pour une clé gardée ailleurs (« carnet backup DOSSIER » suffit)."))(
        take
    )
    group.command("archive", help=_("Recevoir en continu ce que la base écrit, jusqu’à ce qu’on l’arrête : une perte coûte une seconde."))(
        archive
    )
    group.command("list", help=_("Dire ce que contient un dossier de sauvegardes, et jusqu’où il permet de revenir."))(list_)
    group.command("check", help=_("Relire toutes les sauvegardes ; avec la clé privée, les ouvrir aussi."))(check)
    group.command("prune", help=_("Supprimer les sauvegardes trop vieilles, et l’archive qui ne sert plus."))(prune)
    group.command("keygen", help=_("Faire la clé privée des sauvegardes dans un fichier, et dire la clé publique."))(keygen)
    group.command("stop", help=_("Ne plus recevoir d’archive : PostgreSQL peut oublier ce qui n’a pas été reçu."))(stop)
    app.add_typer(group, name="backup", help=_("Les sauvegardes de toute la base : « carnet backup DOSSIER »."))
    app.command(help=_("Restaurer la base d’un dossier de sauvegardes, jusqu’au bout ou jusqu’à un moment, dans un dossier neuf."))(restore)


def keygen(
    file: Annotated[Path, typer.Argument(help=_("Le fichier de la clé privée : à garder loin des sauvegardes."))], as_json: AsJson = False
) -> None:
    from carnet.gateways import backups

    secret, public = backups.new_identity()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandFailed(
            _("Le fichier %(file)s ne peut pas être créé : %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from None
    with open(descriptor, "w", encoding="ascii") as written:
        written.write(f"# public key: {public}\n{secret}\n")
    if as_json:
        give({"public": public, "file": file})
    else:
        say(public)
        sentence = _(
            "La clé privée est dans %(file)s : gardez-la loin des sauvegardes, en deux exemplaires. Sans elle, rien ne se restaure."
        )
        complain(sentence % {"file": file})


def take(folder: Folder, recipient: Recipient = "", keys_to: KeysFolder = None, as_json: AsJson = False) -> None:
    with installation(migrated=False):
        from django.conf import settings

        from carnet.gateways import backups, erasures

        sealed_for = backups.read_recipient(recipient or settings_recipient())
        shelf, at, began = backups.Shelf(folder), datetime.now(UTC), time.monotonic()
        refuse_the_same_place(folder, keys_to)
        with backups.reached(address()) as connection:
            expected = backups.described(connection, address()).bytes
        with shown(_("Sauvegarde"), expected, quiet=as_json) as progress:
            base = backups.take(
                shelf, address=address(), recipient=sealed_for, facts=facts(), files=settings.MEDIA_ROOT, at=at, progress=progress
            )
        keys = (
            backups.keep_keys(settings.KEYS_DIR, keys_to, recipient=sealed_for, at=at) if keys_to and settings.KEYS_DIR.is_dir() else None
        )
        erasures.copy(folder)
        backups.tell_news(settings.VAR_DIR / "backups", at=base.manifest["finished_at"], bytes=base.bytes, folder=str(shelf.folder))
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        give({"name": base.name, "folder": base.folder, "bytes": base.bytes, "seconds": seconds, "keys": keys["name"] if keys else None})
        return
    words = _("Sauvegarde %(name)s : %(megabytes).1f Mo scellés en %(seconds).1f s.")
    say(words % {"name": base.name, "megabytes": base.bytes / 1e6, "seconds": seconds})
    if keys is None:
        complain(_("Les clés de l’installation ne sont pas dans cette sauvegarde : copiez-les ailleurs, avec « --keys-to DOSSIER »."))


def archive(
    folder: Folder,
    recipient: Recipient = "",
    every: Annotated[float, typer.Option(min=0, max=60, help=_("Le plus longtemps, en secondes, qu’une écriture attend d’être dans l’archive."))] = 1.0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: stopped.set())
    with database():
        from carnet.gateways import backups

        shelf = backups.Shelf(folder)
        teller = _Teller(folder, as_json=as_json)
        receiver = backups.Receiver(
            shelf, address=address(), recipient=backups.read_recipient(recipient or settings_recipient()), every=every,
            stop=stopped.is_set, tell=teller.hear,
        )  # fmt: skip
        bound = _prepared(receiver)
        with shelf.archiving():
            if not as_json:
                say(_("Archive continue dans %(folder)s (Ctrl+C pour arrêter).") % {"folder": shelf.folder})
            if bound < 0:
                complain(_("Réglez max_slot_wal_keep_size dans PostgreSQL : sinon, une archive arrêtée longtemps remplit son disque."))
            _received_until(stopped, receiver)
        teller.write(receiver.received)


def _prepared(receiver: "backups_.Receiver") -> int:
    from carnet.cli.main import refusal_sentence
    from carnet.gateways import backups

    try:
        return receiver.prepare()
    except backups.ArchiveLost as lost:
        complain(refusal_sentence(lost))  # and it begins anew: better a hole that is told than nothing from now on
        return receiver.prepare()


def _received_until(stopped: threading.Event, receiver: "backups_.Receiver") -> None:
    """Come back to the server whenever it ends: its restart, its failover, its absence."""
    from carnet.gateways import backups

    away = ""
    while not stopped.is_set():
        try:
            receiver.stream()
            away = ""
        except backups.ServerNotReached as refusal:
            reason = str(refusal.facts["reason"])
            if reason != away:
                complain(_("La base ne répond pas à l’archive (%(reason)s) : nouvel essai toutes les deux secondes.") % {"reason": reason})
            away = reason
        if not stopped.wait(RETRY_SECONDS if away else 0.2) and away:
            try:
                _prepared(receiver)
            except backups.ServerNotReached:
                continue


class _Teller:
    """Writes how far the archive is, now and then."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        self.folder, self.as_json, self.told_at = folder, as_json, 0.0

    def hear(self, received: "backups_.Received") -> None:
        if time.monotonic() - self.told_at >= NEWS_SECONDS:
            self.write(received)

    def write(self, received: "backups_.Received") -> None:
        from carnet.gateways import backups, erasures

        self.told_at = time.monotonic()
        erasures.copy(self.folder, path=erasures_here() / erasures.NAME)  # what the log says, the register says too
        facts = {"archived_at": datetime.now(UTC).isoformat(), "archive_lsn": backups.write_lsn(received.place)}
        backups.tell_news(var_dir() / "backups", **facts)
        if self.as_json:
            give({**facts, "bytes": received.bytes, "segments": received.segments})


def list_(folder: Folder, as_json: AsJson = False) -> None:
    from carnet.gateways import backups

    shelf = backups.Shelf(folder)
    shelf.described()
    found = [_line(shelf, base) for base in shelf.bases()]
    if as_json:
        give(found)
        return
    for each in found:
        say(_("%(name)s : %(megabytes).1f Mo, PostgreSQL %(postgresql)s, Carnet %(carnet)s ; avec l’archive jusqu’à %(until)s.") % each)
    if not found:
        say(_("Aucune sauvegarde."))


def _line(shelf: "backups_.Shelf", base: "backups_.Base") -> dict[str, Any]:
    from carnet.gateways import backups

    after = backups.log_after(shelf, base, despite_a_hole=True)
    until = max((each.path.stat().st_mtime for each in after.used), default=base.finished_at.timestamp())
    return {
        "name": base.name, "at": base.manifest["finished_at"], "bytes": base.bytes, "megabytes": base.bytes / 1e6,
        "postgresql": base.manifest["postgresql"], "carnet": base.manifest.get("carnet", "?"),
        "until": datetime.fromtimestamp(until, PARIS).isoformat(timespec="seconds"), "hole": after.missing,
    }  # fmt: skip


def check(folder: Folder, identity: Identity = None, as_json: AsJson = False) -> None:
    from carnet.gateways import backups

    shelf = backups.Shelf(folder)
    path = identity or settings_identity()
    with shown(_("Relecture"), backups.bytes_to_check(shelf), quiet=as_json) as progress:
        found = backups.check(shelf, identities=backups.read_identities(path) if path else (), progress=progress)
    backups.tell_news(var_dir() / "backups", verified_at=datetime.now(UTC).isoformat())
    if as_json:
        give(dataclasses.asdict(found))
    else:
        opened = _("%(bases)d sauvegarde(s) et %(archive_files)d fichiers d’archive, relus et ouverts : rien ne manque.")
        closed = _("%(bases)d sauvegarde(s) et %(archive_files)d fichiers d’archive, relus sans les ouvrir : rien ne manque.")
        say((opened if found.opened else closed) % dataclasses.asdict(found))


def prune(
    folder: Folder,
    days: Annotated[int, typer.Option(min=1, max=3650, help=_("Garder de quoi revenir à tout moment de ces derniers jours."))] = KEEP_DAYS,
    keys_to: KeysFolder = None,
    as_json: AsJson = False,
) -> None:
    from carnet.gateways import backups

    done = backups.prune(backups.Shelf(folder), days=days, at=datetime.now(UTC), keys=keys_to)
    if as_json:
        give(dataclasses.asdict(done))
    else:
        words = _("%(count)d sauvegarde(s) et %(files)d fichiers d’archive supprimés, %(megabytes).1f Mo libérés.")
        say(words % {"count": len(done.bases), "files": done.archive_files, "megabytes": done.bytes / 1e6})


def stop(as_json: AsJson = False) -> None:
    with database():
        from carnet.gateways import backups

        dropped = backups.drop_slot(address())
    if as_json:
        give({"dropped": dropped})
    else:
        say(_("PostgreSQL ne garde plus rien pour l’archive.") if dropped else _("PostgreSQL ne gardait rien pour l’archive."))


def restore(
    folder: Folder,
    to: Annotated[str, typer.Option(help=_("Le moment où revenir, comme 2026-11-23T14:30 (heure de Paris) ; sinon, jusqu’au bout."))] = "",
    into: Annotated[Path | None, typer.Option(help=_("Le dossier neuf où restaurer ; sinon, un dossier daté sous le dossier de l’installation."))] = None,
    identity: Identity = None,
    base: Annotated[str, typer.Option(help=_("La sauvegarde de départ ; sinon, la dernière avant le moment."))] = "",
    keys_from: Annotated[Path | None, typer.Option(help=_("Le dossier des clés scellées, ou l’un de ses fichiers, à ouvrir aussi."))] = None,
    despite_a_hole: Annotated[bool, typer.Option("--despite-a-hole", help=_("S’arrêter là où l’archive a un trou, au lieu de refuser."))] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    from carnet.gateways import backups

    moment = read_moment(to)
    path = identity or settings_identity()
    if path is None:
        raise CommandFailed(_("Donnez le fichier de la clé privée des sauvegardes : « --identity FICHIER », ou CARNET_BACKUP_IDENTITY."))
    identities, shelf = backups.read_identities(path), backups.Shelf(folder)
    place = (into or var_dir() / f"restored-{datetime.now(UTC):%Y%m%dT%H%M%SZ}").absolute()
    keys = keys_file(keys_from)
    start = backups.chosen(shelf, name=base or None, moment=moment)
    expected = next(file["plain_bytes"] for file in start.manifest["files"])
    with shown(_("Restauration"), expected, quiet=as_json) as progress, backups.restored(
        shelf, into=place, identities=identities, moment=moment, name=start.name, despite_a_hole=despite_a_hole, progress=progress
    ) as made:  # fmt: skip
        if keys is not None:
            with whole_or_not(place / "keys") as target:
                backups.unpack(keys, target, identities)
                for people in sorted(keys.parent.glob("people-*.tar.gz.age"))[-1:]:
                    backups.unpack(people, target / "people", identities)
        report = proved(made, shelf=folder, keys=place / "keys" if keys is not None else None)
    report |= {"into": str(place), "keys": str(place / "keys") if keys else None}
    if as_json:
        give(report)
    else:
        tell(report)
    if report["verified"] is False:
        raise CommandFailed(_("La base est restaurée, mais le grand livre ou le journal y contredit une règle : voyez « carnet ledger verify »."))  # fmt: skip


def proved(made: "backups_.Restored", *, shelf: Path | None = None, keys: Path | None = None) -> dict[str, Any]:
    """What the restored database says of itself: the last redemption, the ledger, the journal. None where its tables are older than this code.

    Before that, whoever asked to be forgotten since the moment it comes back to is erased again, by the registers of the backups and of the keys.
    """
    os.environ["CARNET_DATABASE_URL"], os.environ["CARNET_DATABASE_POOL"] = made.address, "0"
    here = erasures_here()
    if keys is not None:
        os.environ["CARNET_KEYS_DIR"] = str(keys)
    load_django()
    from carnet.cli.verification import journal_found, ledger_faults
    from carnet.gateways import schema
    from carnet.gateways.database import acting_as_everything
    from carnet.redemption import queries as redemption

    report: dict[str, Any] = {
        "base": made.base, "data": made.data, "seconds": made.seconds, "recovered_until": made.recovered_until, "verified": None,
        "redemptions": None, "last_redemption_at": None, "erasures": None,
    }  # fmt: skip
    began = time.monotonic()
    if not schema.pending():
        report["erasures"] = erased_again(*(path for path in (shelf, keys, here) if path is not None))
        with acting_as_everything(why="a restoration is proved whole before it serves"):
            report["redemptions"], report["last_redemption_at"] = redemption.latest()
        report["verified"] = not ledger_faults() and not journal_found().breaks
    report["verified_in_seconds"] = round(time.monotonic() - began, 2)
    disconnect()
    return report


def erasures_here() -> Path:
    """Where this installation's own register is, whatever is restored beside."""
    from carnet.settings import env

    return env.folder("CARNET_KEYS_DIR", var_dir() / "keys")


def erased_again(*folders: Path) -> dict[str, Any] | None:
    """Replay every register of erasures at hand on the database that came back. None without the keys its lines are made with."""
    from django.conf import settings

    from carnet.gateways import erasures
    from carnet.privacy import operations

    if not Path(settings.KEYS_WRAPPING or Path(settings.KEYS_DIR) / "wrapping.key").exists():
        if any((each / erasures.NAME).exists() for each in folders):
            complain(_("Sans les clés de l’installation, les effacements n’ont pas été refaits : restaurez avec « --keys-from »."))
        return None
    done = operations.again([erasures.read(each / erasures.NAME) for each in folders], at=datetime.now(UTC))
    for each in folders:
        erasures.copy(Path(settings.KEYS_DIR), path=each / erasures.NAME)  # the longest goes on, for another restoration
    return dataclasses.asdict(done)


def tell(report: dict[str, Any]) -> None:
    from carnet.web.design import formats

    say(_("Restauré dans %(into)s en %(seconds).1f s, à partir de la sauvegarde %(base)s.") % report)
    if report["last_redemption_at"]:
        words = _("%(count)d chèques encaissés, le dernier le %(at)s.")
        say(words % {"count": report["redemptions"], "at": formats.moment(report["last_redemption_at"])})
    if erased := report["erasures"]:
        words = _(
            "%(read)d effacements au registre : %(erased)d refaits, %(already)d déjà faits, %(unknown)d d’après ce moment ; %(keys)d clés détruites."
        )
        say(words % erased)
        if erased["broken_at"] is not None:
            complain(_("Le registre des effacements a été changé à sa ligne %(broken_at)d : cherchez qui y a touché.") % erased)
    if report["verified"]:
        say(_("Le grand livre et le journal sont exacts."))
    elif report["verified"] is None:
        say(_("Ses tables sont d’une version plus ancienne : lancez « carnet migrate » sur cette base, puis « carnet ledger verify »."))
    say(_("Pour la servir d’ici : CARNET_VAR_DIR=%(into)s carnet serve.") % report)


def read_moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(_("ce n’est pas un moment comme 2026-11-23T14:30"), param_hint="--to") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=PARIS)


def keys_file(given: Path | None) -> Path | None:
    """The file itself, or the latest of the folder."""
    if given is None or given.is_file():
        return given
    kept = sorted(given.glob("keys-*.tar.gz.age"))
    if not kept:
        raise CommandFailed(_("Il n’y a pas de clés scellées dans %(folder)s.") % {"folder": given})
    return kept[-1]


@contextmanager
def whole_or_not(folder: Path) -> Iterator[Path]:
    """A folder that is filled beside, then has its name."""
    import shutil

    from carnet.gateways import backups

    if folder.exists():
        raise backups.PlaceTaken(folder=str(folder))
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield draft
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def address() -> str:
    """Where to copy from: CARNET_BACKUP_URL, else the database itself; of the embedded one, as the only role that may."""
    from carnet.gateways.embedded_postgres import EmbeddedPostgres
    from carnet.settings import env

    if given := env.text("CARNET_BACKUP_URL", ""):
        return given
    url = os.environ["CARNET_DATABASE_URL"]
    server = EmbeddedPostgres(var_dir()) if (var_dir() / "postgres.json").exists() else None
    return server.address("postgres", "postgres") if server and url == server.url else url


def settings_recipient() -> str:
    from carnet.settings import env

    found = env.text("CARNET_BACKUP_RECIPIENT", "")
    if not found:
        sentence = _(
            "Donnez la clé publique des sauvegardes : « --recipient », ou CARNET_BACKUP_RECIPIENT ; « carnet backup keygen » en fait une."
        )
        raise CommandFailed(sentence)
    return found


def settings_identity() -> Path | None:
    from carnet.settings import env

    found = env.text("CARNET_BACKUP_IDENTITY", "")
    return Path(found) if found else None


def refuse_the_same_place(folder: Path, keys_to: Path | None) -> None:
    if keys_to is not None and (keys_to.absolute() == folder.absolute() or folder.absolute() in keys_to.absolute().parents):
        raise CommandFailed(
            _("Les clés se gardent ailleurs que la base : choisissez un autre dossier que %(folder)s.") % {"folder": folder}
        )


def facts() -> dict[str, Any]:
    """What the manifest says beside PostgreSQL's own: whose database it is, which Carnet wrote it, the state of its tables."""
    from importlib.metadata import version

    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from carnet.gateways import schema

    with schema.as_owner():
        latest: dict[str, str] = {}
        for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
            latest[app] = name
    described = connection.settings_dict
    return {"carnet": version("carnet"), "database": described["NAME"], "owner": described["USER"], "tables": latest}


@contextmanager
def shown(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar for a person at a terminal; nothing for a program."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total or None)
        yield lambda size: bar.update(task, advance=size)
