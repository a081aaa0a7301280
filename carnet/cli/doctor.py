"""Is this installation well? Each check is one line: what, whether it is well, and what to do otherwise."""

import dataclasses
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta

import typer

from carnet.cli import guards
from carnet.cli.checking import Check
from carnet.cli.running import installation
from carnet.cli.speech import AsJson, give, say
from carnet.cli.speech import gettext as _

DISK_LEAST_BYTES = 1_000_000_000
CLOCK_APART_SECONDS = 2.0
BACKUP_AGE_MOST = timedelta(hours=26)
# Every night; one may be missed.
VERIFIED_DAYS_MOST = 2
# One goes outside every day; one may be missed.
ANCHOR_DAYS_MOST = 2
LABEL_ENDS_DAYS = 60
WORK_WAITS_MOST_SECONDS = 900
SECRET_LATE = timedelta(days=1)
POSTGRESQL_VERSIONS = range(15, 19)


def register(app: typer.Typer) -> None:
    app.command(help=_("Examiner cette installation : réglages, clés, heure, base de données, rôles."))(doctor)


def doctor(as_json: AsJson = False) -> None:
    with installation(migrated=False):
        checks = [*settings_checks(), *key_checks(), *database_checks(), *keeping_checks(), *provider_checks(), *guards.guard_checks()]
    if as_json:
        give({"well": all(check.well for check in checks), "checks": [dataclasses.asdict(check) for check in checks]})
    else:
        for check in checks:
            says = _("%(label)s : %(text)s") % {"label": check.name, "text": check.says}
            say(f"{'!' if check.warns else '✓' if check.well else '✗'} {says}")
    if not all(check.well for check in checks):
        raise typer.Exit(1)


def settings_checks() -> Iterator[Check]:
    from django.conf import settings
    from django.core import checks

    problems = [str(problem.msg) for problem in checks.run_checks() if problem.level >= checks.WARNING]
    yield Check(_("réglages"), not problems, "; ".join(problems) or settings.SETTINGS_MODULE)
    free = shutil.disk_usage(settings.BASE_DIR).free
    yield Check(_("disque"), free >= DISK_LEAST_BYTES, _("%(free)d Mo libres") % {"free": free // 1_000_000})
    options = settings.DATABASES["default"]["OPTIONS"]
    pooled = bool(options.get("pool")) and options.get("prepare_threshold") is not None
    yield Check(_("réserve de connexions"), pooled, _("en place") if pooled else _("absente : les pages seront quatre fois plus lentes"))


def keeping_checks() -> Iterator[Check]:
    """What keeps the installation going: prepared statements, workers, failed work, labels, print files, backups, verifications."""
    from django.conf import settings
    from django.utils import timezone

    from carnet.funding import queries as funding
    from carnet.gateways import schema

    at = timezone.now()
    if not schema.pending():
        yield _prepared()
        yield copies_check()
        yield from _work_checks()
        yield from _edition_checks()
    # A demonstration or a machine to develop on keeps nothing, a fresh installation has nothing to keep yet: said, not a fault.
    needed = settings.SETTINGS_MODULE.endswith("prod") and not schema.pending() and bool(funding.programmes())
    yield backup_check(at, is_needed=needed)
    yield from _archive_checks()
    if not schema.pending():
        yield from _programme_archive_checks(at)
        yield anchor_check(at)
        yield people_check(at)
    yield from _verified_checks(at, kept=not schema.pending())


def backup_check(at: datetime, *, is_needed: bool) -> Check:
    """How old the latest backup is: a fault only where there is something to lose."""
    from django.conf import settings

    from carnet.gateways import checks

    backup = checks.latest_backup(settings.VAR_DIR)
    age = at - backup.at if backup is not None else None
    recent = age is not None and age <= BACKUP_AGE_MOST
    told = _("aucune n’a été faite : « carnet backup »")
    if age is not None:
        told = _("la dernière a %(hours)d heures") % {"hours": age.total_seconds() // 3600}
    return Check(_("sauvegarde"), recent or not is_needed, told, warns=not recent and not is_needed)


def _verified_checks(at: datetime, *, kept: bool) -> Iterator[Check]:
    """What the latest verification of the ledger and of the journal found, wherever it ran."""
    from django.conf import settings

    from carnet.gateways import checks
    from carnet.journal import queries as journal
    from carnet.journal.rules import What

    runs = journal.latest_verifications() if kept else {}
    for what, name in ((What.LEDGER, _("grand livre")), (What.JOURNAL, _("journal"))):
        run = runs.get(what)
        ended = checks.Checked(run.ended_at, run.fault_count) if run is not None and run.ended_at is not None else None
        found = checks.later(checks.latest_check(settings.VAR_DIR, what.value), ended)
        if found is None:
            never = _("jamais recalculé ici : un serveur de travaux le fait chaque nuit, ou « carnet %(what)s verify »") % {
                "what": what.value
            }
            yield Check(name, True, never, warns=True)
            continue
        days = (at - found.at).days
        told = _("%(faults)d anomalies, recalculé il y a %(days)d jours") % {"faults": found.fault_count, "days": days}
        yield Check(name, not found.fault_count, told, warns=not found.fault_count and days > VERIFIED_DAYS_MOST)


def anchor_check(at: datetime) -> Check:
    """When a line last went outside. Without any way outside, a tail that is cut cannot be seen."""
    from carnet.continuity.queries import anchors

    name = _("ancres du journal")
    if not anchors.is_outside():
        told = _("rien ne sort : sans CARNET_ANCHORS_DIR, CARNET_ANCHORS_TO ni CARNET_TIMESTAMP_URL, une fin coupée ne se verra pas")
        return Check(name, True, told, warns=True)
    sent_at, _day = anchors.latest_outside()
    if sent_at is None:
        return Check(name, True, _("aucune ligne n’est encore sortie : « carnet journal anchor »"), warns=True)
    days = (at - sent_at).days
    told = _("la dernière est sortie il y a %(days)d jours") % {"days": days}
    return Check(name, days < ANCHOR_DAYS_MOST, told)


def _archive_checks() -> Iterator[Check]:
    """Whether the archive is received, where there is one, and whether a receiver that went away can fill the server's disk."""
    from django.db import connection

    from carnet.gateways import backups

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT active, wal_status, coalesce(pg_current_wal_lsn() - restart_lsn, 0)::bigint,
                   (SELECT setting::int FROM pg_settings WHERE name = 'max_slot_wal_keep_size')
            FROM pg_replication_slots WHERE slot_name = %s
            """,
            [backups.SLOT],
        )
        found = cursor.fetchone()
    if found is None:
        return
    active, status, behind, bound = found
    if status == "lost":
        yield Check(
            _("archive continue"), False, _("perdue : relancez « carnet backup archive », puis faites tout de suite une sauvegarde")
        )
    elif not active:
        told = _("arrêtée : PostgreSQL garde %(megabytes)d Mo pour elle ; relancez « carnet backup archive », ou « carnet backup stop »")
        yield Check(_("archive continue"), False, told % {"megabytes": behind // 1_000_000})
    elif bound < 0:
        told = _("reçue ; réglez max_slot_wal_keep_size, sinon une archive arrêtée longtemps remplit le disque de PostgreSQL")
        yield Check(_("archive continue"), True, told, warns=True)
    else:
        yield Check(_("archive continue"), True, _("reçue, %(megabytes)d Mo de retard") % {"megabytes": behind // 1_000_000})


def _programme_archive_checks(at: datetime) -> Iterator[Check]:
    """How late the archives of programmes are, where they are written every minute."""
    from carnet.continuity.queries import archives

    found = archives.lags(at=at)
    if archives.archives_dir() is None:
        yield Check(_("archives"), True, _("aucune : réglez CARNET_ARCHIVES_DIR, pour qu’un autre opérateur puisse reprendre"), warns=True)
        return
    late = [each for each in found if each.is_late]
    if late:
        told = _("%(count)d en retard (%(slugs)s) : « carnet jobs worker », et le disque de CARNET_ARCHIVES_DIR")
        yield Check(_("archives"), False, told % {"count": len(late), "slugs": ", ".join(each.slug for each in late[:3])})
        return
    oldest = max((round((at - each.made_at).total_seconds()) for each in found if each.made_at is not None), default=0)
    yield Check(_("archives"), True, _("%(count)d programmes, %(seconds)d s de retard au plus") % {"count": len(found), "seconds": oldest})


def _prepared() -> Check:
    """Whether a statement asked again is prepared on this way to the database: some poolers in front do not allow it."""
    from django.db import connection

    with connection.cursor() as cursor:
        prepares = connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None
        for _turn in range(8):
            cursor.execute("SELECT %s::int", [_turn])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        held = cursor.fetchone()[0]
    says = _("tenues par la base") if held else _("aucune : chaque question coûte deux fois plus à la base")
    return Check(_("requêtes préparées"), bool(held) or not prepares, says, warns=not held and not prepares)


def _work_checks() -> Iterator[Check]:
    from carnet.gateways import queue

    alive, found = queue.workers_alive(), queue.queues()
    failed, oldest = sum(each.failed_count for each in found), max((each.oldest_seconds for each in found), default=0.0)
    told = _("%(alive)d serveurs de travaux, le plus ancien travail attend depuis %(seconds)d s") % {"alive": alive, "seconds": oldest}
    # Work that waits with nobody to do it will not be done; without any, whoever runs the site may have stopped it to look.
    yield Check(
        _("travaux de fond"), bool(alive) or oldest < WORK_WAITS_MOST_SECONDS, told, warns=not alive and oldest < WORK_WAITS_MOST_SECONDS
    )
    told = (
        _("%(count)d arrêtés après tous leurs essais : page « Travaux en cours »") % {"count": failed}
        if failed
        else _("aucun n’est arrêté")
    )
    yield Check(_("travaux arrêtés"), not failed, told)


def _edition_checks() -> Iterator[Check]:
    from django.utils import timezone

    from carnet.gateways.database import acting_as_everything
    from carnet.issuing.queries import overdue

    with acting_as_everything(why="labels and print files of every operator"):
        found = overdue.overdue_everywhere(at=timezone.now())
    days = found.label_ends_in_days
    if found.unlabelled_count:
        told = _("%(count)d opérateurs n’en ont plus : aucune édition ne peut être faite") % {"count": found.unlabelled_count}
    else:
        told = _("le premier finit dans %(days)d jours") % {"days": days} if days is not None else _("aucun n’est nécessaire")
    ends = bool(found.unlabelled_count) or (days is not None and days <= LABEL_ENDS_DAYS)
    # Nothing stops but new editions: the site is well.
    yield Check(_("label d’opérateur"), True, told, warns=ends)
    told = _("%(count)d gardés plus d’un jour après l’impression : supprimez-les") % {"count": found.file_count}
    yield Check(_("fichiers d’impression"), not found.file_count, told if found.file_count else _("aucun de trop"))


def provider_checks() -> Iterator[Check]:
    """Whether each identity provider that is set up answers, and is who it says. One that is not set up is not asked."""
    from carnet.gateways import identity

    for name, issuer in identity.configured():
        try:
            identity.check_published(issuer)
        except identity.IdentityRefused as refusal:
            reason = str(refusal.facts.get("reason", refusal.code))
            yield Check(name, False, _("ne répond pas comme il faut (%(reason)s) : vérifiez l’adresse et le pare-feu") % {"reason": reason})
        else:
            yield Check(name, True, _("répond"))


def key_checks() -> Iterator[Check]:
    from django.conf import settings

    folder = settings.KEYS_DIR
    if not folder.is_dir():
        yield Check(_("clés"), False, _("le dossier %(folder)s manque : lancez « carnet init »") % {"folder": folder})
        return
    closed = not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield Check(_("clés"), closed, str(folder) if closed else _("le dossier %(folder)s est ouvert à d’autres") % {"folder": folder})


def people_check(at: datetime) -> Check:
    """Whether people's data is forgotten in time: a night of two days ago at most, and nothing late."""
    from carnet.gateways.database import acting_as_everything
    from carnet.privacy.queries import periods

    with acting_as_everything(why="data of every tenant is kept equally long"):
        nights = periods.reports(limit=1)
    if not nights:
        return Check(_("données des personnes"), True, _("aucune nuit n’est encore passée"), warns=True)
    night = nights[0]
    if at - night.at > timedelta(days=2):
        return Check(
            _("données des personnes"),
            False,
            _("rien n’a été oublié depuis le %(day)s : le travail de fond tourne-t-il ?") % {"day": night.day},
        )
    told = (
        _("%(count)d lignes en retard : voyez « carnet data retention »") % {"count": night.late}
        if night.late
        else _("rien n’est en retard")
    )
    return Check(_("données des personnes"), not night.late, told)


def copies_check() -> Check:
    """Whether the keys of this machine are those of the others: one folder shared by all, or copied."""
    from carnet.gateways.database import acting_as_everything
    from carnet.gateways.keys import KeysRefused
    from carnet.issuing.queries.keys import keys_apart
    from carnet.jobs.keys import note_copies

    note_copies()
    name = _("clés des autres machines")
    try:
        with acting_as_everything(why="the keys of every programme are in one folder"):
            apart = keys_apart()
    except KeysRefused as refusal:
        told = _("ce dossier ne s’ouvre pas (%(code)s) : la clé d’enveloppe est-elle celle des autres machines ?") % {"code": refusal.code}
        return Check(name, False, told)
    if not apart:
        return Check(name, True, _("les mêmes ici"))
    said = [
        (_("programme %(programme)d, version %(version)d : sur %(machine)s et pas ici") if each.is_missing
         else _("programme %(programme)d, version %(version)d : celles de %(machine)s sont différentes"))
        % {"programme": each.programme_id, "version": each.version, "machine": each.machine}
        for each in apart[:10]
    ]  # fmt: skip
    return Check(name, False, _("%(what)s. Le dossier des clés doit être le même partout.") % {"what": " ; ".join(said)})


def secrets_check(at: datetime) -> Check:
    """Secrets of printed editions that should be gone for more than a day: nobody, or nothing, destroyed them."""
    from django.conf import settings

    from carnet.gateways.database import acting_as_everything
    from carnet.issuing.queries.print_shops import seeds_due

    with acting_as_everything(why="secrets of printed editions end in every programme alike"):
        late = [each for each in seeds_due(days=settings.SEED_DAYS) if each.due_at + SECRET_LATE < at]
    told = ", ".join(str(each.order_id) for each in late[:10])
    says = _("à détruire, commandes n° %(orders)s : détruisez-les, ou refaites les carnets abîmés") % {"orders": told}
    return Check(_("secrets des carnets imprimés"), not late, says if late else _("aucun en retard"))


def database_checks() -> Iterator[Check]:
    from django.db import connection
    from django.utils import timezone

    from carnet.gateways import schema
    from carnet.gateways.database import acting_as_everything
    from carnet.notices.queries import letters_given_up
    from carnet.settings.base import APPLICATION_ROLE

    pending = schema.pending()
    yield Check(_("tables"), not pending, _("à jour") if not pending else _("%(count)d étape(s) à appliquer") % {"count": len(pending)})
    if pending:
        return  # the roles and walls are made by those steps
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_user, rolsuper, rolbypassrls, clock_timestamp(), current_setting('server_version_num')::int / 10000
            FROM pg_roles WHERE rolname = current_user
            """
        )
        role, superuser, bypasses, told, version = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')")
        walled = cursor.fetchone()[0]
    with acting_as_everything(why="letters of every tenant wait in one outbox"):
        stuck = letters_given_up()
    yield secrets_check(timezone.now())
    apart = abs((timezone.now() - told).total_seconds())
    yield Check("PostgreSQL", version in POSTGRESQL_VERSIONS, str(version))
    yield Check(_("rôle"), role == APPLICATION_ROLE and not superuser and not bypasses, role)
    yield Check(_("murs entre organisations"), walled > 0, _("%(count)d tables protégées ligne par ligne") % {"count": walled})
    yield Check(
        _("lettres"),
        not stuck,
        _("aucune en souffrance")
        if not stuck
        else _("%(count)d jamais parties en trois jours : voyez l’adresse du serveur de courrier, et les contacts des organisations")
        % {"count": stuck},
    )
    yield Check(_("heure"), apart < CLOCK_APART_SECONDS, _("%(apart).1f s d’écart avec la base") % {"apart": apart})
