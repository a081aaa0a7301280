// A piece of work that waits goes on by itself: the button that would be pressed is pressed.
(() => {
  "use strict";
  const form = document.querySelector("form[data-goes-on]");
  if (form) window.setTimeout(() => form.requestSubmit(), 400);
})();
