"""Finding a place by its name as people type it: words in any order, their beginnings, and with mistakes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.places import FoundKind, NamedPlace

_MOST_WORDS = 12
# Short forms on Indonesian signs and in messages.
_SHORT = {
    "jl": "jalan", "jln": "jalan", "gg": "gang", "kel": "kelurahan", "kec": "kecamatan", "kab": "kabupaten",
    "ds": "desa", "kp": "kampung", "kmp": "kampung", "pkm": "puskesmas", "perum": "perumahan", "komp": "kompleks",
    "rs": "rumah sakit",
}  # fmt: skip
# Of an address, but of no name: what cannot be found of it is no reason to think less of the street.
_ASIDE = frozenset({"no", "nomor", "nmr", "rt", "rw", "di", "dekat"})
# A word of the detail counts less than one of the name; this project's own figures, as those below.
_DETAIL = 0.8
_ASIDE_WEIGHT = 0.15
_LONG_ENOUGH = 4
_LEAST, _LEAST_OF_BEST = 0.42, 0.75
_ORDER = {kind: number for number, kind in enumerate(FoundKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place and how well it fits: 1.0 is word for word."""

    place: NamedPlace
    score: float


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents, signs and short forms."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (char for char in plain if not unicodedata.combining(char) and char not in "'’`ʻ")
    words = "".join(char if char.isalnum() else " " for char in kept).split()
    return " ".join(_SHORT.get(word, word) for word in words).split()


class PlaceIndex:
    """The words of P places, looked through once for each word that is searched for.

    Only the different words are compared (by optimal string alignment distance), not the names; a place's fit is the
    mean of its best fits to the words, rare words counting more (as in inverse document frequency).
    """

    def __init__(self, places: Sequence[NamedPlace]) -> None:
        self._places = list(places)
        number: dict[str, int] = {}
        entries: list[int] = []
        counts: list[float] = []
        first: list[int] = []
        name_words: list[int] = []
        for place in self._places:
            first.append(len(entries))
            name = words_of(place.name)
            # `Suka Sari` is searched for as `Sukasari` too.
            joined = [a + b for a, b in pairwise(name)]
            # An empty word keeps a name of signs alone in its place.
            for words, weight in ((name or [""], 1.0), (joined, 1.0), (words_of(place.detail), _DETAIL)):
                entries += [number.setdefault(word, len(number)) for word in words]
                counts += [weight] * len(words)
            name_words.append(max(len(name), 1))
        self._words = list(number)
        self._lengths = np.array([len(word) for word in self._words], np.float32)
        self._entry = np.array(entries, np.int32)
        self._weight = np.array(counts, np.float32)
        self._first = np.array(first, np.int64)
        self._name_words = np.array(name_words, np.float32)
        self._uses = np.bincount(self._entry, minlength=len(self._words))
        self._cut: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def find(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The places that fit a text best, best first; none for a text without words."""
        wanted = words_of(text)[:_MOST_WORDS]
        if not wanted or not self._places:
            return ()
        likeness = [self._likeness(word) for word in wanted]
        for at, (one, two) in enumerate(pairwise(wanted)):
            together = self._likeness(one + two, most=1)
            for side in (at, at + 1):
                likeness[side] = np.maximum(likeness[side], together)
        fit = np.stack([self._fit(each) for each in likeness])
        known = np.array([each.max() > 0 for each in likeness])
        if not known.any():
            return ()
        weight = np.array([self._rarity(each) for each in likeness])
        aside = np.array([_is_aside(word) for word in wanted])
        # A word of two letters is soon mistyped into another.
        weight *= np.array([min(len(word) / _LONG_ENOUGH, 1.0) for word in wanted])
        # What is known nowhere says as much as what is known, but for the house number that no sign bears.
        weight[~known] = np.where(aside, _ASIDE_WEIGHT, weight[known].mean())[~known]
        total = weight @ fit / weight.sum()
        total *= np.where((fit[known | ~aside] > 0).all(axis=0), 1.0, 0.8)
        total *= 0.85 + 0.15 * np.minimum((fit > _DETAIL).sum(axis=0) / self._name_words, 1.0)
        best = np.flatnonzero((total >= _LEAST) & (total >= _LEAST_OF_BEST * total.max()))
        if len(best) > 20 * limit:
            best = best[np.argpartition(-total[best], 20 * limit)[: 20 * limit]]
        hits = [Hit(place=self._places[row], score=round(float(total[row]), 4)) for row in best.tolist()]
        return tuple(sorted(hits, key=rank_of)[:limit])

    def _likeness(self, word: str, most: int = 3) -> NDArray[np.float32]:
        """How like a word each known word is, or its beginning: 0 (more than `most` mistakes) to 1."""
        length = len(word)
        longer = np.maximum(self._lengths, length)
        mistakes = min(most, 0 if length < 3 else 1 if length < 6 else 2 if length < 10 else 3)
        whole = self._distance(word, self._words, mistakes)
        likeness = np.where(whole <= mistakes, 1.0 - whole / longer, 0.0)
        fewer = max(mistakes - 1, 0)
        begun = self._distance(word, self._beginnings(length), fewer)
        as_begun = (1.0 - begun / length) * (0.75 + 0.24 * length / longer)
        return np.maximum(likeness, np.where(begun <= fewer, as_begun, 0.0)).astype(np.float32)

    def _distance(self, word: str, others: list[str], most: int) -> NDArray[Any]:
        found = process.cdist([word], others, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
        return np.asarray(found[0], np.float32)

    def _beginnings(self, length: int) -> list[str]:
        if length not in self._cut:
            self._cut[length] = [word[:length] for word in self._words]
        return self._cut[length]

    def _fit(self, likeness: NDArray[np.float32]) -> NDArray[np.float32]:
        best: NDArray[np.float32] = np.maximum.reduceat(likeness[self._entry] * self._weight, self._first)
        return best

    def _rarity(self, likeness: NDArray[np.float32]) -> float:
        uses = int(self._uses[likeness == likeness.max()].sum())
        return float(np.log1p(len(self._places) / uses))


def _is_aside(word: str) -> bool:
    return word.isdigit() or word in _ASIDE


def rank_of(hit: Hit) -> tuple[float, int, int, str, str]:
    """The order of hits: the better fit, then the kind, then the shorter name."""
    place = hit.place
    return -round(hit.score, 2), _ORDER[place.kind], len(place.name), place.name, place.detail
