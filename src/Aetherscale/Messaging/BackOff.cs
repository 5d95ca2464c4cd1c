using System.Security.Cryptography;

namespace Aetherscale.Messaging;

/// <summary>How long to wait before the next try: 0.25 s at first, twice as long each time, at most 10 s, each ± a fifth.</summary>
internal sealed class BackOff(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private TimeSpan _next = s_first;
    private long? _succeeded;

    /// <summary>It worked this time. What works for a moment only has not worked: then the waits grow on.</summary>
    public void Succeeded() => _succeeded = time.GetTimestamp();

    /// <summary>Waits for the next try.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Next(), time, cancellationToken);

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        if (_succeeded is { } since && time.GetElapsedTime(since) >= s_first)
        {
            _next = s_first;
        }

        _succeeded = null;
        var wait = _next * (RandomNumberGenerator.GetInt32(80, 120) / 100.0);
        _next = _next * 2 < s_longest ? _next * 2 : s_longest;
        return wait < s_longest ? wait : s_longest;
    }
}
