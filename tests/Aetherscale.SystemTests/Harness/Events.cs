using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>Reads a stream of server-sent events.</summary>
internal static class Events
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The next frame's type and JSON; null at the end of the stream.</summary>
    public static async Task<(string Type, JsonElement Json)?> NextAsync(this StreamReader stream)
    {
        var type = "";
        while (await stream.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_patience) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                type = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(line["data: ".Length..]);
                return (type, document.RootElement.Clone());
            }
        }

        return null;
    }

    /// <summary>The words of the next events, until the one with this word.</summary>
    public static async Task<IReadOnlyList<string>> UntilAsync(this StreamReader stream, string last)
    {
        var words = new List<string>();
        while (words is not [.., var word] || word != last)
        {
            var (type, json) = await stream.NextAsync() ?? throw new InvalidOperationException($"The stream ended: {string.Join(", ", words)}");
            Assert.Equal("vm-event", type);
            words.Add(json.GetProperty("event").GetString()!);
        }

        return words;
    }
}
