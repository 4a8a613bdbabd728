"""One polite HTTP client: connections with deadlines, allowed hosts, one rate limit for all processes."""
