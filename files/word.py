"""Filling a Word template that somebody uploaded, without trusting it.

A template gets text, and lists and dictionaries of text. It may say `{{ name.name }}`, `{% for row in name %}`, `{% if
… %}`, and nothing else: the syntax tree is looked at before anything runs, the environment refuses once more while it
runs, and the result may only grow so far. `trial` does it in a process of its own with little time and memory, for a
template nobody has looked at yet. This module knows neither Django nor the database: it is also run by itself.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import Template, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.runtime import LoopContext, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from core.apart import TooMuch, limit, run_apart
from files.packages import Package, Refused, same_bytes

MAX_OUTPUT = 30_000_000  # characters of one part when it is filled in
MAX_LOOPS = 40
TRIAL_SECONDS = 10
TRIAL_MEMORY = 768 * 1024 * 1024

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
FILTERS = ("upper", "lower", "default")
LOOP_WORDS = frozenset({"index", "index0", "first", "last", "length"})
# What Word may compute by itself; others read files or start programs.
FIELDS_ALLOWED = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
)


# --- the language -----------------------------------------------------------------------------------------------------


class _Bounded(Template):
    """Stops writing when the result grows too far."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        parts: list[str] = []
        size = 0
        for part in self.generate(*args, **kwargs):
            size += len(part)
            if size > MAX_OUTPUT:
                raise Refused("too_long")
            parts.append(part)
        return "".join(parts)


class PaperEnvironment(SandboxedEnvironment):
    """Text in, text out: no calls, no arithmetic, no attributes but the keys of dictionaries."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"+", "-"})
    template_class = _Bounded

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, cache_size=0)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _check_tree(tree)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in LOOP_WORDS:
            return getattr(obj, attribute)
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if type(obj) is dict:
            raise Refused("unknown", attribute)
        raise SecurityError(attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        raise SecurityError(str(argument))

    def call(self, *args: Any, **kwargs: Any) -> Any:  # positional names of its own are the base class's affair
        raise SecurityError("call")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(operator)

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        raise SecurityError(operator)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _check_tree(tree: nodes.Template) -> None:
    loops = 0
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            raise Refused("not_allowed", type(node).__name__)
        if isinstance(node, (nodes.Getattr, nodes.Name)):
            name = node.attr if isinstance(node, nodes.Getattr) else node.name
            if name.startswith("_"):
                raise Refused("not_allowed", name)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise Refused("not_allowed", node.name)
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MAX_LOOPS or node.recursive or not isinstance(node.iter, (nodes.Name, nodes.Getattr)):
                raise Refused("not_allowed", "for")
            if any(True for inner in node.find_all(nodes.For) for _deep in inner.find_all(nodes.For)):
                raise Refused("not_allowed", "for … for … for")


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


# --- the file ---------------------------------------------------------------------------------------------------------

_FIELD = re.compile(rb"<w:instrText[^>]*>([^<]*)</w:instrText>|fldCharType\s*=\s*[\"'](?:begin|end)[\"']")
_SIMPLE_FIELD = re.compile(rb"w:instr\s*=\s*[\"']([^\"']*)[\"']")
_ACTIVE = ("vbaproject", "vbadata", "activex", "embeddings", "oleobject", "attachedtemplate", "customui")


def _check_part(name: str, content: bytes) -> None:
    low = name.lower()
    if low.endswith(".rels"):
        if b"oleObject" in content or b"attachedTemplate" in content:
            raise Refused("external", name)
        return
    spelled = b" ".join([*_SIMPLE_FIELD.findall(content), _spelled(content)])
    words = spelled.decode("utf-8", "replace").upper().replace("MERGEFORMAT", "").split()
    wrong = [word for word in words if word.isalpha() and word not in FIELDS_ALLOWED]
    if wrong:
        raise Refused("active", wrong[0])


def _spelled(content: bytes) -> bytes:
    """What the fields of a part say; the letters of one field may lie in several runs."""
    return b"".join(found[1] if found[1] is not None else b" " for found in _FIELD.finditer(content))


# A Word document without anything that acts: no macros, no embedded objects, no links to elsewhere, no fields but page
# numbers.
DOCUMENT = Package("not_word", MAIN_PART, "word/document.xml", _ACTIVE, _check_part)


# --- filling in -------------------------------------------------------------------------------------------------------


def fill(content: bytes, context: dict[str, Any], put: Callable[[Any], None] | None = None) -> bytes:
    """The template with the context's text in it, as a Word document. `put` may then place in it what is no text.
    Raises Refused."""
    made = io.BytesIO()
    try:
        document = DocxTemplate(io.BytesIO(content))
        document.render(context, jinja_env=PaperEnvironment())
        if put is not None:
            put(document.docx)
        document.save(made)
    except Refused:
        raise
    except SecurityError as error:
        raise Refused("not_allowed", str(error)) from error
    except UndefinedError as error:
        raise Refused("unknown", re.sub(r"^'(.*?)'.*", r"\1", str(error))) from error
    except TemplateSyntaxError as error:
        raise Refused("syntax", str(error.message or "")) from error
    except Exception as error:  # what a broken XML or an odd template makes Word's libraries raise
        raise Refused("broken", type(error).__name__) from error
    return same_bytes(made.getvalue())


def text_of(content: bytes) -> str:
    """All words of a Word document, with its headers and footers, a line for each paragraph."""
    lines = []
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        for name in sorted(box.namelist()):
            if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes)\.xml", name):
                xml = box.read(name).decode()
                for paragraph in re.findall(r"<w:p[ >].*?</w:p>", xml, re.DOTALL):
                    runs = re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|(<w:br/>|<w:tab/>)", paragraph)
                    lines.append("".join(text or " " for text, _break in runs))
    return "\n".join(lines).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")


# --- in a process of its own ------------------------------------------------------------------------------------------


def trial(content: bytes, context: dict[str, Any]) -> str:
    """Check and fill in where nothing can be harmed; gives the words of the result. Raises Refused, with «too_slow» for
    one that needs too much time or memory."""
    DOCUMENT.check(content)
    head = json.dumps(context).encode()
    try:
        answer = run_apart("files.word", len(head).to_bytes(8, "big") + head + content, seconds=TRIAL_SECONDS)
    except TooMuch as error:
        raise Refused("too_slow") from error
    if "code" in answer:
        raise Refused(answer["code"], answer["detail"])
    return str(answer["text"])


def _main() -> None:
    limit(TRIAL_SECONDS, TRIAL_MEMORY)
    data = sys.stdin.buffer.read()
    size = int.from_bytes(data[:8], "big")
    try:
        made = fill(data[8 + size :], json.loads(data[8 : 8 + size]))
        answer = {"text": text_of(made)}
    except Refused as refusal:
        answer = {"code": refusal.code, "detail": refusal.detail}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
