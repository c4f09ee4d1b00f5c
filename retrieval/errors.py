"""Everything that can go wrong in a way that a person can mend, as one tree.

HoiBaoError
├── ArticleError            a file of the corpus gave no article; it is skipped and reported
│   ├── UnsupportedFile     no loader for this ending
│   ├── UnreadableFile      broken, encrypted, undecodable, or without a text layer
│   ├── EmptyFile           nothing in it
│   └── OversizedFile       larger than the limit
├── WorkersLost             no process that reads files can be kept running
├── CorpusError             the corpus folder is missing, or holds no article at all
├── IndexProblem            the index on disk
│   ├── IndexMissing        there is none yet
│   ├── IndexDamaged        it fails its checks, or has another format; rebuild it
│   └── IndexLocked         another process is writing it
├── SettingsError           a setting or a flag has a value that cannot work
└── EvaluationError         an evaluation file is not what it should be
"""


class HoiBaoError(Exception):
    """What failed, why, and what to do next.

    >>> str(UnreadableFile("a.pdf", "no text layer", "run OCR on it first"))
    'a.pdf: no text layer; run OCR on it first'
    """

    def __init__(self, subject: str, cause: str, next_step: str = "") -> None:
        self.subject = subject
        self.cause = cause
        self.next_step = next_step
        # all three are passed on so that the error survives pickling between processes
        super().__init__(subject, cause, next_step)

    @property
    def reason(self) -> str:
        """The cause and the next step, without the subject."""
        return f"{self.cause}; {self.next_step}" if self.next_step else self.cause

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


class ArticleError(HoiBaoError):
    """A file of the corpus that gave no article."""


class UnsupportedFile(ArticleError):
    """No loader reads files with this ending."""


class UnreadableFile(ArticleError):
    """The file is broken, encrypted, undecodable, or has no text layer."""


class EmptyFile(ArticleError):
    """The file holds no text."""


class OversizedFile(ArticleError):
    """The file is larger than the limit."""


class WorkersLost(HoiBaoError):
    """No process that reads files can be kept running, or it was stopped."""


class CorpusError(HoiBaoError):
    """The corpus folder is missing, or holds nothing to index."""


class IndexProblem(HoiBaoError):
    """Something about the index on disk."""


class IndexMissing(IndexProblem):
    """There is no index at this place yet."""


class IndexDamaged(IndexProblem):
    """The index fails its checks or has another format version."""


class IndexLocked(IndexProblem):
    """Another process is writing the index."""


class SettingsError(HoiBaoError):
    """A setting or a flag has a value that cannot work."""


class EvaluationError(HoiBaoError):
    """An evaluation file is not what it should be."""
