using System.Diagnostics;

namespace Aetherscale.SystemTests.Harness;

/// <summary>Waits for what comes about by itself.</summary>
internal static class Wait
{
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, double seconds = 30)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                Assert.Fail($"Not within {seconds} s: {what}");
            }

            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(string what, Func<bool> condition, double seconds = 30) =>
        UntilAsync(what, () => Task.FromResult(condition()), seconds);
}
