"""Interleaved rounds, and what they gave."""

import json


class Samples:
    """Milliseconds by measure, peer and round."""

    def __init__(self):
        self._rounds = {}

    def add(self, measure, peer, number, milliseconds):
        self._rounds.setdefault((measure, peer), {})[number] = milliseconds

    def of(self, measure, peer):
        """The milliseconds of every round, in order."""
        rounds = self._rounds.get((measure, peer), {})
        return [rounds[number] for number in sorted(rounds)]

    def ratios(self, measure, peer, other):
        """peer / other, round by round."""
        ours, theirs = (self._rounds.get((measure, name), {}) for name in (peer, other))
        return [ours[number] / theirs[number] for number in sorted(ours.keys() & theirs.keys())]

    def write(self, path):
        """One line of JSON a sample."""
        with open(path, "w", encoding="utf-8") as file:
            for (measure, peer), rounds in self._rounds.items():
                for number, milliseconds in rounds.items():
                    line = {"measure": measure, "peer": peer, "round": number, "ms": round(milliseconds, 3)}
                    file.write(json.dumps(line) + "\n")


def interleave(samples, rounds, warm_up, peers):
    """Runs each peer once a round, another one first each time. A peer is a function of a name that is new in each round,
    and returns milliseconds by measure. What the warm-up rounds give is thrown away."""
    names = list(peers)
    for number in range(-warm_up, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            measured = peers[name](f"round-{number + warm_up}")
            if number >= 0:
                for measure, milliseconds in measured.items():
                    samples.add(measure, name, number, milliseconds)
