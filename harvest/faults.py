"""The former place of harvest.rehearsal.faults, for scripts that rehearse; it goes after one release."""

from harvest.rehearsal.faults import KINDS, Fault, Reply

__all__ = ["KINDS", "Fault", "Reply"]
