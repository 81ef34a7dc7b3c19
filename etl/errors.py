"""Every exception we raise on purpose: one per decision that a person must take."""


class EtlError(Exception):
    """A failure that a person can act on; the command line prints it without a traceback."""

    exit_code = 1


class DescriptorError(EtlError):
    """A ``datapackage.yaml`` breaks a rule of ``docs/deskriptor.md``; the message names file, resource and key."""

    exit_code = 2


class FileRefused(EtlError):
    """A file whose bytes cannot be what its sender meant: archived, named in public, never parsed further.

    ``code`` is the stable reason (``halaman_html``, ``kosong`` …), ``pesan`` the Indonesian and ``message`` the
    English sentence that readers see in ``berkas_sumber``.
    """

    def __init__(self, code: str, pesan: str, message: str) -> None:
        """Keep the reason's code and both sentences."""
        super().__init__(f"{code}: {pesan}")
        self.code = code
        self.pesan = pesan
        self.message = message


class PlanWrong(EtlError):
    """A fetch plan breaks a rule; the message names file and key."""

    exit_code = 2


class FetchFailed(EtlError):
    """One address gave no answer that can be archived; the others are still asked."""


class BadAnswer(FetchFailed):
    """An answer that is no data. ``verdict`` is one of ``etl.fetch_verdict``, ``reason`` a sentence, ``status`` HTTP's.

    The sentence never holds an address: it may carry a secret.
    """

    def __init__(self, verdict: str, reason: str, status: int = 0) -> None:
        """Keep verdict, reason and status (0 where no answer came)."""
        super().__init__(f"{verdict}: {reason}" if reason else verdict)
        self.verdict = verdict
        self.reason = reason
        self.status = status


class BuildBusy(EtlError):
    """Another build is writing to the same output folder."""

    exit_code = 75


class DiskFault(EtlError):
    """SQLite could not write or read its file: full, read-only, or failing."""

    exit_code = 74


class ReleaseBroken(EtlError):
    """A release, archive or key file is missing or damaged; the message names it."""
