"""litkb kb: records to rows to pages; see kb.cli for the command and kb.site for the pages."""
