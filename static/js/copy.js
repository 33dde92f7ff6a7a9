// <button data-copy="text">: copies, then says so on the button and to screen readers.
(() => {
  "use strict";

  async function copy(text, field) {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    field.select(); // plain http: the older way
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
      field.focus();
      field.select();
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => {
      delete button.dataset.copied;
      label.textContent = before;
    }, 2000);
  });
})();
