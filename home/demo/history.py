"""2018–2022, from data/demo_history.csv: illustrations that add up to what was published, recorded after the fact.

Money (15.973 triệu in 2018–2021: 9.450 national, 6.523 local), the one national project of 2022 with 1.000 triệu and
85 %, two local classes on brands and 22 products for the regional selection are published figures. Which projects
made them up, where and by whom, is invented. What was not published stays unknown: no result of a target, no learners,
no local money of 2022.
"""

import datetime as dt
from collections import defaultdict

from core.models import Source
from core.reference import rows
from funding.services import Voucher, give_budget
from home.demo.reporting import make_and_publish
from home.demo.stage import Stage
from home.demo.story import Story, support
from home.demo.timeline import Timeline
from training.services import ClassData

MILLION = 1_000_000
SPARE_VND = 50 * MILLION  # what a budget has above its projects where none was published
PUBLISHED_BUDGETS = {(Source.LOCAL, 2019): 2_740 * MILLION, (Source.NATIONAL, 2022): 1_000 * MILLION}
ENTRIES = 22  # products for the regional selection of 2022
REPORTS = {"2021-Y": dt.date(2021, 12, 16), "2022-Y": dt.date(2022, 12, 16)}


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def tell_history(stage: Stage, timeline: Timeline) -> None:
    given: dict[tuple[str, int], int] = defaultdict(int)
    for number, row in enumerate(rows("demo_history.csv"), start=1):
        if row["support_million"]:
            given[row["source"], int(row["year"])] += int(row["support_million"]) * MILLION
        _tell(stage, timeline, row, number)
    for (source, year), amount in given.items():
        budget = PUBLISHED_BUDGETS.get((Source(source), year), amount + SPARE_VND)
        _give(stage, timeline, source, year, budget)
    for code, day in REPORTS.items():
        make_and_publish(stage, timeline, code, day)


def _give(stage: Stage, timeline: Timeline, source: str, year: int, amount_vnd: int) -> None:
    day = dt.date(year, 1, 15)
    voucher = Voucher(f"MH-{year}-{'QG' if source == Source.NATIONAL else 'DP'}", day, issuer=stage.issuer(source))
    timeline.add(
        day,
        lambda: give_budget(
            stage.province,
            stage.programme(source, year),
            source,
            year,
            amount_vnd,
            voucher,
            actor=stage.person("lanhdao"),
        ),
    )


def _tell(stage: Stage, timeline: Timeline, row: dict[str, str], number: int) -> None:
    year, source = int(row["year"]), row["source"]
    decided = dt.date.fromisoformat(row["decided_on"])
    amount = int(row["support_million"]) * MILLION if row["support_million"] else None
    cost = int(row["cost_million"]) * MILLION if row["cost_million"] else None
    money = support(source, amount, cost) if amount is not None else {}
    done = min(decided + days(110), dt.date(year, 11, 20))
    story = Story(stage, timeline, source, historical=True)
    story.enter(
        decided - days(60),
        beneficiaries=[name for name in row["beneficiaries"].split("; ") if name],
        name=row["name"],
        type=row["type"],
        year=year,
        programme=stage.programme(source, year),
        area=stage.area(row["place"]),
        activities=[stage.activities[row["activity"]]],
        estimate=money,
        investment_vnd=cost,
        starts_on=decided + days(15),
        ends_on=done,
        aim="Số liệu minh họa.",
    )
    batch = f"Đợt {row['batch']}/{year}" if row["batch"] else ""
    paper = f"MH-{number:02d}/QĐ-{'BCT' if source == Source.NATIONAL else 'UBND'}"
    if amount is None:
        story.approve_without_money(decided, paper)
    else:
        story.submit(decided - days(30))
        story.approve(decided, paper, money, batch)
    story.start(decided + days(20))
    if row["activity"] == "BRAND_TRAINING":
        _brand_classes(stage, story)
    if year == 2022 and source == Source.NATIONAL:
        _project_of_2022(story)
        return
    if amount is not None:
        half = amount // 2
        story.pay(decided + days(30), half, f"MH-{year}-{number:02d}-TU", advance=True)
    entered = {"REGIONAL_ENTRIES": ENTRIES} if row["activity"] == "VOTE_ENTRY" else {}
    story.progress(done - days(5), "Hoàn thành (số liệu minh họa).", 100 if cost else None, results=entered)
    story.confirm(done - days(3))
    story.accept(done)
    if amount is not None:
        story.pay(done + days(10), amount - half, f"MH-{year}-{number:02d}-TT")
    if row["state"] == "closed":
        story.close(done + days(20))


def _brand_classes(stage: Stage, story: Story) -> None:
    """Two classes were reported. How many came, and what they cost, was not."""
    for uid, day in (("d436", dt.date(2022, 6, 23)), ("d449", dt.date(2022, 8, 18))):
        subject = "Xây dựng thương hiệu, nhãn hiệu sản phẩm CNNT và chính sách mới về phát triển công nghiệp"
        story.training(day + days(4), ClassData(subject, "brand", stage.area(uid), day, day + days(1)))


def _project_of_2022(story: Story) -> None:
    """85 % by the middle of November; the rest was paid by a voucher of 20/12, after the year of the report closed."""
    story.pay(dt.date(2022, 6, 30), 500 * MILLION, "MH-2022-QG-TU", advance=True)
    story.progress(dt.date(2022, 7, 15), "Đã lắp đặt nhà xưởng, thiết bị (số liệu minh họa).", 40)
    story.confirm(dt.date(2022, 7, 18))
    story.progress(dt.date(2022, 11, 10), "Đã chạy thử dây chuyền (số liệu minh họa).", 85)
    story.confirm(dt.date(2022, 11, 14))
    story.progress(dt.date(2022, 12, 15), "Hoàn thành mô hình (số liệu minh họa).", 100)
    story.confirm(dt.date(2022, 12, 16))
    story.accept(dt.date(2022, 12, 19))
    story.pay(dt.date(2022, 12, 20), 500 * MILLION, "MH-2022-QG-TT")
    story.close(dt.date(2023, 1, 16))
