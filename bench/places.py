"""Finding a place by its name: the index against comparing every name with rapidfuzz, in one run on one region."""

import argparse
import os
import platform
import re
import string
from pathlib import Path
from random import Random
from statistics import median

from rapidfuzz import fuzz, process, utils

from bench.plain import cpu_ms, open_roads
from geo.places.file import places_path, read_places
from geo.places.place import NamedPlace
from geo.places.region import RegionPlaces
from geo.search.snap import Snapper

LIMIT = 10
TIMES_FASTER = 5.0


def mistyped(name: str, dice: Random) -> str | None:
    """A name with one letter wrong, gone, too many or swapped in a word of four or more; a shorter one is another."""
    spots = [at for word in re.finditer(r"[^\W\d_]{4,}", name) for at in range(word.start(), word.end() - 1)]
    if not spots:
        return None
    at, letter = dice.choice(spots), dice.choice(string.ascii_lowercase)
    return dice.choice(
        [
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        ]
    )


def main() -> None:
    """Print medians, their ratio and how often the name was found; fail where the index is not so much faster."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--roads", type=Path, required=True, help="A file of jemput roads build.")
    arguments.add_argument("--queries", type=int, default=400)
    given = arguments.parse_args()
    network = open_roads(given.roads)
    beside = places_path(given.roads)
    snapper = Snapper(network)
    labels = read_places(beside) if beside.exists() else ()
    build_ms, index = cpu_ms(lambda: RegionPlaces(network, snapper, labels).index)
    places: list[NamedPlace] = list(index.places)
    plain = [utils.default_process(place.name) for place in places]
    dice = Random(2019)
    asked = [
        (place.name, text)
        for place in dice.sample(places, min(given.queries, len(places)))
        if (text := mistyped(place.name, dice)) is not None
    ]

    def by_index(text: str) -> list[str]:
        return [hit.place.name for hit in index.find(text, LIMIT)]

    def by_scan(text: str) -> list[str]:
        found = process.extract(utils.default_process(text), plain, scorer=fuzz.WRatio, limit=LIMIT)
        return [places[row].name for _, _, row in found]

    ways = {"index": by_index, "scan": by_scan}
    for work in ways.values():
        work(asked[0][1])
    times: dict[str, list[float]] = {name: [] for name in ways}
    right = dict.fromkeys(ways, 0)
    rounds = [(way, name, text) for name, text in asked for way in ways]
    dice.shuffle(rounds)
    for way, name, text in rounds:
        took, found = cpu_ms(ways[way], text)
        times[way].append(took)
        right[way] += name in found
    print(f"{platform.machine()}, {os.cpu_count()} cores; {given.roads.name}: {len(places):,} streets and places")
    print(f"index built in {build_ms:,.0f} ms of processor time")
    for way in ways:
        worst = sorted(times[way])[int(0.99 * len(times[way]))]
        print(
            f"{way:6} median {median(times[way]):7.3f} ms, p99 {worst:7.3f} ms, mistyped name among the first {LIMIT}: "
            f"{100.0 * right[way] / len(asked):.1f} %"
        )
    ratio = median(times["scan"]) / median(times["index"])
    print(f"the index takes 1/{ratio:.1f} of a scan's time")
    if ratio < TIMES_FASTER or right["index"] < right["scan"]:
        raise SystemExit(f"the index has to be {TIMES_FASTER:.0f} times faster than a scan, and find as much")


if __name__ == "__main__":
    main()
