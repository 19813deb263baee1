"""What can be wrong with a file. Every message reads "problem (why) what to do"."""


class KindredError(Exception):
    """A file cannot be used, or does not hold what was asked for."""


class MissingFileError(KindredError, FileNotFoundError):
    """There is no such file."""


class NotKindredFileError(KindredError, ValueError):
    """The file is not HDF5, is damaged, or is not of the expected kind."""


class SchemaVersionError(KindredError, ValueError):
    """The file was written in a layout that this package does not know."""
