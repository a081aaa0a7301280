"""The end of a session towards a client (RP-Initiated Logout 1.0): the helper stops acting for that person.

What ends is the act: the tokens of that code. The helper stays signed in here, at their own counter; their sign-in was never the client's.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from jwcrypto.common import JWException
from jwcrypto.jws import JWS
from oauthlib.common import add_params_to_uri

from carnet.gateways.database import acting_as
from carnet.parties import access as parties
from carnet.web.openid import signing
from carnet.web.openid.models import AccessToken, Client, Grant
from carnet.web.openid.parameters import OPAQUE
from carnet.web.openid.validator import issuer

_ASKED = {"id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"}


@csrf_exempt  # the identity token says which act ends; no cookie is read
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponseBase:
    """End the act that the identity token names, then go back where the client registered, and nowhere else."""
    given = request.POST if request.method == "POST" else request.GET
    said = {name: given[name] for name in given if len(given.getlist(name)) == 1}
    claims = _claims(said.get("id_token_hint", ""))
    client = Client.objects.filter(client_id=str(claims["aud"]), ended_at=None).first() if claims else None
    wanted, state = said.get("post_logout_redirect_uri", ""), said.get("state", "")
    strict = len(said) == len(given) and set(said) <= _ASKED and (not state or OPAQUE.fullmatch(state))
    if claims is None or client is None or not strict or said.get("client_id", client.client_id) != client.client_id:
        return render(request, "openid/unknown.html", status=400)
    if wanted and not client.post_logout_redirect_uri_allowed(wanted):
        return render(request, "openid/unknown.html", status=400)
    _end(str(claims["jti"]), client)
    if not wanted:
        return render(request, "openid/ended.html")
    location = add_params_to_uri(wanted, [("state", state)]) if state else wanted
    return HttpResponseRedirect(location, headers={"Cache-Control": "no-store"})


def _end(jti: str, client: Client) -> None:
    with parties.presenting(jti):
        found = AccessToken.objects.filter(jti=jti, application=client).values_list("organisation_id", "grant_id").first()
    if found is None:
        return  # ended already, or dead of age
    with acting_as(organisation_ids=[found[0]]):
        Grant.objects.filter(pk=found[1]).delete()


def _claims(hint: str) -> dict[str, Any] | None:
    """What an identity token of ours says, even past its time: a person may log out hours later. None if we never signed it."""
    signed = JWS()
    try:
        signed.deserialize(hint)
        header = json.loads(signed.objects["protected"])
        key = signing.verifying(str(header.get("kid", "")))
        if key is None or header.get("alg") != key.algorithm:
            return None
        signed.allowed_algs = [key.algorithm]
        signed.verify(key.jwk)
        claims = json.loads(signed.payload)
    except (JWException, ValueError, KeyError, TypeError):
        return None
    return claims if isinstance(claims, dict) and claims.get("iss") == issuer() and {"aud", "jti"} <= set(claims) else None
