"""What is said beside the figures: the parts of text of a report, with sentences the portal writes from the figures.

A sentence names its figures by row and column of the tables. Where a table does not have them the sentence is left out;
where a figure was not reported it says so, and never a zero.
"""

from dataclasses import dataclass, field
from typing import Any

from reports.documents.words import kind_of, shown

Ref = tuple[str, str]  # row, column


@dataclass(frozen=True)
class Clause:
    """`words` with the figures of `refs` in it, and what is said where one of them was not reported."""

    words: str
    refs: dict[str, Ref]
    without: str


@dataclass(frozen=True)
class Part:
    """`sentences`: each some clauses that are put together; the first one has to be there."""

    code: str
    title: str
    sentences: tuple[tuple[Clause, ...], ...] = ()


@dataclass
class Written:
    text: str
    figures: dict[str, str] = field(default_factory=dict)


def figure(document: dict[str, Any], row: str, column: str) -> tuple[str, str] | None:
    """(status, as it is printed) of the first figure of this row and column; None where no table has it."""
    for section in document["sections"]:
        head = next((one for one in section["columns"] if one["code"] == column), None)
        line = next((one for one in section["rows"] if one["code"] == row), None)
        if head is not None and line is not None and column in line["cells"]:
            cell = line["cells"][column]
            return cell["status"], shown(cell, kind_of(line, head))
    return None


def figures_of(part: Part, document: dict[str, Any]) -> dict[str, str]:
    """{«row column»: as it is printed} of all figures the part's sentences speak of."""
    refs = {ref for sentence in part.sentences for clause in sentence for ref in clause.refs.values()}
    found = {f"{row} {column}": figure(document, row, column) for row, column in sorted(refs)}
    return {key: value[1] for key, value in found.items() if value is not None}


def write(part: Part, document: dict[str, Any]) -> Written:
    """The part as the figures say it, a sentence a line."""
    lines = [line for sentence in part.sentences for line in _say(sentence, document)]
    return Written("\n".join(lines), figures_of(part, document))


def _say(sentence: tuple[Clause, ...], document: dict[str, Any]) -> list[str]:
    said, without = "", []
    for number, clause in enumerate(sentence):
        found = {name: figure(document, *ref) for name, ref in clause.refs.items()}
        states = {value[0] if value else "not_applicable" for value in found.values()}
        if "not_applicable" in states:
            if number == 0:
                return []
        elif "missing" in states:
            without.append(clause.without)
            if number == 0:
                break
        else:
            said += clause.words.format(**{name: value[1] for name, value in found.items() if value})
    return ([f"{said}."] if said else []) + without


RESULTS = Part(
    "results",
    "Kết quả thực hiện trong kỳ",
    (
        (
            Clause(
                "Trong kỳ đã phê duyệt {number} đề án",
                {"number": ("projects.approved", "done")},
                "Chưa có số liệu về số đề án được phê duyệt trong kỳ.",
            ),
            Clause(
                " với tổng kinh phí hỗ trợ {money} triệu đồng",
                {"money": ("money.allocated", "done")},
                "Chưa có số liệu về kinh phí hỗ trợ được phê duyệt trong kỳ.",
            ),
            Clause(
                "; lũy kế từ đầu năm {year} triệu đồng, đạt {rate} % kế hoạch năm",
                {"year": ("money.allocated", "year"), "rate": ("money.allocated", "of_plan")},
                "Chưa có số liệu để so kinh phí được phê duyệt với kế hoạch năm.",
            ),
        ),
        (
            Clause(
                "Kinh phí hỗ trợ đã giải ngân trong kỳ là {money} triệu đồng",
                {"money": ("money.paid", "done")},
                "Chưa có số liệu về kinh phí giải ngân trong kỳ.",
            ),
            Clause(
                "; lũy kế từ đầu năm {year} triệu đồng, đạt {rate} % kế hoạch năm",
                {"year": ("money.paid", "year"), "rate": ("money.paid", "of_plan")},
                "Chưa có số liệu để so kinh phí giải ngân với kế hoạch năm.",
            ),
        ),
        (
            Clause(
                "Đã nghiệm thu {number} đề án trong kỳ",
                {"number": ("projects.accepted", "done")},
                "Chưa có số liệu về số đề án được nghiệm thu trong kỳ.",
            ),
            Clause(
                "; lũy kế từ đầu năm {number} đề án",
                {"number": ("projects.accepted", "year")},
                "Chưa có số liệu về số đề án được nghiệm thu từ đầu năm.",
            ),
        ),
        (
            Clause(
                "Số cơ sở công nghiệp nông thôn được hỗ trợ trong kỳ là {number}",
                {"number": ("establishments.supported", "done")},
                "Chưa có số liệu về số cơ sở công nghiệp nông thôn được hỗ trợ trong kỳ.",
            ),
        ),
        (
            Clause(
                "Giá trị đầu tư các cơ sở đã thực hiện trong kỳ là {money} triệu đồng",
                {"money": ("progress.invested", "done")},
                "Chưa có số liệu về giá trị đầu tư các cơ sở đã thực hiện trong kỳ.",
            ),
        ),
        (
            Clause(
                "Kinh phí khuyến công hỗ trợ được phê duyệt của năm là {money} triệu đồng",
                {"money": ("support", "approved")},
                "Chưa có số liệu về kinh phí khuyến công hỗ trợ được phê duyệt của năm.",
            ),
            Clause(
                ", đã giải ngân {money} triệu đồng, đạt {rate} %",
                {"money": ("support", "paid"), "rate": ("support", "rate")},
                "Chưa có số liệu về tỷ lệ giải ngân của năm.",
            ),
        ),
    ),
)
DIFFICULTIES = Part(
    "difficulties",
    "Khó khăn, vướng mắc",
    (
        (
            Clause(
                "Số đề án phải ngừng triển khai trong kỳ: {number}",
                {"number": ("projects.stopped", "done")},
                "Chưa có số liệu về số đề án phải ngừng triển khai trong kỳ.",
            ),
        ),
    ),
)
PROPOSALS = Part("proposals", "Kiến nghị, đề xuất")
NEXT = Part("next", "Phương hướng, nhiệm vụ kỳ tới")
STANDARD = (RESULTS, DIFFICULTIES, PROPOSALS, NEXT)
