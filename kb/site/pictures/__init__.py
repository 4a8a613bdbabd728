"""Pictures: pure functions from data to SVG text, one family a file; kb.site.maps asks the data and answers."""
