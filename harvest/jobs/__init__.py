"""Whole jobs: harvest, update, rebuild, resolve, from a plan to rows and a ledger."""
