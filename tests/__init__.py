"""All tests. They start the program many times: it is compiled once, whatever the environment says.

Tests run side by side, and threads of linear algebra would only wait for each other.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.dont_write_bytecode = False
