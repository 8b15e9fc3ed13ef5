"""The embedded broker: messages as files in a folder of this machine.

kombu's own filesystem transport writes a message where readers already look for it, so that a reader may take an
empty file and stop the worker. Here a message is written under a temporary name and appears whole, by a rename; it is
taken by a rename too, inside the same folder, and one that cannot be read is thrown away: a message is only a bell.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        temporary = folder / f".{uuid.uuid4()}.tmp"
        with temporary.open("wb") as file:
            file.write(str_to_bytes(dumps(payload)))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg")

    def _get(self, queue: str) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".{uuid.uuid4()}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # another worker was first
                continue
            try:
                return loads(taken.read_text(encoding="utf-8"))
            except ValueError:
                continue
            finally:
                taken.unlink()
        raise Empty

    def get_table(self, exchange: str) -> Any:
        for _attempt in range(50):
            try:
                return super().get_table(exchange)
            except ValueError:  # just being written by another process
                time.sleep(0.02)
        return []


class Transport(filesystem.Transport):
    Channel = Channel
    driver_type = "filesystem"
