"""A knowledge base as files to serve or to hand on."""
