// The code scanned comes after the sign #, which no browser sends: it is put in its field, then taken off the address.
const code = decodeURIComponent(location.hash.slice(1));
const field = document.querySelector("[data-enrol] input[name=code]");
if (field && /^[0-9A-Za-z]{8}$/.test(code)) {
  field.value = `${code.slice(0, 4)}-${code.slice(4)}`;
  history.replaceState(null, "", location.pathname);
  document.querySelector("[data-enrol] button[type=submit]").focus();
}
