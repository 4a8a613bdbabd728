"""The server around Datasette: responses, security, limits, streaming, templates."""
