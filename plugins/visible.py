"""Letters that nobody sees are shown by their number: ``⟨U+202E⟩`` where a text would turn itself round or hide a part.

Every value that a template writes goes through here; files and JSON keep the exact text. Line breaks and tabs stay.
"""

import re
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
"""Control characters, marks of writing direction, blanks and breaks without width."""


@hookimpl(tryfirst=True)  # before anything copies the environment
def prepare_jinja2_environment(env):
    """Let every template write through ``visible``, and others find it."""
    env.finalize = visible
    env.globals["visible"] = visible


def visible(value: Any) -> Any:
    """The value with its unseen letters as numbers; markup stays markup.

    >>> visible("bersih"), visible("a\\u202eb")
    ('bersih', 'a⟨U+202E⟩b')
    """
    if not isinstance(value, str) or (value.isascii() and value.isprintable()) or not HIDDEN.search(value):
        return value
    kind = Markup if isinstance(value, Markup) else str
    return kind(HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value))
