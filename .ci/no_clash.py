"""No dependency installs a package named harvest, kb or graph: the three generic names are ours alone."""

import sys
from importlib.metadata import packages_distributions

owners = {name: packages_distributions().get(name, []) for name in ("harvest", "kb", "graph")}
if any(set(owner) != {"litkb"} for owner in owners.values()):
    sys.exit(f"A package name is not ours alone: {owners}")
