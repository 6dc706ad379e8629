"""Different words, and which of them are one that was typed but for a few mistakes."""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA


class Words:
    """Words sorted by their length."""

    def __init__(self, words: set[str]) -> None:
        self.words = sorted(words, key=lambda word: (len(word), word))
        self.number = {word: at for at, word in enumerate(self.words)}
        self.lengths = np.array([len(word) for word in self.words], np.int64)
        self._letters = np.array([_letters_of(word) for word in self.words], np.uint64)

    def from_length(self, length: int) -> int:
        """The number of the first word that is at least so long."""
        return int(np.searchsorted(self.lengths, length, "left"))

    def near(self, word: str, most: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The numbers of the words that are at most so many mistakes away, and how many each is.

        A mistake is a letter wrong, gone, too many, or swapped with its neighbour (optimal string alignment). Only
        words are compared whose letters differ by two or less a mistake, which is all that can be so near.
        """
        low, high = self.from_length(len(word) - most), self.from_length(len(word) + most + 1)
        differing = self._letters[low:high] ^ np.uint64(_letters_of(word))
        rows = low + np.flatnonzero(np.bitwise_count(differing) <= 2 * most)
        if not len(rows):
            return rows, np.zeros(0)
        others = [self.words[row] for row in rows.tolist()]
        found = process.cdist([word], others, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        close = np.flatnonzero(found <= most)
        return rows[close], found[close].astype(np.float64)


def _letters_of(word: str) -> int:
    """Which letters a word has, as bits; letters beyond the Latin ones share them."""
    return sum(1 << bit for bit in {ord(letter) % 64 for letter in word})
