// Loaded before the page is drawn, so that a remembered theme never flashes the other one.
(() => {
  "use strict";
  const KEY = "theme";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the system's theme is then the only one
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then holds for this page only
    }
  }

  const dark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const choice = remembered();
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;

  function describe() {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(dark()));
    }
  }

  document.addEventListener("DOMContentLoaded", describe);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    remember(root.dataset.theme);
    describe();
    document.dispatchEvent(new CustomEvent("themechange"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    describe();
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
