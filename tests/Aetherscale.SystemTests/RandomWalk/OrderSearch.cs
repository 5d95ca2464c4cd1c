using System.Numerics;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>Tries every order of operations that fits when each began and ended.</summary>
internal sealed class OrderSearch(VmRules rules, IReadOnlyList<Operation> operations)
{
    private readonly HashSet<(ulong Done, VmCondition Condition)> _seen = [];
    private readonly HashSet<VmCondition> _ends = [];

    public IReadOnlySet<VmCondition> EndsFrom(IEnumerable<VmCondition> starts)
    {
        foreach (var start in starts)
        {
            Go(0, start);
        }

        return _ends;
    }

    private void Go(ulong done, VmCondition condition)
    {
        if (!_seen.Add((done, condition)))
        {
            return;
        }

        if (BitOperations.PopCount(done) == operations.Count)
        {
            _ends.Add(condition);
            return;
        }

        var left = Enumerable.Range(0, operations.Count).Where(index => (done & (1UL << index)) == 0).ToList();
        var firstEnd = left.Min(index => operations[index].End);
        foreach (var index in left.Where(index => operations[index].Begin < firstEnd))
        {
            foreach (var next in rules.After(operations[index], operations, condition))
            {
                Go(done | (1UL << index), next);
            }
        }
    }
}
