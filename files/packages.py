"""What an Office file that people upload must be before anything opens it: a small ZIP of plain XML that acts on
nothing and leads nowhere. Knows neither Django nor the database: files.word runs by itself too."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

MAX_BYTES = 5 * 1024 * 1024  # of the file
MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 300
MAX_PART_XML = 3 * 1024 * 1024  # of one part that is read
EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']")


class Refused(Exception):
    """A template is not taken. `code` says why, `detail` where."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Package:
    """A kind of Office file. `otherwise`: the code of refusal for what is none. `main_type` is the content type of its
    main part, `main_part` the name. `active`: words in names of parts that act. `check_part` looks at each part of XML
    beyond what holds for all."""

    otherwise: str
    main_type: str
    main_part: str
    active: tuple[str, ...]
    check_part: Callable[[str, bytes], None]

    def check(self, content: bytes) -> None:
        """Raises Refused."""
        if len(content) > MAX_BYTES:
            raise Refused("too_big")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as box:
                parts = box.infolist()
                if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                    raise Refused("too_big")
                names = [part.filename for part in parts]
                if "[Content_Types].xml" not in names or len(set(names)) != len(names):
                    raise Refused(self.otherwise)
                kinds = box.read("[Content_Types].xml").decode("utf-8", "replace")
                if "macroEnabled" in kinds:
                    raise Refused("active", "macro")
                if self.main_type not in kinds or self.main_part not in names:
                    raise Refused(self.otherwise)
                for part in parts:
                    self._look_at(part.filename, box.read(part))
        # NotImplementedError: a way of packing that zipfile does not know.
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, KeyError) as error:
            raise Refused(self.otherwise) from error

    def _look_at(self, name: str, content: bytes) -> None:
        low = name.lower()
        if any(word in low for word in self.active):
            raise Refused("active", name)
        if not low.endswith((".xml", ".rels")):
            return
        if len(content) > MAX_PART_XML:
            raise Refused("too_big")
        head = content[:4096]
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head:
            raise Refused("active", name)  # entities, or an encoding in which they would be hidden
        if low.endswith(".rels") and EXTERNAL.search(content):
            raise Refused("external", name)
        self.check_part(name, content)


def same_bytes(content: bytes, change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """The same file whenever it is made: without the moment in every part of it. `change` gives a part anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as box, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in box.namelist():
            part = change(name, box.read(name)) if change else box.read(name)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
