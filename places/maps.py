"""The communes of today as shapes for a map drawn by the server: no tiles, no script."""

import json
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path

from django.conf import settings

WIDTH = 600.0


@dataclass(frozen=True)
class Shape:
    uid: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    width: int
    height: int
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=4)
def commune_map(name: str = "hatinh_communes.geojson") -> Map | None:
    """All communes projected into one box, 600 wide, north up; None when there is no file for the province."""
    file = Path(settings.REFERENCE_DATA_DIR) / name
    if not file.exists():
        return None
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    for feature in features:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings[feature["properties"]["uid"]] = [ring for polygon in polygons for ring in polygon]
    points = [point for group in rings.values() for ring in group for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def project(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    shapes = []
    for feature in features:
        uid = feature["properties"]["uid"]
        drawn = [[project(point) for point in ring] for ring in rings[uid]]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in drawn)
        largest = max(drawn, key=len)
        x = sum(point[0] for point in largest) / len(largest)
        y = sum(point[1] for point in largest) / len(largest)
        shapes.append(Shape(uid, feature["properties"]["name"], path, round(x, 1), round(y, 1)))
    return Map(int(WIDTH), int((north - south) * scale) + 1, tuple(sorted(shapes, key=lambda s: s.name)))
