"""The commands that fetch and load: harvest, update, resolve, rebuild, mesh, rehearse."""
