"""Finding a place by its name as people type it: words in any order, their beginnings, and with mistakes."""

import heapq
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.places.place import FoundKind, NamedPlace
from geo.places.words import Words
from geo.point import Point

_MOST_WORDS = 12
# Letters or digits: `RT3` and `Mawar17` are two words.
_WORD = re.compile(r"[^\W\d_]+|\d+")
# Short forms on Indonesian signs and in messages.
_SHORT = {
    "jl": "jalan", "jln": "jalan", "gg": "gang", "kel": "kelurahan", "kec": "kecamatan", "kab": "kabupaten",
    "ds": "desa", "kp": "kampung", "kmp": "kampung", "pkm": "puskesmas", "perum": "perumahan", "komp": "kompleks",
    "rs": "rumah sakit",
}  # fmt: skip
# Of an address, but mostly of no name: what cannot be found of it is no reason to think less of the place.
_ASIDE = frozenset(
    {
        "desa", "dekat", "di", "dusun", "kabupaten", "kecamatan", "kelurahan", "kota", "nmr", "no", "nomor", "provinsi",
        "rt", "rw",
    }
)  # fmt: skip
# A word of the detail counts less than one of the name; this project's own figures, as those below.
_DETAIL = 0.8
_ASIDE_WEIGHT = 0.3
_LONG_ENOUGH = 4
# `N 15`: beside so few letters it is the number that counts.
_REFERENCE = 2
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
    words = _WORD.findall("".join(kept))
    return " ".join(_SHORT.get(word, word) for word in words).split()


class _Like(NamedTuple):
    """Known words that are like one that was typed, by number, and how much: up to 1."""

    words: NDArray[np.int64]
    likeness: NDArray[np.float64]


def _both(one: _Like, other: _Like) -> _Like:
    return _Like(np.concatenate((one.words, other.words)), np.concatenate((one.likeness, other.likeness)))


class PlaceIndex:
    """The words of P places, each different word once, and for each word the places that have it.

    A typed word is compared (by optimal string alignment distance) with words of about its length and with beginnings;
    a place's fit is the mean of its best fits to the typed words, rare words counting more (as in inverse document
    frequency).
    """

    def __init__(self, places: Sequence[NamedPlace]) -> None:
        self.places = list(places)
        entries: list[tuple[str, int, float]] = []
        name_words = np.ones(len(self.places))
        for row, place in enumerate(self.places):
            name = words_of(place.name)
            name_words[row] = max(len(name), 1)
            # `Suka Sari` is searched for as `Sukasari` too.
            joined = [both for _, both in _pairs(name)]
            entries += [(word, row, 1.0) for word in (*name, *joined)]
            entries += [(word, row, _DETAIL) for word in words_of(place.detail)]
        self._name_words = name_words
        self._words = Words({word for word, _, _ in entries})
        of = np.array([self._words.number[word] for word, _, _ in entries], np.int64)
        order = np.argsort(of, kind="stable")
        self._owner = np.array([row for _, row, _ in entries], np.int64)[order]
        self._weight = np.array([weight for _, _, weight in entries])[order]
        self._uses = np.bincount(of, minlength=len(self._words.words))
        self._first = np.concatenate(([0], np.cumsum(self._uses))).astype(np.int64)
        self._cut: dict[int, tuple[Words, NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        return len(self.places)

    def find(self, text: str, limit: int = 10, near: Point | None = None) -> tuple[Hit, ...]:
        """The places that fit a text best, best first; of equals the one nearest to `near`.

        There are none for a text without words.
        """
        wanted = words_of(text)[:_MOST_WORDS]
        like = [self._like(word) for word in wanted]
        for at, both in _pairs(wanted):
            together = self._of_about(both, 1)
            like[at : at + 2] = [_both(one, together) for one in like[at : at + 2]]
        known = np.array([len(each.words) > 0 for each in like])
        if not known.any():
            return ()
        fit = np.stack([self._fit(each) for each in like])
        weight = np.array([self._rarity(each) for each in like])
        # A word of two letters is soon mistyped into another.
        weight *= np.array([min(len(word) / _LONG_ENOUGH, 1.0) for word in wanted])
        # What is known nowhere says as much as what is known.
        weight[~known] = weight[known].mean()
        aside = np.array([word.isdigit() or word in _ASIDE for word in wanted])
        if any(len(word) > _REFERENCE for word, is_aside in zip(wanted, aside, strict=True) if not is_aside):
            weight[aside] = np.minimum(weight[aside], _ASIDE_WEIGHT)
        total = weight @ fit / weight.sum()
        total *= np.where((fit[~aside] > 0).all(axis=0), 1.0, 0.8)
        total *= 0.85 + 0.15 * np.minimum((fit > _DETAIL).sum(axis=0) / self._name_words, 1.0)
        best = np.flatnonzero((total >= _LEAST) & (total >= _LEAST_OF_BEST * total.max()))
        hits = [Hit(place=self.places[row], score=round(float(total[row]), 4)) for row in best.tolist()]
        return best_of([hits], limit, near)

    def _like(self, word: str) -> _Like:
        length = len(word)
        mistakes = 0 if length < 3 else 1 if length < 6 else 2 if length < 10 else 3
        whole = self._of_about(word, mistakes)
        beginnings, which = self._beginnings(length)
        begun = np.full(len(beginnings.words), np.nan)
        rows, distance = beginnings.near(word, max(mistakes - 1, 0))
        begun[rows] = distance
        longer = np.flatnonzero(~np.isnan(begun[which]))
        words = self._words.from_length(length) + longer
        share = length / self._words.lengths[words]
        return _both(whole, _Like(words, (1.0 - begun[which[longer]] / length) * (0.75 + 0.24 * share)))

    def _of_about(self, word: str, mistakes: int) -> _Like:
        """Known words that are this one but for so many mistakes."""
        words, distance = self._words.near(word, mistakes)
        return _Like(words, 1.0 - distance / np.maximum(self._words.lengths[words], len(word)))

    def _beginnings(self, length: int) -> tuple[Words, NDArray[np.int64]]:
        """The different beginnings of the words that are at least so long, and which of them each word has."""
        if length not in self._cut:
            cut = [word[:length] for word in self._words.words[self._words.from_length(length) :]]
            words = Words(set(cut))
            self._cut[length] = words, np.array([words.number[begun] for begun in cut], np.int64)
        return self._cut[length]

    def _fit(self, like: _Like) -> NDArray[np.float64]:
        """How well each place fits one word."""
        fit = np.zeros(len(self.places))
        counts = self._uses[like.words]
        skipped = np.repeat(self._first[like.words] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        entry = np.arange(counts.sum()) + skipped
        np.maximum.at(fit, self._owner[entry], np.repeat(like.likeness, counts) * self._weight[entry])
        return fit

    def _rarity(self, like: _Like) -> float:
        if not len(like.words):
            return 0.0
        top = np.unique(like.words[like.likeness == like.likeness.max()])
        return float(np.log1p(len(self.places) / self._uses[top].sum()))


def _pairs(words: list[str]) -> Iterator[tuple[int, str]]:
    """Neighbours as one word, with the place of the first; a number stays apart, or it would pass for another."""
    for at, (one, two) in enumerate(pairwise(words)):
        if not (one.isdigit() or two.isdigit()):
            yield at, one + two


def best_of(found: Sequence[Sequence[Hit]], limit: int, near: Point | None = None) -> tuple[Hit, ...]:
    """The best of several lists: by their fit, their kind, how far they are from `near`, then the shorter name."""

    def rank(hit: Hit) -> tuple[float, int, float, int, str, str]:
        place = hit.place
        # Here degrees do for metres: it is a choice between places of one name.
        away = 0.0 if near is None else abs(place.point.lon - near.lon) + abs(place.point.lat - near.lat)
        return -round(hit.score, 2), _ORDER[place.kind], away, len(place.name), place.name, place.detail

    return tuple(heapq.nsmallest(limit, (hit for hits in found for hit in hits), key=rank))
