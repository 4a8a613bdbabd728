"""The time as files of litkb write it."""

from datetime import UTC, datetime


def now() -> str:
    """Return the moment in UTC as ISO 8601, to the second: 2026-01-02T03:04:05Z."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
