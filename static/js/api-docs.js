"use strict";

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
