using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>The clients of <c>tests/clients</c>: small Python programs that know nothing of ours.</summary>
internal static class PikaClient
{
    private static readonly string s_folder = Path.Combine(
        Environment.GetEnvironmentVariable("AETHERSCALE_TEST_SOURCES")
            ?? throw new InvalidOperationException("AETHERSCALE_TEST_SOURCES is not set: run these tests with ./test.sh."),
        "tests/clients");

    /// <summary>Runs a client to its end, which must be a good one.</summary>
    /// <returns>The lines that it printed.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string client, params string[] arguments)
    {
        var result = await Tool.RunAsync(
            "/usr/bin/python3",
            [$"{s_folder}/{client}.py", .. arguments],
            new Dictionary<string, string> { ["PYTHONDONTWRITEBYTECODE"] = "1" });
        return result.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Sends messages one after the other, as the first protocol's client does.</summary>
    /// <returns>The reply of each; JSON's null when it did not come within five seconds.</returns>
    public static async Task<IReadOnlyList<JsonElement>> AskAsync(string url, params string[] messages) =>
        [.. (await RunAsync("seed", [url, .. messages])).Select(line => JsonDocument.Parse(line).RootElement)];
}
