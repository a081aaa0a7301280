"""A client that is not ours (npm openid-client, certified) against a live server: one process, everything it can try."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.mandates.rules import Family
from tests.web.openid_world import BACK, OUT, World, a_world

HERE = Path(__file__).parent
NODE = shutil.which("node")
PACKAGE = HERE.parents[1] / "node_modules/openid-client"


class _Handler(WSGIHandler):
    """`LiveServerThread` dresses its handler for static files; there are none here."""

    def __init__(self, handler: WSGIHandler) -> None:
        super().__init__()


@pytest.mark.slow
@pytest.mark.skipif(NODE is None or not PACKAGE.is_dir(), reason="needs node and npm's openid-client (make test installs both)")
def test_a_certified_client_finds_everything_as_the_standard_says(committed_database: str, settings: Any, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    with acting_as_everything(why="prepare structures"):
        world = a_world()
    browser = world.sign_in()
    server = LiveServerThread("127.0.0.1", _Handler)
    server.daemon = True
    server.start()
    server.is_ready.wait(20)
    assert server.error is None
    settings.OAUTH2_PROVIDER = {**django_settings.OAUTH2_PROVIDER, "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{server.port}/openid"}
    try:
        told = played(world, browser.cookies["sessionid"].value)
    finally:
        server.terminate()
    assert told == {
        "issuer": f"http://127.0.0.1:{server.port}/openid",
        "pkce": True,
        "claims": {"acr": "eidas1", "amr": ["pwd", "otp", "mfa"], "rep_scope": ["argent"], "has_auth_time": True},
        "userinfo": told["userinfo"] | {"family_name": "Benali", "given_name": "Amina Zohra", "birthdate": "1958-04-03"},
        "introspected": True,
        "another_subject": "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
        "replayed_code": "invalid_grant",
        "token_after_replay": "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
        "mixed_up_state": "OAUTH_INVALID_RESPONSE",
        "mixed_up_issuer": "OAUTH_INVALID_RESPONSE",
        "wrong_nonce": "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
        "wrong_verifier": "invalid_grant",
        "wrong_secret": "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
        "revoked_by_client": "accepted",
        "token_after_that": False,
        "ahead_a_little": "accepted",
        "behind_a_little": "accepted",
        "ahead_too_far": "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
        "verified": 2,
        "kids": 2,
        "algorithm": "ES256",
        "silent": "interaction_required",
        "ended": f"{OUT}?state={'s' * 32}",
        "before_revocation": "Benali",
        "after_revocation": "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
        "introspected_after": False,
    }


def played(world: World, session: str) -> dict[str, Any]:
    """Run the client; do what it asks of the house on the way."""
    person_id, authorisation_id = world.authorisation(world.amina, Family.MONEY)
    given = {
        "issuer": django_settings.OAUTH2_PROVIDER["OIDC_ISS_ENDPOINT"], "client_id": world.client.client_id,
        "client_secret": world.client.secret, "redirect_uri": BACK, "post_logout_redirect_uri": OUT, "cookie": f"sessionid={session}",
        "person": person_id, "chosen": f"{authorisation_id}:taxes",
    }  # fmt: skip
    command = [str(NODE), str(HERE / "openid_client.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        assert client.stderr is not None
        print(json.dumps(given), file=client.stdin, flush=True)
        for line in client.stdout:
            if not line.startswith("do "):
                return dict(json.loads(line))
            if line == "do rotate\n":
                # A rotation whose time has come: published five minutes ago, it signs from now on.
                at = timezone.now()
                key_ring().draw_issuer_key("ES256", at=at - timedelta(minutes=5), signs_from=at)
            else:
                world.end([authorisation_id])
            print("done", file=client.stdin, flush=True)
        pytest.fail(client.stderr.read())
