"""The folder of a run, and its ``run.json``, which is written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import RunFailedError
from harness.running.records import SCHEMA_VERSION

__all__ = [
    "RUN_FILE",
    "create_folder",
    "new_run_id",
    "read_run_file",
    "sync_folder",
    "write_run_file",
]

RUN_FILE = "run.json"

_to_json = json.JSONEncoder(allow_nan=False).encode


def new_run_id() -> str:
    """A name that sorts by time (UTC) and that two runs of one second do not share."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}"


def create_folder(results: Path, run_id: str | None = None) -> Path:
    """Make ``results``/<run-id> and return it; RunFailedError when it is there or cannot be."""
    folder = results / (run_id or new_run_id())
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise RunFailedError(
            f"{folder} is there already; resume it with: adjudge run --resume {folder}"
        ) from error
    except OSError as error:
        raise RunFailedError(
            f"{folder} cannot be made ({error.strerror}); choose a folder that can be written"
        ) from error
    return folder


def write_run_file(folder: Path, content: Mapping[str, Any]) -> None:
    """Write ``run.json`` so that a reader finds the old one or the new one, never a part."""
    new = folder / f".{RUN_FILE}.new"
    try:
        with new.open("w", encoding="utf-8") as file:
            # A line for each part: short to look at, and long lists stay short on disk.
            parts = (f" {_to_json(k)}: {_to_json(content[k])}" for k in content)
            file.write("{\n" + ",\n".join(parts) + "\n}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / RUN_FILE)
        sync_folder(folder)
    except OSError as error:
        raise RunFailedError(f"{folder / RUN_FILE} cannot be written ({error.strerror})") from error


def read_run_file(folder: Path) -> dict[str, Any]:
    """The content of ``run.json``.

    RunFailedError, in one line, when ``folder`` is no run, or one of a newer schema.
    """
    path = folder / RUN_FILE
    if not folder.is_dir():
        raise RunFailedError(f"no run at {folder}; give a folder that adjudge run has written")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunFailedError(f"{folder} is no run of adjudge: it has no {RUN_FILE}") from error
    except OSError as error:
        raise RunFailedError(f"{path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise RunFailedError(f"{path} is no JSON ({error}); it was not written so") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if not isinstance(version, int):
        raise RunFailedError(f"{path} has no schema_version; it is no run of adjudge")
    if version > SCHEMA_VERSION:
        raise RunFailedError(
            f"{path} has schema {version}, and this adjudge reads up to {SCHEMA_VERSION}; "
            "upgrade with: python -m pip install --upgrade adjudge"
        )
    return dict(content)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's entry in its folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
