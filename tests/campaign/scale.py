"""How long a campaign is: LITKB_CAMPAIGN=short is for every change, else it is whole."""

import os
from typing import Final

PEAK: Final = "print('peak', open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
"""Code that prints the most memory of its own process, in kB; ru_maxrss begins with that of the parent."""

SHORT: Final = os.environ.get("LITKB_CAMPAIGN") == "short"
