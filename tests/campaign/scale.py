"""How long a campaign is: LITKB_CAMPAIGN=short is for every change, else it is whole."""

import os
from typing import Final

SHORT: Final = os.environ.get("LITKB_CAMPAIGN") == "short"
