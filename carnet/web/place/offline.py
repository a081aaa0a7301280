"""The app that opens without network: one page that knows nobody, its service worker named by its contents, its manifest.

Everything under /place/offline/ is public and the same for all: sessions end, and a page kept on a device must not show a person or a place.
What is the place's own (its key, its facts, its queue) is in the browser's store and came there when the device was enrolled.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from carnet.places.rules import SERVICE_KINDS
from carnet.web import packages
from carnet.web.design import tokens

SCOPE = "/place/offline/"
MODULES = ("app", "queue", "sync", "verify", "caps", "bytes", "faults")
# Asked for by the modules' own relative imports: served under their plain names, whatever the storage.
READERS = ("packages/barcode-detector/zxing-exported.js",)
SCRIPTS = (*(f"place/offline/{name}.js" for name in MODULES), "design/scanner.js", "packages/ed25519/index.js", *READERS)
LOOKS = ("place/place.css", "design/tokens.css", "design/carnet.css", "design/carnet.js", "design/pictograms.svg", "design/icon.svg")
ICON_SIZES = (192, 512)


def entrance(request: HttpRequest) -> HttpResponse:
    """To the app, in the reader's language."""
    return redirect("place:offline", language=translation.get_language() or settings.LANGUAGE_CODE)


def app(request: HttpRequest, language: str) -> HttpResponse:
    """The app's one page."""
    response = HttpResponse(_page(_known(language)))
    response["Cache-Control"] = "no-cache"
    return response


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, for any browser."""
    return _script(_constants() + _text("place/offline/worker.js"))


def waking_worker(request: HttpRequest) -> HttpResponse:
    """The service worker for browsers that wake it when the network is back: a module, which can then send by itself."""
    folder = f"{settings.STATIC_URL}place/offline/"
    imports = (
        f'import {{ open, setting }} from "{folder}queue.js";\nimport {{ sync }} from "{folder}sync.js";\n'
        "self.waking = { open, setting, sync };\n"
    )
    return _script(imports + _constants() + _text("place/offline/worker.js"))


def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """What makes the app installable."""
    with translation.override(_known(language)):
        described = {
            "id": SCOPE,
            "name": _("Carnet : accepter sans réseau"),
            "short_name": "Carnet",
            "description": _("Vérifie un chèque sur l’appareil, sans réseau, et l’envoie quand le réseau revient."),
            "lang": language,
            "start_url": reverse("place:offline", args=[language]),
            "scope": SCOPE,
            "display": "standalone",
            "background_color": tokens.colours()["surface"],
            "theme_color": tokens.colours()["brand"],
            "icons": [
                {"src": staticfiles_storage.url(_icon(size)), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
                for size in ICON_SIZES
            ],
        }
    return JsonResponse(described, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def files() -> dict[str, bytes]:
    """Everything the app needs to open without network: addresses and contents."""
    found = {reverse("place:offline", args=[language]): _page(language).encode() for language, _name in settings.LANGUAGES}
    for name in SCRIPTS:
        if (content := _content(name)) is not None:
            found[settings.STATIC_URL + name] = content
    reader = packages.reader()
    for name in (*LOOKS, *(_icon(size) for size in ICON_SIZES), *((packages.READER_MODULE, packages.READER_WASM) if reader else ())):
        if (content := _content(name)) is not None:
            found[staticfiles_storage.url(name)] = content
    return found


def version() -> str:
    """Changes when any file of the app does."""
    digest = hashlib.sha256()
    for address, content in [*sorted(files().items()), ("worker", _text("place/offline/worker.js").encode())]:
        digest.update(address.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _constants() -> str:
    home = reverse("place:offline", args=[settings.LANGUAGE_CODE])
    said = {"VERSION": version(), "FILES": sorted(files()), "HOME": home}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in said.items())


def _script(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _known(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return language


def _page(language: str) -> str:
    with translation.override(language):
        others = [code for code, _name in settings.LANGUAGES if code != language]
        reader = packages.reader()
        told = {
            "words": _words(),
            "services": {kind.code: _(kind.label) for kind in SERVICE_KINDS},
            "language": language,
            "reader": {"module": reader.module, "wasm": reader.wasm} if reader else None,
        }
        return render_to_string(
            "place/offline/app.html",
            {
                "language": language,
                "others": others,
                "told": told,
                "is_demo": settings.DEMO,
                "script": f"{settings.STATIC_URL}place/offline/app.js",
                "icons": ("check", "cross", "alert", "clock"),
                "touch_icon": _icon(ICON_SIZES[0]),
            },
        )


def _words() -> dict[str, str]:
    """What the script says. `{name}` is filled in there."""
    return {
        "accepted.title": _("À confirmer"),
        "accepted": _("{value}. Écrivez le n° {counter} sur le chèque et gardez-le : il sera confirmé au retour du réseau."),
        "costs": _("{service} ({count} chèques)"),
        "more.title": _("Encore {count} à donner"),
        "more": _("Ce service coûte {count} chèques. Rien n’est accepté avant le dernier."),
        "same-voucher.title": _("Déjà donné"),
        "same-voucher": _("Ce chèque compte déjà pour ce service. Donnez un autre chèque."),
        "other-programme.title": _("Autre programme"),
        "other-programme": _("Les chèques d’un même service viennent du même programme."),
        "number": _("n° {counter} · {value}"),
        "serial": _("Chèque {serial}"),
        "left": _("Encore {count} chèques, {cents} et {hours} h avant de devoir retrouver le réseau."),
        "waiting": _("à confirmer"),
        "confirmed": _("confirmé"),
        "refused": _("refusé"),
        "understood": _("J’ai compris"),
        "sending": _("Envoi en cours…"),
        "online": _("En ligne. Tout est envoyé."),
        "away": _("Pas de réseau. Vous pouvez continuer : tout partira à son retour."),
        "upload-refused": _("L’envoi a été refusé ({code}). Rien n’est perdu : appelez l’opérateur."),
        "device-unknown.title": _("Appareil inconnu du serveur"),
        "device-unknown": _(
            "Le serveur ne connaît plus cet appareil et ne confirmera plus rien de lui. N’acceptez plus rien ici. Chèques qui attendent : {count}."
            " Passez-les sur la page du lieu avec les chèques de papier que vous avez gardés, puis appelez l’opérateur."
        ),
        "told-confirmed.title": _("Confirmé"),
        "told-confirmed": _("Passages confirmés : {count}."),
        "told-refused.title": _("Refusé par le serveur"),
        "told-refused": _("Passages refusés : {count}. Lisez pourquoi sous « Refusés : à lire »."),
        "typed-code.title": _("Le code tapé ne suffit pas"),
        "typed-code": _(
            "Sans réseau, seul le QR code se vérifie. Lisez-le avec l’appareil photo ou un lecteur, ou notez le chèque sur la feuille de papier."
        ),
        "not-a-voucher.title": _("Ce n’est pas un chèque"),
        "not-a-voucher": _("Ce texte n’est pas celui d’un QR code de chèque. Lisez-le encore une fois, en entier."),
        "series-unknown.title": _("Chèque inconnu de cet appareil"),
        "series-unknown": _(
            "Il est peut-être trop récent, fini, ou d’un autre programme. Retrouvez le réseau et recommencez, ou notez-le sur la feuille de papier."
        ),
        "key-ended.title": _("À vérifier avec le réseau"),
        "key-ended": _(
            "Ce chèque ne se vérifie plus sans réseau ; il reste bon. Retrouvez le réseau et recommencez, ou notez-le sur la feuille de papier."
        ),
        "counterfeit.title": _("Faux chèque"),
        "counterfeit": _("La signature de ce QR code n’est pas celle du programme. Ne l’acceptez pas et appelez l’opérateur."),
        "already-here.title": _("Déjà accepté ici"),
        "already-here": _("Cet appareil a déjà accepté ce chèque, sous le n° {counter}."),
        "device-revoked.title": _("Appareil révoqué"),
        "device-revoked": _("Cet appareil ne peut plus rien accepter. Utilisez la page du lieu, ou appelez l’opérateur."),
        "cap-hours.title": _("Trop longtemps sans réseau"),
        "cap-hours": _("Au-delà de {hours} heures, il faut retrouver le réseau. D’ici là, notez les chèques sur la feuille de papier."),
        "cap-count.title": _("Limite atteinte"),
        "cap-count": _("{count} chèques attendent déjà. Retrouvez le réseau. D’ici là, notez les chèques sur la feuille de papier."),
        "cap-cents.title": _("Limite atteinte"),
        "cap-cents": _(
            "Ce chèque dépasserait {cents} en attente. Retrouvez le réseau. D’ici là, notez les chèques sur la feuille de papier."
        ),
        "full-disk.title": _("Pas accepté : appareil plein"),
        "full-disk": _(
            "L’appareil n’a plus de place et n’a pas pu noter ce chèque. Libérez de la place, ou notez-le sur la feuille de papier."
        ),
        "not-written.title": _("Pas accepté"),
        "not-written": _("L’appareil n’a pas pu noter ce chèque. Recommencez, ou notez-le sur la feuille de papier."),
        "no-code-in-picture.title": _("Pas de QR code sur l’image"),
        "no-code-in-picture": _("Reprenez la photo de plus près, bien à plat."),
        "no-camera.title": _("Pas d’appareil photo"),
        "no-camera": _("Utilisez un lecteur, une photo, ou notez le chèque sur la feuille de papier."),
        "not-allowed.title": _("Appareil photo refusé"),
        "not-allowed": _("Autorisez l’appareil photo dans les réglages du navigateur."),
        "no-reader.title": _("Lecture impossible"),
        "no-reader": _("Cet appareil ne sait pas lire un QR code sans réseau. Utilisez un lecteur branché."),
        "not-an-image.title": _("Ce n’est pas une image"),
        "not-an-image": _("Choisissez une photo du chèque."),
        "too-heavy.title": _("Image trop lourde"),
        "too-heavy": _("Choisissez une photo plus légère."),
        "fault.title": _("Pas accepté"),
        "fault": _("Quelque chose n’a pas marché. Rien n’est accepté : recommencez, ou notez le chèque sur la feuille de papier."),
    }


def _icon(size: int) -> str:
    return f"place/offline/icon-{size}.png"


def _text(name: str) -> str:
    content = _content(name)
    assert content is not None, name
    return content.decode()


def _content(name: str) -> bytes | None:
    """A static file's bytes, or None when it is not there (a package that was not installed)."""
    if settings.WHITENOISE_USE_FINDERS:
        found = finders.find(name)
        if not isinstance(found, str):
            return None
        with open(found, "rb") as file:
            return file.read()
    return _collected(name)


@lru_cache(maxsize=64)
def _collected(name: str) -> bytes | None:
    if not staticfiles_storage.exists(name):
        return None
    with staticfiles_storage.open(name) as file:
        content: Any = file.read()
    return bytes(content)
