using System.Diagnostics;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>
/// One VM, or the place of one: what it may be after all that happened to it. Operations that overlapped may have
/// happened in any order that fits the answers; if none fits, the daemon has broken its word.
/// </summary>
internal sealed class VmModel(string name, string image)
{
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly VmRules _rules = new(image == "off" ? Power.Fading : Power.Up);
    private readonly List<Operation> _open = [];
    private readonly List<string> _history = [];
    private readonly HashSet<string> _ids = [];
    private IReadOnlySet<VmCondition> _conditions = new HashSet<VmCondition> { VmCondition.Absent };
    private int _pending;
    private long _clock;

    public string Name { get; } = name;

    public string Image { get; } = image;

    /// <summary>The name was found to have this id.</summary>
    public void Knows(string id)
    {
        lock (_gate)
        {
            _ids.Add(id);
        }
    }

    /// <summary>Whether the name has, or had, this id.</summary>
    public bool Has(string id)
    {
        lock (_gate)
        {
            return _ids.Contains(id);
        }
    }

    /// <summary>An operation is about to begin.</summary>
    public Operation Begin(Deed deed, string actor)
    {
        lock (_gate)
        {
            var operation = new Operation(deed, actor, ++_clock);
            _open.Add(operation);
            _pending++;
            Note($"{actor}: {deed}…");
            return operation;
        }
    }

    /// <summary>An operation is over.</summary>
    /// <param name="operation">As begun.</param>
    /// <param name="answer">Null when none came.</param>
    public void End(Operation operation, Answer? answer)
    {
        lock (_gate)
        {
            operation.Answer = answer;
            operation.End = ++_clock;
            Note($"{operation.Actor}: …{operation.Deed}: {answer?.ToString() ?? (operation.Deed >= Deed.QemuDies ? "over" : "cut off")}");
            if (--_pending == 0)
            {
                Explain();
            }
        }
    }

    /// <summary>Before a question: when it is asked, or null while an answer would tell nothing.</summary>
    public long? Now()
    {
        lock (_gate)
        {
            return _pending == 0 ? _clock : null;
        }
    }

    /// <summary>What list-vms or show-vm said, if nothing has happened to the VM since it was asked.</summary>
    public void Heard(long? asked, string status, bool? autostart)
    {
        lock (_gate)
        {
            if (asked != _clock || _pending > 0)
            {
                return;
            }

            var fitting = _conditions.Where(condition => condition.MayBeCalled(status, autostart)).ToHashSet();
            Note($"is called {status}, autostart {autostart}");
            Keep(fitting, $"it is called {status}, autostart {autostart}, but may only be: {string.Join(" or ", _conditions)}");
        }
    }

    /// <summary>Nothing moves any more.</summary>
    /// <returns>What the VM may be now.</returns>
    public IReadOnlySet<VmCondition> Rest()
    {
        lock (_gate)
        {
            Assert.Equal(0, _pending);
            return _conditions.SelectMany(condition => condition.AtRest()).ToHashSet();
        }
    }

    /// <summary>What the VM was found to be at rest.</summary>
    public void Settle(VmCondition found)
    {
        lock (_gate)
        {
            Note($"rests: {found}");
            _conditions = new HashSet<VmCondition> { found };
        }
    }

    /// <summary>Whether a text is about this VM.</summary>
    public bool Matches(string text)
    {
        lock (_gate)
        {
            return text.Contains(Name + " ", StringComparison.Ordinal) || text.Contains(Name + ":", StringComparison.Ordinal)
                || _ids.Any(id => text.Contains(id, StringComparison.Ordinal));
        }
    }

    public string History()
    {
        lock (_gate)
        {
            return $"VM {Name} ({Image}; ids: {string.Join(", ", _ids)}):\n  {string.Join("\n  ", _history)}";
        }
    }

    private void Explain()
    {
        Assert.True(_open.Count <= 64, $"{Name} was never left alone for 64 operations.");
        var search = new OrderSearch(_rules, _open);
        Keep(search.EndsFrom(_conditions), $"from {string.Join(" or ", _conditions)} no order of these operations explains the answers");
        _open.Clear();
    }

    private void Keep(IReadOnlySet<VmCondition> conditions, string complaint)
    {
        Assert.True(conditions.Count > 0, $"{Name}: {complaint}.\n{History()}");
        _conditions = conditions;
    }

    private void Note(string text) => _history.Add($"{Stopwatch.GetElapsedTime(_started).TotalSeconds:0.000} {text}");
}
