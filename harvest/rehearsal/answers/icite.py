"""What iCite would answer if it knew only the records of a shelf.  (pure)"""

import json
from collections.abc import Mapping
from typing import Final

from harvest.rehearsal.collection import IndexedRecord, Shelf
from harvest.rehearsal.faults import Reply
from kb.identifiers import pmid_or_none


def answer_icite(shelf: Shelf, parameters: Mapping[str, list[str]]) -> Reply:
    """Return who cites whom among the records, newest field names; what is not there is silently absent."""
    asked = [pmid for part in parameters.get("pmids", ()) for text in part.split(",") if (pmid := pmid_or_none(text))]
    found = (shelf.records.get(pmid) for pmid in dict.fromkeys(asked))
    data = [_told(shelf, record) for record in found if record]
    return Reply(json.dumps({"meta": {"total": len(data)}, "data": data}).encode(), content_type="application/json")


def _told(shelf: Shelf, record: IndexedRecord) -> dict[str, object]:
    citing = [pmid for pmid, _ in shelf.links_of("pubmed_pubmed_citedin", record.pmid) or ()]
    cited = [pmid for pmid in record.cited if pmid != record.pmid]
    lists = {"cited_by": citing, "references": cited}
    return {
        "pmid": record.pmid,
        "citation_count": len(citing),
        "relative_citation_ratio": None,  # nobody works it out here
        "provisional": True,
        **{name: pmids for name, pmids in lists.items() if pmids},
    }


ANSWERS: Final = {"pubs": answer_icite}
