"""The text of a systemd service and its timer."""

from pipeline.schedule.job import Job, unit_path, unit_word

# What a run needs no right to. Numba writes machine code at run time, so no MemoryDenyWriteExecute; the lock looks into
# /proc for boot and processes, so no ProcSubset.
_BOTH = (
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "ProtectSystem=strict",
    "RestrictSUIDSGID=yes",
    "RestrictRealtime=yes",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
)
# A user's own manager may mount nothing without a user namespace, and drop no capabilities at all.
_USER = ("PrivateUsers=yes",)
_SYSTEM = (
    "ProtectHome=read-only",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "CapabilityBoundingSet=",
    "RemoveIPC=yes",
)


def sandbox(job: Job, *, system: bool) -> tuple[str, ...]:
    """The properties that take away what a run does not need: it may write to its store, and nowhere else."""
    families = "AF_UNIX AF_INET AF_INET6" if job.network else "AF_UNIX"
    # Compiled kernels go to a cache of its own: beside the code it may not write, and its /tmp is empty each time.
    own = (
        f"CacheDirectory={job.name}",
        f"ReadWritePaths={unit_path(job.store)}",
        f"RestrictAddressFamilies={families}",
    )
    return (*_BOTH, *(_SYSTEM if system else _USER), *own)


def service(job: Job, *, user: str | None, limits: tuple[str, ...]) -> str:
    """The service. `user`: whom a system service runs as, None for a user's own; `limits`: of `sandbox`.

    A oneshot has no time limit and never runs twice at once: the timer leaves one that is still at work alone.
    """
    words = (unit_word(job.command[0], program=True), *map(unit_word, job.command[1:]))
    path = str(job.folder).replace("%", "%%")
    lines = [
        "# Made by `clean-corpus schedule install`; `clean-corpus schedule remove` takes it away.",
        "[Unit]",
        f"Description=clean-corpus run on {str(job.store).replace('%', '%%')}",
        "Documentation=man:systemd.exec(5)",
        "",
        "[Service]",
        "Type=oneshot",
        *([f"User={user}"] if user else []),
        f"WorkingDirectory={path}",
        f"ExecStart={' '.join(words)}",
        "Nice=10",
        "IOSchedulingClass=best-effort",
        "IOSchedulingPriority=7",
        "CPUWeight=20",
        "OOMPolicy=continue",
        *limits,
    ]
    return "\n".join(lines) + "\n"


def timer(job: Job) -> str:
    """The timer: each day at that time by the clock of the machine, and at once for a night it slept through."""
    lines = [
        "# Made by `clean-corpus schedule install`; `clean-corpus schedule remove` takes it away.",
        "[Unit]",
        f"Description=clean-corpus run on {str(job.store).replace('%', '%%')}, every night",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {job.hour:02d}:{job.minute:02d}:00",
        "Persistent=true",
        "AccuracySec=1min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"
