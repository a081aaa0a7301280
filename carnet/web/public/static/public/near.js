// "Near me": the device is asked where it is, cuts that to a hundred metres, and sends it as a form, never in an address.
// Without this file, or without permission, a person writes a commune: nothing else changes.
(() => {
  "use strict";
  const form = document.querySelector("[data-near-form]");
  const block = document.querySelector("[data-near]");
  if (!form || !block || !navigator.geolocation || !window.isSecureContext) return;
  const button = block.querySelector("button");
  const says = block.querySelector("[data-near-says]");
  block.hidden = false;

  function send(position) {
    // Three decimals of a degree: about a hundred metres. What is finer never leaves the device.
    const near = [position.coords.latitude, position.coords.longitude].map((angle) => angle.toFixed(3)).join(",");
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    for (const [name, value] of [["near", near], ["csrfmiddlewaretoken", token ? token.value : ""]]) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.elements.where.value = "";
    form.dataset.repeat = "";
    form.method = "post";
    form.submit();
  }

  function fail(error) {
    says.textContent = error.code === error.PERMISSION_DENIED ? says.dataset.refused : says.dataset.late;
    button.removeAttribute("aria-disabled");
    form.elements.where.focus();
  }

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    says.textContent = says.dataset.waiting;
    navigator.geolocation.getCurrentPosition(send, fail, { enableHighAccuracy: false, timeout: 15000, maximumAge: 300000 });
  });
  // Coming back with the browser's arrow: the form is as it was before it was sent.
  window.addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll("input[name=near], input[name=csrfmiddlewaretoken]")) field.remove();
    form.method = "get";
    says.textContent = "";
    button.removeAttribute("aria-disabled");
  });
})();
