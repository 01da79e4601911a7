"""What `verify` found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: the file or document, what is wrong, and what to do."""

    where: str
    what: str
    remedy: str


FROM_BACKUP = "bring the file back from a backup, or take it from another copy of this store"
REPORT_BUG = "the files are as they were written, so this is a bug: please report it, and run again into a new store"
RUN_AGAIN = "run `clean-corpus run` again: it repairs this"
