"""What a reader means by her words, as ``search_words`` of the template environment for the search page.

Words become groups of alternatives: an abbreviation and its long form find each other (``datapackages/sinonim.yml``),
every word also finds longer words that begin with it, and a word that nothing contains gets suggestions from the words
of the release. Only letters and digits ever reach FTS5, so punctuation is never syntax.
"""

import math
import re
import unicodedata
from difflib import SequenceMatcher
from types import SimpleNamespace
from typing import Any

from datasette import hookimpl
from markupsafe import Markup, escape

CONFIG = "kaltim-terbuka"
WORD = re.compile(r"[0-9a-z]+")
MOST_WORDS = 60
"""Words of a search that count: as many as the longest titles have."""
LOOSE = 8
"""Words that also find longer ones; those after them belong to a title written out in full."""
SHORT = 4
"""An abbreviation of fewer letters finds its long forms only, not every word that happens to begin with it."""
LONGER = 12
"""Longer words tried for one word, the most frequent."""
NEAR = 2_000
"""Words of the release compared with a misspelt one."""
ALIKE = 0.7
CLIP = 180


@hookimpl
def prepare_jinja2_environment(env, datasette):
    """Read the synonyms once; the search page finds the functions in ``jinja_env.globals["search_words"]``."""
    synonyms = variants((datasette.plugin_config(CONFIG) or {}).get("synonyms", []))
    env.globals["search_words"] = SimpleNamespace(
        read=lambda text, longer: groups(tokens(text), synonyms, longer),
        LOOSE=LOOSE,
        tokens=tokens,
        expression=expression,
        score=score,
        titled=titled,
        mark=mark,
        nearest=nearest,
    )


def tokens(text: str) -> list[str]:
    """The words of a text as the index has them: small letters without accents, letters and digits only.

    >>> tokens('Jalan "Désa" (2025)')
    ['jalan', 'desa', '2025']
    """
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return WORD.findall(plain)


def variants(synonyms: list[list[str]]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Every phrase of the synonyms -> all phrases of its group."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for line in synonyms:
        phrases = [tuple(tokens(phrase)) for phrase in line]
        for phrase in phrases:
            found[phrase] = phrases
    return found


def groups(words: list[str], synonyms: Any, longer: Any) -> list[dict[str, Any]]:
    """The groups that must all be found: what was written, and the phrases (tuples of words) that count as found.

    ``longer(word, most)`` gives the words of the release that begin with ``word``.

    >>> groups(["jln", "raya"], variants([["jalan", "jln"]]), lambda word, most: [])
    [{'written': 'jln', 'phrases': [('jln',), ('jalan',)]}, {'written': 'raya', 'phrases': [('raya',)]}]
    """
    found, at = [], 0
    words = words[:MOST_WORDS]
    longest = max(map(len, synonyms), default=1)
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((n for n in sizes if tuple(words[at : at + n]) in synonyms), 1)
        phrase = tuple(words[at : at + size])
        phrases = [phrase, *synonyms.get(phrase, [])]
        if size == 1 and at < LOOSE and len(phrase[0]) >= (SHORT if phrase in synonyms else 2):
            phrases += [(word,) for word in longer(phrase[0], LONGER)]
        found.append({"written": " ".join(phrase), "phrases": widest(phrases)})
        at += size
    return found


def widest(phrases: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The phrases without repetition, and without those that have all the words of another and so find nothing more.

    >>> widest([("rsud",), ("rumah", "sakit", "umum"), ("rumah", "sakit")])
    [('rsud',), ('rumah', 'sakit')]
    """
    once = list(dict.fromkeys(phrases))
    return [p for n, p in enumerate(once) if n == 0 or not any(set(o) < set(p) for o in once if o != p)]


def expression(asked: list[dict[str, Any]]) -> str:
    """The groups as an FTS5 expression.

    >>> expression([{"written": "sd", "phrases": [("sd",), ("sekolah", "dasar")]}])
    '("sd" OR ("sekolah" AND "dasar"))'
    """
    return " AND ".join(f"({' OR '.join(map(phrase_expression, group['phrases']))})" for group in asked)


def phrase_expression(phrase: tuple[str, ...]) -> str:
    """All words of one phrase."""
    parts = " AND ".join(f'"{word}"' for word in phrase)
    return f"({parts})" if len(phrase) > 1 else parts


def score(asked: list[dict[str, Any]], title: str, other: str, rarity: Any, near: bool = False) -> float:
    """How well a row answers, after BM25: rare words count more, the title most, the written word before a longer one.

    ``rarity(word)`` is the number of rows with the word over all rows, between 0 and 1. The long name of an office of
    the own government (``near``) costs it little against the short name of another's.
    """
    own, rest = tokens(title), set(tokens(other))
    length = 1.2 + (0.01 if near else 0.05) * len(own)
    total = 0.0
    for group in asked:
        written = group["written"].split()
        weight = math.log(1 + 1 / max(min(map(rarity, written)), 1e-7))
        total += weight * place(group["phrases"], own, rest) / length
    phrase = tokens(" ".join(group["written"] for group in asked))
    joined = f" {' '.join(own)} "
    return total + (2.0 if f" {' '.join(phrase)} " in joined else 0) + (1.0 if own[: len(phrase)] == phrase else 0)


def titled(asked: list[dict[str, Any]], title: str) -> bool:
    """Whether a title alone has every group, in any of its forms."""
    return all(place(group["phrases"], tokens(title), set()) > 1 for group in asked)


def place(phrases: list[tuple[str, ...]], own: list[str], rest: set[str]) -> float:
    """3 for the written words in the title, 2 for another form of them there, 1 anywhere else."""
    if all(word in own for word in phrases[0]):
        return 3.0
    if any(all(word in own for word in phrase) for phrase in phrases[1:]):
        return 2.0
    return 1.0 if any(all(word in rest or word in own for word in phrase) for phrase in phrases) else 0.0


def mark(asked: list[dict[str, Any]], text: str) -> Markup:
    """A text with the found words marked, escaped; a very long one from a little before the first of them."""
    wanted = {word for group in asked for phrase in group["phrases"] for word in phrase}
    pieces = re.split(r"(\w+)", text)
    hits = [n for n, piece in enumerate(pieces) if n % 2 and tokens(piece)[:1] and tokens(piece)[0] in wanted]
    start, cut = 0, ""
    if len(text) > CLIP and hits:
        start = max(0, hits[0] - 16)
        cut = "… " if start else ""
    shown, size = [escape(cut)], 0
    for number, piece in enumerate(pieces[start:], start):
        if size > CLIP:
            shown.append(escape("…"))
            break
        size += len(piece)
        shown.append(Markup("<mark>{}</mark>").format(piece) if number in hits else escape(piece))
    return Markup("").join(shown)


def nearest(word: str, candidates: list[tuple[str, int]], most: int = 3) -> list[str]:
    """The words most like a misspelt one: those sharing parts of three letters, then by likeness and frequency.

    >>> nearest("jalna", [("jalan", 900), ("jaga", 5), ("jalur", 30)])
    ['jalan']
    """
    own = trigrams(word)
    shared = sorted(((len(own & trigrams(other)), n, other) for other, n in candidates), reverse=True)[:60]
    alike = [(SequenceMatcher(None, word, other).ratio(), n, other) for part, n, other in shared if part]
    likely = [(ratio + math.log10(n) / 20, other) for ratio, n, other in alike if ratio >= ALIKE]
    return [other for _, other in sorted(likely, reverse=True)][:most]


def trigrams(word: str) -> set[str]:
    """Parts of three letters, with the edges.

    >>> sorted(trigrams("ab"))
    ['  a', ' ab', 'ab ']
    """
    padded = f"  {word} "
    return {padded[n : n + 3] for n in range(len(padded) - 2)}
