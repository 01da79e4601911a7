"""What can go wrong, sorted by what the runner does about it.

ClearError              stop with a message and an exit code (never a traceback)
├── SettingsError   2   a setting, option or rule pack is wrong
├── InputError      3   the input could not be read at all; nothing is published
├── IntegrityError  4   a digest, a count or a promise does not hold
├── BrakeError      5   the run is complete but would remove too much; not published
├── LockedError     6   another run holds the store
└── OutputError     7   the store cannot be written (disk full, permission), or the memory to make it is not there
RecordError             set one record or file aside in quarantine and go on
Stopped         128+n   a signal ended the run

Anything else is a bug: a traceback and exit code 1.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a record or a file is in quarantine. The list is closed: programs count these words."""

    UNDECODABLE = "undecodable"
    BAD_JSON = "bad_json"
    NOT_A_RECORD = "not_a_record"
    NO_TEXT = "no_text"
    TEXT_NOT_STRING = "text_not_string"
    BAD_CSV = "bad_csv"
    BAD_WARC = "bad_warc"
    NOT_TEXT = "not_text"
    BAD_COMPRESSION = "bad_compression"
    BAD_PARQUET = "bad_parquet"
    UNREADABLE = "unreadable"
    READER_DIED = "reader_died"
    UNKNOWN_FORMAT = "unknown_format"
    TOO_LARGE = "too_large"
    CHANGED_WHILE_READ = "changed_while_read"
    MORE_OF_THE_SAME = "more_of_the_same"


class ClearError(Exception):
    """Stop the run. The message says what is wrong, where, and what to do; the code is the exit code."""

    code = 1


class SettingsError(ClearError):
    """A setting, option or rule pack is wrong."""

    code = 2


class InputError(ClearError):
    """The input could not be read at all; nothing is published."""

    code = 3


class IntegrityError(ClearError):
    """A digest, a row count or a promise does not hold."""

    code = 4


class BrakeError(ClearError):
    """The run is complete but removes an abnormal share of a source; it is not published.

    `findings`: what is over its limit, one line each; `report`: the page about it, "" without one.
    """

    code = 5

    def __init__(self, message: str, findings: tuple[str, ...] = (), report: str = "") -> None:
        super().__init__(message)
        self.findings = findings
        self.report = report


class LockedError(ClearError):
    """Another run holds the lock of the store."""

    code = 6


class OutputError(ClearError):
    """The store cannot be written."""

    code = 7


class Stopped(BaseException):
    """Signal `number` ended the run. Not an Exception, so that no handler of errors takes it for one."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.code = 128 + number


class RecordError(Exception):
    """Set one record (or one whole file) aside, with a reason a program can count."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
