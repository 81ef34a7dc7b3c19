"""``-- grafik:`` in a question's header: a Vega-Lite specification, held to the part that the site draws.

The part is described in ``docs/grafik.md``; a specification outside of it, or one that names a column that the question
does not return, stops the metadata and names the file.
"""

import json
from pathlib import Path

from etl.errors import DescriptorError
from etl.fields import Json

KEYS = ("mark", "encoding", "layer", "transform", "usermeta")
CHANNELS = ("x", "y", "color", "xOffset", "yOffset", "tooltip")
MARKS = ("bar", "line", "area", "point")


def read_chart(path: Path, text: str, columns: list[str]) -> Json:
    """Return the specification; raise ``DescriptorError`` for a key, mark, channel or column that is not known."""
    try:
        spec: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise DescriptorError(f"{path}: grafik bukan JSON: {error}") from error
    first = spec.get("layer", [spec])[0]
    channels = spec.get("encoding", {})
    wrong = [key for key in spec if key not in KEYS] + [name for name in channels if name not in CHANNELS]
    if wrong or first.get("mark") not in MARKS or not {"x", "y"} <= set(channels):
        raise DescriptorError(f"{path}: grafik tidak didukung: {', '.join(wrong) or 'mark, x, y'}")
    folds = spec.get("transform", [])
    if any(set(fold) != {"fold", "as"} or len(fold["as"]) != 2 for fold in folds):
        raise DescriptorError(f"{path}: grafik: transform hanya fold dengan as")
    made = [name for fold in folds for name in fold["as"]]
    used = [item["field"] for item in channels.values() if isinstance(item, dict) and "field" in item]
    named = [*used, *(name for fold in folds for name in fold["fold"])]
    missing = [] if "*" in columns else [name for name in named if name not in [*columns, *made]]
    if missing:
        raise DescriptorError(f"{path}: grafik: bukan kolom jawaban: {', '.join(missing)}")
    return spec
