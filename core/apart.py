"""Work on what comes from outside, in a process of its own with little time and memory: harm ends with it."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parent.parent


class TooMuch(Exception):
    """It needed more time or memory than it may have, or the process broke."""


def run_apart(module: str, data: bytes, *args: str, seconds: int) -> dict[str, Any]:
    """What `python -m module` says (one JSON object) of the data on its standard input. The module limits itself with
    `limit` first. Raises TooMuch."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *args],
            input=data,
            capture_output=True,
            timeout=seconds * 2,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooMuch from error
    if done.returncode != 0:
        raise TooMuch
    answer: dict[str, Any] = orjson.loads(done.stdout)
    return answer


def limit(seconds: int, memory: int) -> None:
    """For this process: seconds of computing and bytes of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
