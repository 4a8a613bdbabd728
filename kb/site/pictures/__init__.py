"""Pictures: pure functions from data to SVG text, one family a file; kb.site.pages asks the data and answers."""
