"""The exceptions of all three packages.

LitkbError                 a sentence for a person; exit code 1
├── UsageError             the call cannot be carried out as it was given; exit code 2
├── DatabaseError          the file cannot be opened, read or written
│   ├── NotLitkbError      an SQLite file (or other file) that is not litkb's
│   └── NewerSchemaError   a file written by a later litkb
├── CollisionError         two cited works would share one id
├── RecordError            a record that cannot be read; carries its PMID and offset
├── SourceError            a source did not answer as it should
│   ├── TransientError     worth asking again: a time-out, 429, 5xx, a broken body
│   ├── PermanentError     asking again gives the same: a refused request
│   │   └── QuestionError  refused for what it asks about: some PMIDs, the query; others may be answered
│   └── DamagedFileError   a packed file that cannot be unpacked to its end
├── ArchiveError           the archive of raw answers cannot be read or written
├── MirrorError            a mirror of PubMed cannot be read or built
└── BiopythonError         Biopython puts requests together in another way
"""


class LitkbError(Exception):
    """A sentence that says what is wrong and what to do."""

    exit_code = 1


class UsageError(LitkbError):
    """The call cannot be carried out as it was given."""

    exit_code = 2


class DatabaseError(LitkbError):
    """The file cannot be opened, read or written."""


class NotLitkbError(DatabaseError):
    """The file is not a litkb knowledge base; it was left alone."""


class NewerSchemaError(DatabaseError):
    """The file was written by a later litkb than this one."""


class CollisionError(LitkbError):
    """Two different cited works have the same id; neither was changed."""


class RecordError(LitkbError):
    """A record that cannot be read; the others of its file can.

    pmid is None where the record does not show one; offset counts bytes of the unpacked file.
    """

    def __init__(self, reason: str, *, pmid: int | None = None, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pmid = pmid
        self.offset = offset


class SourceError(LitkbError):
    """A source did not answer as it should."""


class TransientError(SourceError):
    """Worth asking again: a time-out, a refusal for haste, a broken or partial body.

    retry_after is what the source asked for, in seconds; None where it said nothing.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentError(SourceError):
    """Asking again gives the same answer."""


class QuestionError(PermanentError):
    """A request refused for what it asks about, PMIDs or a query; others may be answered."""


class DamagedFileError(SourceError):
    """A packed file that is cut off, damaged or a bomb; what could be unpacked was given out before."""


class MirrorError(LitkbError):
    """A mirror of PubMed cannot be read, or not be built as a whole."""


class ArchiveError(LitkbError):
    """The archive of raw answers cannot be read or written."""


class BiopythonError(LitkbError):
    """Biopython puts requests together in another way than litkb knows."""
