"""Finding a place by its name as people type it: words in any order, their beginnings, and with mistakes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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


@dataclass(frozen=True, slots=True, eq=False)
class _Like:
    """Known words that are like one that was typed, by number, and how much: up to 1."""

    words: NDArray[np.int64]
    likeness: NDArray[np.float64]


class PlaceIndex:
    """The words of P places, each different word once, and for each word the places that have it.

    A typed word is compared (by optimal string alignment distance) with words of about its length and with beginnings;
    a place's fit is the mean of its best fits to the typed words, rare words counting more (as in inverse document
    frequency).
    """

    def __init__(self, places: Sequence[NamedPlace]) -> None:
        self._places = list(places)
        entries: list[tuple[str, int, float]] = []
        name_words = np.ones(len(self._places))
        for row, place in enumerate(self._places):
            name = words_of(place.name)
            name_words[row] = max(len(name), 1)
            # `Suka Sari` is searched for as `Sukasari` too.
            joined = [a + b for a, b in pairwise(name)]
            entries += [(word, row, 1.0) for word in (*name, *joined)]
            entries += [(word, row, _DETAIL) for word in words_of(place.detail)]
        self._name_words = name_words
        # By length, so that words of about one length are neighbours.
        self._words = sorted({word for word, _, _ in entries}, key=lambda word: (len(word), word))
        number = {word: at for at, word in enumerate(self._words)}
        self._lengths = np.array([len(word) for word in self._words], np.int64)
        of = np.array([number[word] for word, _, _ in entries], np.int64)
        order = np.argsort(of, kind="stable")
        self._owner = np.array([row for _, row, _ in entries], np.int64)[order]
        self._weight = np.array([weight for _, _, weight in entries])[order]
        self._uses = np.bincount(of, minlength=len(self._words))
        self._first = np.concatenate(([0], np.cumsum(self._uses))).astype(np.int64)
        self._cut: dict[int, tuple[list[str], NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def find(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The places that fit a text best, best first; none for a text without words."""
        wanted = words_of(text)[:_MOST_WORDS]
        like = [self._like(word) for word in wanted]
        for at, (one, two) in enumerate(pairwise(wanted)):
            together = self._of_about(one + two, 1)
            for side in (at, at + 1):
                like[side] = _Like(
                    np.concatenate((like[side].words, together.words)),
                    np.concatenate((like[side].likeness, together.likeness)),
                )
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
        weight[aside] = np.minimum(weight[aside], _ASIDE_WEIGHT)
        total = weight @ fit / weight.sum()
        total *= np.where((fit[~aside] > 0).all(axis=0), 1.0, 0.8)
        total *= 0.85 + 0.15 * np.minimum((fit > _DETAIL).sum(axis=0) / self._name_words, 1.0)
        return self._best(total, limit)

    def _best(self, total: NDArray[np.float64], limit: int) -> tuple[Hit, ...]:
        best = np.flatnonzero((total >= _LEAST) & (total >= _LEAST_OF_BEST * total.max()))
        most = 20 * limit
        if len(best) > most:
            best = best[np.argpartition(-total[best], most)[:most]]
        hits = [Hit(place=self._places[row], score=round(float(total[row]), 4)) for row in best.tolist()]
        return tuple(sorted(hits, key=rank_of)[:limit])

    def _like(self, word: str) -> _Like:
        length = len(word)
        mistakes = 0 if length < 3 else 1 if length < 6 else 2 if length < 10 else 3
        whole = self._of_about(word, mistakes)
        fewer = max(mistakes - 1, 0)
        beginnings, which = self._beginnings(length)
        begun = _distances(word, beginnings, fewer)[which]
        longer = np.flatnonzero(begun <= fewer)
        start = int(np.searchsorted(self._lengths, length, "left"))
        share = length / self._lengths[start + longer]
        return _Like(
            np.concatenate((whole.words, start + longer)),
            np.concatenate((whole.likeness, (1.0 - begun[longer] / length) * (0.75 + 0.24 * share))),
        )

    def _of_about(self, word: str, mistakes: int) -> _Like:
        """Known words that are this one but for so many mistakes."""
        length = len(word)
        low = int(np.searchsorted(self._lengths, length - mistakes, "left"))
        high = int(np.searchsorted(self._lengths, length + mistakes, "right"))
        distance = _distances(word, self._words[low:high], mistakes)
        near = np.flatnonzero(distance <= mistakes)
        longer = np.maximum(self._lengths[low + near], length)
        return _Like(low + near, 1.0 - distance[near] / longer)

    def _beginnings(self, length: int) -> tuple[list[str], NDArray[np.int64]]:
        """The different beginnings of the words that are at least so long, and which of them each word has."""
        if length not in self._cut:
            start = int(np.searchsorted(self._lengths, length, "left"))
            cut = [word[:length] for word in self._words[start:]]
            number = {begun: at for at, begun in enumerate(dict.fromkeys(cut))}
            self._cut[length] = list(number), np.array([number[begun] for begun in cut], np.int64)
        return self._cut[length]

    def _fit(self, like: _Like) -> NDArray[np.float64]:
        """How well each place fits one word."""
        fit = np.zeros(len(self._places))
        counts = self._uses[like.words]
        skipped = np.repeat(self._first[like.words] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        entry = np.arange(counts.sum()) + skipped
        np.maximum.at(fit, self._owner[entry], np.repeat(like.likeness, counts) * self._weight[entry])
        return fit

    def _rarity(self, like: _Like) -> float:
        if not len(like.words):
            return 0.0
        top = np.unique(like.words[like.likeness == like.likeness.max()])
        return float(np.log1p(len(self._places) / self._uses[top].sum()))


def _distances(word: str, others: list[str], most: int) -> NDArray[np.float64]:
    """Mistakes between a word and each of the others; more than `most` is `most` + 1."""
    if not others:
        return np.zeros(0)
    return np.asarray(process.cdist([word], others, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0], float)


def rank_of(hit: Hit) -> tuple[float, int, int, str, str]:
    """The order of hits: the better fit, then the kind, then the shorter name."""
    place = hit.place
    return -round(hit.score, 2), _ORDER[place.kind], len(place.name), place.name, place.detail


def best_of(found: Sequence[Sequence[Hit]], limit: int) -> tuple[Hit, ...]:
    """The best of several indexes together."""
    return tuple(sorted((hit for hits in found for hit in hits), key=rank_of)[:limit])
