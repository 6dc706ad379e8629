"""The API and the pages: a module a resource, its bodies beside its routes; no resource imports another."""
