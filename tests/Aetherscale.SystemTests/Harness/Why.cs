using System.Diagnostics;
using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>An answer of why-vm.</summary>
internal sealed record Why(JsonElement Answer)
{
    public string Sentence => Answer.GetProperty("why").GetString()!;

    public string Status => Answer.GetProperty("status").GetString()!;

    public IReadOnlyList<JsonElement> Events => [.. Answer.GetProperty("events").EnumerateArray()];

    public JsonElement Last => Events[^1];

    /// <summary>The events' words in order.</summary>
    public IReadOnlyList<string> Words => [.. Events.Select(happened => happened.GetProperty("event").GetString()!)];

    public string Cause => Last.GetProperty("cause").GetString()!;

    /// <summary>Asks why-vm of a daemon.</summary>
    public static async Task<Why> AskAsync(TestHost host, string vm) =>
        new(await host.RunAsync("why-vm", $$"""{"vm-id": "{{vm}}"}"""));

    /// <summary>Asks until the last event is this one.</summary>
    public static async Task<Why> AskUntilAsync(TestHost host, string vm, string word, double seconds = 30)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var why = await AskAsync(host, vm);
            if (why.Words is [.., var last] && last == word)
            {
                return why;
            }

            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"Not {word}: {why.Answer}\n{host.Log}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
