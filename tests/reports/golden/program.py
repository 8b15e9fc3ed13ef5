"""Figures of a report by another way: plain loops over rows as they stand in the database. It imports nothing of the
portal, so that a mistake of the measures is not made here again.

`rows` is {table: [row, …]}; days are datetime.date. A figure is None where nobody has reported.
"""

import datetime


def inside(province, rows):
    """Units that ever lay in the province: below it, below one of those, or gone into one of those."""
    found = {province}
    ways = [(link["area_id"], link["parent_id"]) for link in rows["parents"]]
    ways += [(link["old_id"], link["new_id"]) for link in rows["successions"]]
    while more := {unit for unit, into in ways if into in found and unit not in found}:
        found |= more
    return found


def line_of(area, last, rows):
    """In whose line a place stands on a day: where all of it lies by then. Parts that lie in several units make it a
    line of its own, and so does an end without successor (a district)."""
    (unit,) = [unit for unit in rows["areas"] if unit["id"] == area]
    if unit["valid_to"] is None or unit["valid_to"] >= last:
        return area
    links = [link for link in rows["successions"] if link["old_id"] == area and link["on"] <= last]
    if not links or (len(links) == 1 and not links[0]["whole"]):
        return area
    lie_in = {line_of(link["new_id"], last, rows) for link in links}
    return lie_in.pop() if len(lie_in) == 1 else area


def district_of(area, ended, rows):
    """In which former district a place stands in a trend. `ended`: the last day there were districts. That of the unit
    it was by then; of one formed later, the district of all it was formed from, and else the unit itself."""
    here = line_of(area, ended, rows)
    districts = {unit["id"] for unit in rows["areas"] if unit["level"] == "district"}
    if here in districts:
        return here
    above = [link for link in rows["parents"] if link["area_id"] == here and link["parent_id"] in districts]
    if above:
        latest = max(above, key=lambda link: link["valid_to"] or ended)
        return line_of(latest["parent_id"], ended, rows)
    formed_from = [link["old_id"] for link in rows["successions"] if link["new_id"] == here and link["on"] > ended]
    of_those = {district_of(old, ended, rows) for old in formed_from}
    return of_those.pop() if len(of_those) == 1 else here


def by_district(province, first, last, ended, rows):
    """{district: how many projects were approved in the days}."""
    units = inside(province, rows)
    found = {}
    for project in rows["projects"]:
        if project["area_id"] in units and project["decided_on"] and first <= project["decided_on"] <= last:
            district = district_of(project["area_id"], ended, rows)
            found[district] = found.get(district, 0) + 1
    return found


def figures(province, first, last, rows):
    """{figure: value} of the days `first` to `last`, both included; by place under («projects», unit)."""
    units = inside(province, rows)
    projects = {row["id"]: row for row in rows["projects"] if row["area_id"] in units}
    found = {"projects.approved": 0, "projects.stopped": 0, "money.allocated": 0, "money.paid": 0}
    found |= {"progress.invested": None, "told": 0, "due": 0}
    decided = set()
    for project in projects.values():
        # A draft, a refused one, a file given up, one of another day or province has no decision in these days.
        if project["decided_on"] is not None and first <= project["decided_on"] <= last:
            decided.add(project["id"])
            found["projects.approved"] += 1
            place = "projects", line_of(project["area_id"], last, rows)
            found[place] = found.get(place, 0) + 1
        if project["decided_on"] is not None and project["stopped_on"] is not None:
            found["projects.stopped"] += first <= project["stopped_on"] <= last
    owners = {link["enterprise_id"] for link in rows["owners"] if link["project_id"] in decided}
    found["establishments.supported"] = len(owners)
    for entry in rows["ledger"]:
        if entry["project_id"] in projects and first <= entry["recorded_on"] <= last:
            if entry["account"] == "allocated":
                found["money.allocated"] += entry["amount_vnd"]
            if entry["account"] == "paid":
                found["money.paid"] += entry["amount_vnd"]
    for number, project in projects.items():
        # So far: the last told by the end less the last told before the beginning, whoever told it. Nothing told in
        # these days: no report, which is no zero.
        told = [row for row in rows["updates"] if row["project_id"] == number and row["state"] == "confirmed"]
        told = [row for row in told if row["value_invested_vnd"] is not None and row["counts_on"] <= last]
        told.sort(key=lambda row: (row["counts_on"], row["id"]))
        before = [row for row in told if row["counts_on"] < first]
        if len(told) > len(before):
            at_first = before[-1]["value_invested_vnd"] if before else 0
            found["progress.invested"] = (found["progress.invested"] or 0) + told[-1]["value_invested_vnd"] - at_first
            found["told"] += 1
        over = [project[day] for day in ("accepted_on", "stopped_on", "closed_on") if project[day] is not None]
        begun = project["decided_on"] is not None and project["decided_on"] <= last
        found["due"] += begun and min(over, default=last) >= first
    found["industry.value"] = entered("industry.value", first, last, rows, parts=True)
    found["industry.growth"] = entered("industry.growth", first, last, rows)
    return found


def entered(measure, first, last, rows, parts=False):
    """A figure typed for just these days, or (`parts`) the sum of those that fill them; «x»: it does not apply."""
    replaced = {row["replaces_id"] for row in rows["entered"]}
    periods = {row["id"]: (row["data_from"], row["data_to"]) for row in rows["periods"]}
    here = {}
    for row in rows["entered"]:
        if row["measure"] == measure and row["nature"] == "official" and row["id"] not in replaced:
            here[periods[row["period_id"]]] = "x" if row["value"] is None else row["value"]
    if (first, last) in here or not parts:
        return here.get((first, last))
    for (begins, ends), value in here.items():
        if begins == first and ends < last:
            rest = entered(measure, ends + datetime.timedelta(days=1), last, rows, parts)
            if rest is not None:
                return value + rest
    return None


def paid_of_budget_year(province, year, last, rows):
    """What was paid of the money of a budget year, as far as it was recorded by a day."""
    units = inside(province, rows)
    here = {row["id"] for row in rows["projects"] if row["area_id"] in units}
    years = {row["id"]: row["year"] for row in rows["budgets"]}
    return sum(
        entry["amount_vnd"]
        for entry in rows["ledger"]
        if entry["account"] == "paid" and entry["project_id"] in here
        and years[entry["budget_id"]] == year and entry["recorded_on"] <= last
    )  # fmt: skip
