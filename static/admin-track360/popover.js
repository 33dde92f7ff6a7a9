// Menus that open over the page close on Escape, on a click elsewhere, and when the focus leaves them.
(() => {
  "use strict";
  const open = () => document.querySelectorAll("details.popover[open]");

  document.addEventListener("click", (event) => {
    for (const popover of open()) if (!popover.contains(event.target)) popover.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const popover of open()) {
      popover.open = false;
      if (popover.contains(document.activeElement)) popover.querySelector("summary").focus();
    }
  });
  document.addEventListener("focusout", (event) => {
    const popover = event.target.closest("details.popover[open]");
    if (popover && event.relatedTarget && !popover.contains(event.relatedTarget)) popover.open = false;
  });
})();
