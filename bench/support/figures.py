"""What a process has used, as Linux tells it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that all living threads of a process have used, exact to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Return the memory that a process holds (``VmRSS``) or has held at most (``VmHWM``), in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"Process {pid} says nothing of {field}.")


@dataclass
class Usage:
    """What a process uses from one moment to another."""

    pid: int
    _since: float
    _cpu: float

    @classmethod
    def of(cls, pid: int) -> Self:
        return cls(pid, time.monotonic(), cpu_seconds(pid))

    def cpu(self) -> float:
        """Return the CPU seconds since the beginning."""
        return cpu_seconds(self.pid) - self._cpu

    def share(self) -> float:
        """Return the share of one core since the beginning, in percent."""
        return 100 * self.cpu() / (time.monotonic() - self._since)
