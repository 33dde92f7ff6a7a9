// <button data-copy="text">: copies, then says so on the button and to screen readers.
(() => {
  "use strict";

  function select(field) {
    field.focus();
    if ("select" in field) field.select();
    else getSelection().selectAllChildren(field);
  }

  async function copy(text, field) {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    select(field); // plain http: the older way
    if (!document.execCommand("copy")) throw new Error("refused");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copyField);
    const label = button.querySelector("[data-copy-label]");
    const before = label.textContent;
    try {
      await copy(button.dataset.copy, field);
      button.dataset.copied = "";
      label.textContent = "Copied";
    } catch {
      if (field) select(field);
      label.textContent = field ? "Press Ctrl+C" : "Not copied";
    }
    setTimeout(() => {
      delete button.dataset.copied;
      label.textContent = before;
    }, 2000);
  });
})();
