using System.Text;
using System.Text.Json.Nodes;
using Aetherscale.SystemTests.Harness;
using CsCheck;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>
/// Valid requests, spoilt at random in their JSON and in their bytes. Some stay valid, so VMs come and go meanwhile;
/// whatever comes, it is answered, and never by a fault of ours.
/// </summary>
public sealed class MutatedRequestTests
{
    private const int Requests = 600;

    // No number here asks for a real load: 2 CPUs are the most that a guest can get.
    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "1.5", "-0", "1e3", "1e999", "2147483648", "-9223372036854775809",
        "\"\"", "\"web\"", "\"db\"", "\"polite\"", "\"../x\"", "\"%h\"", "\"a\\nb\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"",
        "\"zzzzzzzz\"", "\"json:{}\"", "[]", "[1]", "{}", "{\"vm-id\":\"web\"}", "{\"image\":\"polite\",\"no-start\":true}",
    ];

    private static readonly string[] s_names =
        ["command", "options", "request-id", "image", "name", "cpus", "memory", "no-start", "vm-id", "wait", "timeout", "kill", "", "x"];

    private static readonly string[] s_bytes =
        ["", "\0", "\"", "\\", "{", "}", "[", "]", ",", ":", "\n", "\r", "é", "\u00ff", "\u0080", "\u00ed\u00a0\u0080", "\\u", "\\ud800", "0", "-", "e9", "/", "%"];

    private static readonly Gen<Func<string, string>> s_memberEdit = Gen.Select(
        Gen.Int[0, 100], Gen.Int[0, 100], OneOf(s_names), OneOf(s_values), Gen.Int[0, 3],
        (part, member, name, value, edit) => (Func<string, string>)(text => EditMember(text, part, member, name, value, edit)));

    private static readonly Gen<Func<string, string>> s_byteEdit = Gen.Select(
        Gen.Int[0, 1000], Gen.Int[0, 4], OneOf(s_bytes),
        (at, removed, inserted) => (Func<string, string>)(text => EditBytes(text, at, removed, inserted)));

    /// <summary>Each character is a byte of the request.</summary>
    private static readonly Gen<string> s_spoilt = Gen.Select(
        OneOf(ValidRequests.All), s_memberEdit.Array[0, 3], s_byteEdit.Array[0, 2],
        (request, members, bytes) => members.Concat(bytes).Aggregate(request, (text, edit) => edit(text)));

    private static Gen<T> OneOf<T>(IReadOnlyList<T> choices) => Gen.Int[0, choices.Count - 1].Select(choice => choices[choice]);

    [Fact]
    public async Task Whatever_is_made_of_a_valid_request_is_answered_without_a_fault_of_ours()
    {
        await using var host = await TestHost.StartAsync("polite");
        var daemon = host.DaemonPid;
        var answers = new Dictionary<string, int>();
        await s_spoilt.SampleAsync(
            async request =>
            {
                var info = (await host.SendAsync(Encoding.Latin1.GetBytes(request))).GetProperty("execution-info");
                var answer = info.TryGetProperty("code", out var code) ? code.GetString()! : info.GetProperty("status").GetString()!;
                answers[answer] = answers.GetValueOrDefault(answer) + 1;
                Assert.True(answer != Contract.ErrorCodes.InternalError, $"{info}\n{host.Log}");
            },
            iter: Requests,
            threads: 1);

        Assert.Equal(daemon, host.DaemonPid);
        await host.RunAsync("list-vms");
        Assert.Equal(Requests, answers.Values.Sum());

        // It got to the commands, and not only to the JSON reader.
        Assert.Superset(new HashSet<string> { "success", "bad-json", "bad-request", "unknown-command", "vm-not-found" }, answers.Keys.ToHashSet());
    }

    private static string EditMember(string text, int part, int member, string name, string value, int edit)
    {
        var request = (JsonObject)JsonNode.Parse(text)!;
        var parts = ValidRequests.ObjectsIn(request).ToArray();
        var changed = parts[part % parts.Length];
        var old = changed.Count == 0 ? name : changed.ElementAt(member % changed.Count).Key;
        switch (edit)
        {
            case 0:
                changed.Remove(old);
                break;
            case 1:
                changed[name] = JsonNode.Parse(value);
                break;
            default:
                changed[old] = JsonNode.Parse(value);
                break;
        }

        return request.ToJsonString();
    }

    private static string EditBytes(string text, int at, int removed, string inserted)
    {
        var start = at % (text.Length + 1);
        return text.Remove(start, Math.Min(removed, text.Length - start)).Insert(start, inserted);
    }
}
