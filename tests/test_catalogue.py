"""Tests of the catalogue of attacks and faults itself: every case has a test, and the page is what was measured."""

import json
import re
from pathlib import Path

from catalogue import CASES, FIGURES, PAGE, page

HERE = Path(__file__).parent


def test_every_case_has_a_test_and_every_test_a_case() -> None:
    """Catches a promise that nothing holds, and a test that names a case which does not exist."""
    named = set()
    for path in HERE.glob("test_*.py"):
        named |= set(re.findall(r'mark\.case\("(C\d\d)"\)', path.read_text(encoding="utf-8")))
    assert named == {case["id"] for case in CASES}


def test_the_page_says_what_was_measured() -> None:
    """Catches a page edited by hand, or figures without their page."""
    assert PAGE.read_text(encoding="utf-8") == page(json.loads(FIGURES.read_text(encoding="utf-8")))
