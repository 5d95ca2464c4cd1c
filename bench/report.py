"""The table of what was measured."""

from statistics import median, quantiles

HEAD = "| goal | | ours, ms | peer, ms | ratio | p10–p90 | n | bar | | floor |\n|--:|---|--:|--:|--:|---|--:|--:|---|--:|"


def table(goals, samples, words):
    """A row a goal. words: what stands in the goals' texts in braces."""
    return "\n".join([HEAD, *(_row(goal, samples, words) for goal in goals)])


def _row(goal, samples, words):
    ours, theirs = samples.of(goal.measure, "ours"), samples.of(goal.measure, goal.peer)
    ratios = samples.ratios(goal.measure, "ours", goal.peer)
    ratio = median(ratios)
    low, high = _spread(ratios)
    verdict = "met" if ratio <= goal.bar else "missed"
    return (f"| {goal.number} | {goal.text.format(**words)} | {median(ours):.1f} | {median(theirs):.1f} "
            f"| {ratio:.3f} | {low:.3f}–{high:.3f} | {len(ratios)} | ≤ {goal.bar} | {verdict} | {_floor(goal, samples)} |")


def _floor(goal, samples):
    """What the ratio would be if we were bare QEMU, where that was measured, too."""
    ratios = samples.ratios(goal.measure, "bare", goal.peer) if goal.peer != "bare" else []
    return f"{median(ratios):.3f}" if ratios else ""


def _spread(ratios):
    """The 10th and the 90th percentile."""
    if len(ratios) < 2:
        return ratios[0], ratios[0]
    tenths = quantiles(ratios, n=10, method="inclusive")
    return tenths[0], tenths[-1]
