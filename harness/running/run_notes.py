"""What is found out about backends while a run goes on: kept in its ``run.json``, and told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.running.messages import Hello
from harness.running.progress import View
from harness.running.run_folder import write_run_file

__all__ = ["RunNotes"]


@dataclass
class RunNotes:
    """Adds to ``content``, that of the ``run.json`` in ``folder``, and writes it anew.

    ``threads`` is how many the backends were told to use.
    """

    folder: Path
    content: dict[str, Any]
    view: View
    threads: int

    def came_up(self, backend: str, hello: Hello) -> None:
        """Keep the versions; libraries that changed since the run began are told."""
        versions = dict(hello.versions)
        before = self.content["versions"].get(backend)
        if before == versions:
            return
        if before is None:
            self.content["devices"][backend] = hello.device
            self.content["versions"][backend] = versions
        else:
            line = f"{backend}: the run began with {before}, and went on with {versions}"
            if line in self.content["notices"]:
                return
            self._notice(line)
        write_run_file(self.folder, self.content)

    def found_threads(self, backend: str, pools: dict[str, int]) -> None:
        """Keep what a library made of the number of threads, and tell of one that made more."""
        self.content.setdefault("threads", {})[backend] = pools
        above = {n: count for n, count in pools.items() if count > self.threads}
        above.pop("process", None)
        if above:
            told = ", ".join(f"{name} {count}" for name, count in above.items())
            self._notice(f"{backend} uses more threads than {self.threads}: {told}")
        write_run_file(self.folder, self.content)

    def _notice(self, line: str) -> None:
        self.content["notices"].append(line)
        self.view.notice(line)
