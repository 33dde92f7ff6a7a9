"use strict";

// Swagger UI has a dark dress of its own; it wears it when the page is dark.
function dress() {
  const root = document.documentElement;
  const theme = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}

dress();
document.addEventListener("themechange", dress);

// Swagger UI on the page's own document. Nothing is asked of anybody else: no validator, no remote configuration.
SwaggerUIBundle({
  url: document.getElementById("api").dataset.schema,
  domNode: document.getElementById("api"),
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  queryConfigEnabled: false,
  validatorUrl: null,
});
