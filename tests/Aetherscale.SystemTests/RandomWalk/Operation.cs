namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>What happens to a VM.</summary>
internal enum Deed
{
    Create,
    CreateStopped,
    Start,
    Stop,
    Kill,
    Delete,
    Pause,
    Resume,
    Restart,

    /// <summary>restart-vm --hard.</summary>
    Reset,
    Show,
    List,

    /// <summary>kill -9 of its QEMU.</summary>
    QemuDies,

    /// <summary>kill -9 of the daemon, until the next one answers.</summary>
    DaemonDies,
}

/// <summary>What came back: an error's code or the response's status, and the hint.</summary>
internal sealed record Answer(string Word, string? Hint = null)
{
    public bool Says(string word, string? hint = null) =>
        Word == word && (hint is null ? Hint is null : Hint?.Contains(hint, StringComparison.Ordinal) == true);

    public override string ToString() => Hint is null ? Word : $"{Word} ({Hint})";
}

/// <summary>Something that happened to one VM between two instants. Which instant it was is not known.</summary>
internal sealed class Operation(Deed deed, string actor, long begin)
{
    public Deed Deed { get; } = deed;

    public string Actor { get; } = actor;

    public long Begin { get; } = begin;

    public long End { get; set; } = long.MaxValue;

    /// <summary>Null where there was none: the daemon's death cut it off, and it may have happened, or not, or in part.</summary>
    public Answer? Answer { get; set; }

    /// <summary>Whether it was asked again, under the same request id, after the daemon's death had cut it off.</summary>
    public bool IsRepeated { get; set; }

    public bool Overlaps(Operation other) => Begin < other.End && other.Begin < End;
}
