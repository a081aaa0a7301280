// The official npm validator over rows given on the standard input (a JSON list): one line of text per row it refuses.
const { fromSchemaLieuDeMediationNumerique } = require("@gouvfr-anct/lieux-de-mediation-numerique");

const rows = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
for (const row of rows) {
  // As its documentation asks: no empty string, coordinates as numbers.
  const said = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""));
  for (const name of ["latitude", "longitude"]) if (name in said) said[name] = Number(said[name]);
  try {
    fromSchemaLieuDeMediationNumerique(said);
  } catch (fault) {
    console.log(`${row.id}: ${fault.constructor.name} ${fault.key}: ${fault.message}`);
  }
}
