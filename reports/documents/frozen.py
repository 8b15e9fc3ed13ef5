"""The frozen document: what a report says, in the shape that is hashed, stored and printed."""

from typing import Any

import orjson


def canonical_json(document: Any) -> bytes:
    """The one spelling of a document: keys in order, UTF-8, no blanks. The same figures give the same bytes."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
