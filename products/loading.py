"""Groups of products, levels and criteria of the selections from data/*.csv."""

from decimal import Decimal

from products.models import Criterion, ProductGroup, SelectionLevel
from programmes.listed import bring_in


def load_products() -> dict[str, int]:
    """Bring the lists in line with the files; rows an official touched stay. Gives the number of lines of each."""
    counts = {"product groups": bring_in(ProductGroup, "product_groups.csv", lambda line: {})}
    counts["selection levels"] = bring_in(
        SelectionLevel,
        "selection_levels.csv",
        lambda line: {
            "own_council": line["own_council"] == "yes",
            "priority": line["priority"],
            "priority_verified": line["priority_verified"],
        },
    )
    levels = {row.code: row.pk for row in SelectionLevel.objects.all()}
    counts["selection criteria"] = bring_in(
        Criterion,
        "selection_criteria.csv",
        lambda line: {
            "level_id": levels[line["level"]] if line["level"] else None,
            "weight": Decimal(line["weight"]) if line["weight"] else None,
            "max_score": Decimal(line["max_score"]) if line["max_score"] else None,
        },
    )
    return counts
