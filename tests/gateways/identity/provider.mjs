// A certified OpenID provider that is not ours, as FranceConnect is set up: signed user information, acr, no registration of clients.
// It signs in whoever asks as one invented person, at once. Its first answer about its keys is an old one, as after a rotation.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const [algorithm, usesPkce, redirectUri, logoutUri] = process.argv.slice(2);
const SCOPES = ["given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry", "usual_name", "uid", "siret"];
const PERSON = {
  given_name: "Colette Marie Louise", family_name: "Berthier", birthdate: "1948-03-12", gender: "female", birthplace: "44109",
  birthcountry: "99100", email: "colette@example.org", usual_name: "Berthier", uid: "colette", siret: "21440109300015",
};

function key(kid) {
  const pair = algorithm === "RS256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...pair.privateKey.export({ format: "jwk" }), kid, use: "sig", alg: algorithm };
}
const [current, former] = [key("current"), key("former")];

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "carnet", client_secret: "a-secret-of-the-tests-only-0123456789", redirect_uris: [redirectUri], response_types: ["code"],
      grant_types: ["authorization_code"], token_endpoint_auth_method: "client_secret_post", id_token_signed_response_alg: algorithm,
      post_logout_redirect_uris: [logoutUri], ...(usesPkce === "yes" ? {} : { userinfo_signed_response_alg: algorithm }),
    }],
    jwks: { keys: [current] },
    cookies: { keys: ["only-for-tests"] },
    acrValues: ["eidas1"],
    claims: { openid: ["sub"], email: ["email"], acr: null, amr: null, auth_time: null, iss: null, ...Object.fromEntries(SCOPES.map((name) => [name, [name]])) },
    features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true }, claimsParameter: { enabled: true } },
    interactions: { url: (_ctx, interaction) => `/signed-in/${interaction.uid}` },
    pkce: { required: () => usesPkce === "yes" },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...PERSON }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(["openid", "email", ...SCOPES].join(" "));
      grant.addOIDCClaims([...SCOPES, "email", "amr", "acr"]);
      await grant.save();
      return grant;
    },
  });
  let asked = 0;
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (request.url === "/jwks" && asked++ === 0) {
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...old } = former;
      response.setHeader("Content-Type", "application/jwk-set+json");
      response.end(JSON.stringify({ keys: [old] }));
    } else if (request.url === "/asked") {
      response.end(String(asked));
    } else if (request.url.startsWith("/signed-in/")) {
      const login = { accountId: "colette", acr: "eidas1", amr: ["pwd", "mfa"] };
      await provider.interactionFinished(request, response, { login });
    } else answer(request, response);
  });
  console.log(`listening ${issuer}`);
});
