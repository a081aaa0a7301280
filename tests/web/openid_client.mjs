// An independent, certified client (npm openid-client) tries the provider. Reads {issuer, client_id, client_secret, redirect_uri,
// post_logout_redirect_uri, cookie, person, chosen} on its first line; asks its test to act by a line of its own ("do revoke"), and waits
// for one back; at the end writes one line of JSON: what happened, by name.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as client from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const given = JSON.parse((await lines.next()).value);
const told = {};

async function doing(what) {
  process.stdout.write(`do ${what}\n`);
  return (await lines.next()).value;
}

async function refusal(attempt) {
  try {
    await attempt();
    return "accepted";
  } catch (error) {
    return error.error ?? error.code ?? error.name;
  }
}

async function discovered(authentication, metadata = {}) {
  const config = await client.discovery(new URL(given.issuer), given.client_id, metadata, authentication, {
    execute: [client.allowInsecureRequests],
  });
  client.enableNonRepudiationChecks(config); // the signature of each identity token is checked against the JWK Set
  return config;
}

// One request of ours, answered by a helper in a browser: two pages, one choice.
async function visited(config, more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const asked = {
    redirect_uri: given.redirect_uri,
    scope: "openid profile birth email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: client.randomState(),
    nonce: client.randomNonce(),
    acr_values: "eidas1",
    prompt: "login",
    ...more,
  };
  const headers = { cookie: given.cookie };
  const first = await fetch(client.buildAuthorizationUrl(config, asked), { headers, redirect: "manual" });
  const whom = new URL(first.headers.get("location"), given.issuer);
  if (whom.origin !== new URL(given.issuer).origin) return { callback: whom, asked, verifier };
  const page = await fetch(new URL(`${given.person}/`, whom), { headers });
  const csrf = (await page.text()).match(/name="csrfmiddlewaretoken" value="(\w+)"/)[1];
  const cookie = `${given.cookie}; ${page.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ")}`;
  const sent = await fetch(page.url, {
    method: "POST",
    headers: { cookie, referer: page.url },
    body: new URLSearchParams({ csrfmiddlewaretoken: csrf, chosen: given.chosen }),
    redirect: "manual",
  });
  return { callback: new URL(sent.headers.get("location")), asked, verifier };
}

function grant(config, visit, checks = {}, callback = visit.callback) {
  return client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: visit.verifier,
    expectedNonce: visit.asked.nonce,
    expectedState: visit.asked.state,
    idTokenExpected: true,
    ...checks,
  });
}

const basic = await discovered(client.ClientSecretBasic(given.client_secret));
const post = await discovered(client.ClientSecretPost(given.client_secret));
told.issuer = basic.serverMetadata().issuer;
told.pkce = basic.serverMetadata().supportsPKCE();

// The whole way.
let visit = await visited(basic, { max_age: "3600", claims: '{"id_token":{"rep_scope":{"essential":true,"values":["argent"]}}}' });
let tokens = await grant(basic, visit, { maxAge: 3600 });
const claims = tokens.claims();
told.claims = { acr: claims.acr, amr: claims.amr, rep_scope: claims.rep_scope, has_auth_time: Number.isInteger(claims.auth_time) };
told.userinfo = await client.fetchUserInfo(basic, tokens.access_token, claims.sub);
told.introspected = (await client.tokenIntrospection(post, tokens.access_token)).active;
told.another_subject = await refusal(() => client.fetchUserInfo(basic, tokens.access_token, "somebody else"));

// A code presented again: refused, and what it had given dies.
told.replayed_code = await refusal(() => grant(basic, visit));
told.token_after_replay = await refusal(() => client.fetchUserInfo(basic, tokens.access_token, claims.sub));

// What the client must refuse by itself, with what we gave it.
visit = await visited(basic);
told.mixed_up_state = await refusal(() => grant(basic, visit, { expectedState: client.randomState() }));
const elsewhere = new URL(visit.callback);
elsewhere.searchParams.set("iss", "https://another.example");
told.mixed_up_issuer = await refusal(() => grant(basic, visit, {}, elsewhere));
told.wrong_nonce = await refusal(() => grant(basic, visit, { expectedNonce: client.randomNonce() }));

// What we must refuse.
visit = await visited(basic);
told.wrong_verifier = await refusal(() => grant(basic, visit, { pkceCodeVerifier: client.randomPKCECodeVerifier() }));
const impostor = await discovered(client.ClientSecretBasic("x".repeat(64)));
told.wrong_secret = await refusal(() => grant(impostor, visit));
tokens = await grant(post, visit); // the code was not spent by either
told.revoked_by_client = await refusal(() => client.tokenRevocation(post, tokens.access_token));
told.token_after_that = (await client.tokenIntrospection(post, tokens.access_token)).active;

// Clocks: ahead or behind by three minutes they still agree; by more than a token lives they do not.
for (const [name, skew] of Object.entries({ ahead_a_little: 200, behind_a_little: -200, ahead_too_far: 400 })) {
  const skewed = await discovered(client.ClientSecretBasic(given.client_secret), { [client.clockSkew]: skew });
  visit = await visited(skewed);
  told[name] = await refusal(() => grant(skewed, visit));
}

// Keys turn: the token signed before still verifies, the one signed after does too, each by its own key.
const before = (await grant(basic, await visited(basic))).id_token;
await doing("rotate");
const turned = await discovered(client.ClientSecretBasic(given.client_secret));
const after = (await grant(turned, await visited(turned))).id_token;
const keys = createRemoteJWKSet(new URL(turned.serverMetadata().jwks_uri));
const expected = { issuer: told.issuer, audience: given.client_id };
told.verified = (await Promise.all([before, after].map((token) => jwtVerify(token, keys, expected)))).length;
told.kids = new Set([before, after].map((token) => decodeProtectedHeader(token).kid)).size;
told.algorithm = decodeProtectedHeader(after).alg;

// The end of the session, with a token signed by the key before.
visit = await visited(basic, { prompt: "none" });
told.silent = visit.callback.searchParams.get("error");
const out = client.buildEndSessionUrl(turned, {
  id_token_hint: before,
  post_logout_redirect_uri: given.post_logout_redirect_uri,
  state: "s".repeat(32),
});
told.ended = (await fetch(out, { redirect: "manual" })).headers.get("location");

// The person takes it back: the token is dead at once.
tokens = await grant(turned, await visited(turned));
told.before_revocation = (await client.fetchUserInfo(turned, tokens.access_token, tokens.claims().sub)).family_name;
await doing("revoke");
told.after_revocation = await refusal(() => client.fetchUserInfo(turned, tokens.access_token, tokens.claims().sub));
told.introspected_after = (await client.tokenIntrospection(post, tokens.access_token)).active;

process.stdout.write(`${JSON.stringify(told)}\n`);
process.exit(0);
