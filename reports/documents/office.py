"""Head and foot of a report as Decree 30/2020/NĐ-CP lays them out, read from the frozen document."""

from dataclasses import dataclass
from typing import Any

from reports.documents.words import date_words, place_and_date

DOTS = "……"
KIND_OF_PAPER = "Báo cáo"


@dataclass(frozen=True)
class Office:
    """All blocks in the words of print. Documents frozen before there was a layout have the agencies alone."""

    parent: str
    name: str
    plain_name: str
    number: str  # «Số: ……/BC-SCT»: the number itself is given by the office's own document system
    place_date: str
    title: str
    summary: str
    recipients: tuple[str, ...]
    signer_titles: tuple[str, ...]
    signer_name: str
    annexes: tuple[str, ...]  # a head for each table; empty: the tables stand in the body
    annex_note: str


def office_of(document: dict[str, Any]) -> Office:
    laid: dict[str, Any] = document.get("office", {})
    period = document["period"]
    name = laid.get("name") or document["agency"]["name"]
    number = f"{DOTS}{laid.get('symbol', '')}"
    place_date = place_and_date(document)
    day = place_date.rpartition(", ")[2]
    title, kind = document["title"], KIND_OF_PAPER
    if not (laid.get("summary") and title.startswith(kind)):
        kind = title
    return Office(
        plain_name=name,
        parent=(laid.get("parent_name") or document["agency"]["parent_name"]).upper(),
        name=name.upper(),
        number=f"Số: {number}",
        place_date=place_date,
        title=kind.upper(),
        summary=laid.get("summary") or f"{document['area']['full_name']} - {period['label']}",
        recipients=tuple(laid.get("recipients", ())),
        signer_titles=tuple(title.upper() for title in laid.get("signer_titles", ())),
        signer_name=laid.get("signer_name", ""),
        annexes=tuple(laid.get("annexes", ())),
        annex_note=f"(Kèm theo Báo cáo số {number} {day} của {name})",
    )


def range_words(document: dict[str, Any]) -> str:
    period = document["period"]
    return f"(Số liệu từ ngày {date_words(period['data_from'])} đến ngày {date_words(period['data_to'])})"


def basis_lines(document: dict[str, Any]) -> list[str]:
    """«Căn cứ …», each ended as the decree writes it: semicolons between, a full stop at the end."""
    lines = [f"Căn cứ {text}" for text in document["basis"]]
    return [f"{line}{'.' if number == len(lines) else ';'}" for number, line in enumerate(lines, 1)]


def recipient_lines(lines: tuple[str, ...]) -> list[str]:
    """«- UBND tỉnh;» … «- Lưu: VT.»: a dash before, a semicolon behind, a full stop at the end."""
    bare = [line.strip().lstrip("-").strip().rstrip(";.").strip() for line in lines]
    bare = [line for line in bare if line]
    return [f"- {line}{'.' if number == len(bare) else ';'}" for number, line in enumerate(bare, 1)]


def closing_notes(document: dict[str, Any]) -> list[str]:
    """The legend of signs and what else is to be known of the figures."""
    notes = list(document["notes"])
    if any(
        cell.get("estimate")
        for section in document["sections"]
        for row in section["rows"]
        for cell in row["cells"].values()
    ):
        notes.append("Số in nghiêng kèm chữ «ước» là số ước thực hiện, chưa có số liệu chính thức.")
    return notes


def intro(document: dict[str, Any]) -> str:
    """The sentence that leads from the body to the figures."""
    return f"{office_of(document).plain_name} báo cáo số liệu {lowered(period_words(document['period']))} như sau:"


def period_words(period: dict[str, Any]) -> str:
    """The name of the period with its days, where they are not its name («Từ 01/01/2025 đến 31/03/2026»)."""
    label: str = period["label"]
    if date_words(period["data_from"]) in label:
        return label
    return f"{label} (từ ngày {date_words(period['data_from'])} đến ngày {date_words(period['data_to'])})"


def lowered(text: str) -> str:
    """«Năm 2026» → «năm 2026», as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def default_summary(title: str, label: str, area: str) -> str:
    """«Kết quả thực hiện chương trình khuyến công năm 2026 của tỉnh Hà Tĩnh»: what the report is about."""
    about = title.removeprefix(KIND_OF_PAPER).strip() or title
    area = f"{lowered(area)}" if area.startswith(("Tỉnh ", "Thành phố ", "Xã ", "Phường ")) else area
    return f"{about[:1].upper()}{about[1:]} {lowered(label)} - {area}"
