"""The HTTP server: every client of Amazon Personalize, in any language."""
