"""The commands of the knowledge base itself: check, status, demo."""
