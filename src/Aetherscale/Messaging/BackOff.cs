using System.Security.Cryptography;

namespace Aetherscale.Messaging;

/// <summary>
/// How long to wait before the next try: not at all while there is a way that has not been tried; then 0.25 s at first,
/// twice as long each time, at most 10 s, each ± a fifth.
/// </summary>
/// <param name="ways">How many there are.</param>
/// <param name="time">The clock.</param>
internal sealed class BackOff(int ways, TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private TimeSpan _next = s_first;
    private int _failures;
    private long? _succeeded;

    /// <summary>It worked this time. What works for a moment only has not worked: then the waits grow on.</summary>
    public void Succeeded() => _succeeded = time.GetTimestamp();

    /// <summary>Waits for the next try.</summary>
    public Task WaitAsync(bool isSameWay, CancellationToken cancellationToken) => Task.Delay(Next(isSameWay), time, cancellationToken);

    /// <summary>A way failed, or ended.</summary>
    /// <param name="isSameWay">Whether it is to be tried again, and not the next one.</param>
    /// <returns>The next wait.</returns>
    public TimeSpan Next(bool isSameWay = false)
    {
        if (_succeeded is { } since && time.GetElapsedTime(since) >= s_first)
        {
            _next = s_first;
            _failures = 0;
        }

        _succeeded = null;
        if (!isSameWay && ++_failures % ways != 0)
        {
            return TimeSpan.Zero;
        }

        var wait = _next * (RandomNumberGenerator.GetInt32(80, 120) / 100.0);
        _next = _next * 2 < s_longest ? _next * 2 : s_longest;
        return wait < s_longest ? wait : s_longest;
    }
}
