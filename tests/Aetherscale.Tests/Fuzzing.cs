using System.Diagnostics;

namespace Aetherscale.Tests;

/// <summary>What readers of foreign bytes owe for any input: an end, and no more memory than the input is worth.</summary>
internal static class Fuzzing
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs a reader, which throws by itself what it must not.</summary>
    /// <param name="length">Bytes of the input.</param>
    /// <param name="read">Reads it, on this thread.</param>
    /// <param name="perByte">How many bytes may be allocated for each of the input's…</param>
    /// <param name="atLeast">…and how many for none: at its first use a reader makes its tables.</param>
    public static void Bounded(int length, Action read, int perByte = 200, int atLeast = 500_000)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();

        read();

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, s_patience);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, atLeast + ((long)perByte * length));
    }
}
