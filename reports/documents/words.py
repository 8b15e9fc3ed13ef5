"""How figures are printed: 1.234.567; triệu đồng with the decimals it needs; «…» no data, «x» not applicable."""

import datetime as dt
from decimal import Decimal
from typing import Any

MISSING = "…"
NOT_APPLICABLE = "x"
MILLION = Decimal(1_000_000)
WATERMARK = "SỐ LIỆU MINH HỌA"
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

# Names of the sheets of a workbook, where at most 31 characters fit.
SHEETS = {
    "targets": "Mục tiêu",
    "money": "Kinh phí",
    "projects": "Trạng thái đề án",
    "places": "Địa bàn",
    "progress": "Tiến độ",
    "work": "Đề án và kinh phí",
    "units": "Địa bàn",
    "training": "Đào tạo, tập huấn",
    "products": "Sản phẩm và thương hiệu",
    "clusters": "Cụm công nghiệp, tư vấn",
    "industry": "Sản xuất công nghiệp",
    "registered": "Đề án đăng ký",
    "this-year": "Kết quả trong năm",
    "facts": "Thông tin đề án",
    "project-money": "Kinh phí đề án",
    "results": "Kết quả",
    "project-progress": "Tiến độ đề án",
    "papers": "Văn bản",
    "selections": "Kết quả bình chọn",
    "certified": "Sản phẩm được chứng nhận",
    "districts": "Theo huyện cũ",
    "district-mapping": "Ánh xạ địa bàn",
}
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))  # in names of sheets


def sheet_names(sections: list[dict[str, Any]]) -> list[str]:
    """The name of each section's sheet: its short one, else the beginning of its title; no two alike."""
    names: list[str] = []
    for section in sections:
        name = whole = SHEETS.get(section["code"], section["title"]).translate(FORBIDDEN)[:31].strip()
        number = 1
        while name.lower() in {one.lower() for one in names}:
            number += 1
            name = f"{whole[:27].strip()} {number}"
        names.append(name)
    return names


def grouped(value: Decimal | int) -> str:
    """1234567.5 → «1.234.567,5»."""
    sign = "-" if value < 0 else ""
    whole, _dot, rest = format(abs(Decimal(value)), "f").partition(".")
    rest = rest.rstrip("0")
    text = f"{int(whole):,}".replace(",", ".")
    return f"{sign}{text},{rest}" if rest else f"{sign}{text}"


def shown(cell: dict[str, Any], kind: str) -> str:
    """A cell as it stands in print. Money is stored in đồng and printed in triệu đồng, exactly."""
    if cell["status"] == "missing":
        return MISSING
    if cell["status"] == "not_applicable":
        return NOT_APPLICABLE
    value = cell["value"]
    if kind == "text":
        return str(value)
    if kind == "money":
        return grouped(Decimal(value) / MILLION)
    return grouped(Decimal(str(value)))


def kind_of(row: dict[str, Any], column: dict[str, Any]) -> str:
    """What a figure is: as its column says, else its row."""
    return str(column["kind"] or row.get("kind", "integer"))


def unit_in_head(column: dict[str, Any]) -> str:
    return "triệu đồng" if column["kind"] == "money" else str(column["unit"])


def coverage(cell: dict[str, Any]) -> str:
    found = cell.get("coverage")
    if not found or found["expected"] in (0, found["reported"]):
        return ""
    if found.get("called"):
        return f"{found['reported']} trên {found['expected']} {found['called']}"
    return f"{found['reported']}/{found['expected']} báo cáo"


def date_words(iso: str) -> str:
    day = dt.date.fromisoformat(iso[:10])
    return f"{day:%d/%m/%Y}"


def moment_words(iso: str) -> str:
    moment = dt.datetime.fromisoformat(iso)
    return f"{moment:%H:%M} ngày {moment:%d/%m/%Y}"


def place_and_date(document: dict[str, Any]) -> str:
    """«Hà Tĩnh, ngày 14 tháng 12 năm 2022»: months below ten with a zero only where the decree asks (1 and 2)."""
    day = dt.date.fromisoformat(document["data_as_of"][:10])
    days = f"{day.day:02d}"
    months = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{document['agency']['place']}, ngày {days} tháng {months} năm {day.year}"


def footing(document: dict[str, Any], sha256: str) -> str:
    return (
        f"Phiên bản {document['version']}. Số liệu lấy lúc {moment_words(document['data_as_of'])}. "
        f"Mã kiểm tra SHA-256: {sha256}"
    )
