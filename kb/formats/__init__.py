"""Works -> text that reference managers read: RIS, BibTeX, CSL-JSON, NBIB.  (pure)"""

from kb.formats.bibtex import format_bibtex
from kb.formats.csl import format_csl
from kb.formats.nbib import format_nbib
from kb.formats.ris import format_ris

__all__ = ["format_bibtex", "format_csl", "format_nbib", "format_ris"]
