// The interactive description of the REST interface; sockets are described in the written contract.
globalThis.SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
