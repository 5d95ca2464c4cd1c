using System.Text;
using System.Text.Json.Nodes;
using Aetherscale.Contract;
using Aetherscale.SystemTests.Harness;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 23, 24 and 27–30: bytes that are no JSON, or JSON that no program should have written.</summary>
[Collection(BadInputsRun.Name)]
public sealed class RawMessageTests(BadInputsHost inputs)
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("list-vms")]
    [InlineData("""{"command": "list-vms"} x""")]
    [InlineData("""{"command": "list-vms"}{"command": "list-vms"}""")]
    [InlineData("""{"command": "list-vms",}""")]
    [InlineData("""{"command": "list-vms"/**/}""")]
    [InlineData("""{'command': 'list-vms'}""")]
    [InlineData("""{command: "list-vms"}""")]
    [InlineData("""{"command": "list-vms""")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": NaN}}""")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "cpus": 01}}""")]
    [InlineData("""{"command": "create-vm", "options": {"image": "\x70olite"}}""")]
    [InlineData("{\"command\": \"list-vms\n\"}")]
    [InlineData("\ufeff{\"command\": \"list-vms\"}")]
    public Task A23_Malformed_or_trailing_JSON_or_a_BOM_is_refused(string body) => RefusesJsonAsync(body);

    [Theory]
    [InlineData("""{"command": "list-vms", "command": "list-vms"}""")]
    [InlineData("""{"command": "list-vms", "\u0063ommand": "delete-vm"}""")]
    [InlineData("""{"command": "delete-vm", "options": {"vm-id": "nosuch", "vm-id": "web"}}""")]
    [InlineData("""{"command": "delete-vm", "options": {"vm-id": "nosuch"}, "options": {"vm-id": "web"}}""")]
    [InlineData("""{"command": "create-vm", "options": {"image": "polite", "no-start": true, "no-start": true}}""")]
    public Task A24_Duplicate_keys_are_refused(string body) => RefusesJsonAsync(body);

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("{\"command\":\"list-vms\",\"options\":")]
    public Task A27_Nesting_20000_deep_is_refused(string opening) =>
        RefusesJsonAsync(string.Concat(Enumerable.Repeat(opening, 20_000)));

    [Fact]
    public Task A27_Well_formed_nesting_20000_deep_is_refused() => RefusesJsonAsync(
        $$"""{"command": "list-vms", "options": {{new string('[', 20_000)}}{{new string(']', 20_000)}}}""");

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(16 * 1024 * 1024, false)]
    [InlineData(16 * 1024 * 1024, true)]
    public Task A28_A_body_over_1_MiB_is_answered_with_413(int tooMany, bool chunked) => inputs.UnharmedAsync(async () =>
    {
        var body = Padded("""{"command": "delete-vm", "options": {"vm-id": "web"}}""", ApiRoutes.MaxRequestBytes + tooMany);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentLength = chunked ? null : body.Length;

        var (status, reply) = await inputs.Host.PostAsync(content);

        Assert.Equal(413, status);
        Assert.Equal(BadRequest, reply.GetProperty("execution-info").GetProperty("code").GetString());
        Assert.Contains($"{ApiRoutes.MaxRequestBytes} bytes", reply.GetProperty("execution-info").GetProperty("reason").GetString());
    });

    [Fact]
    public Task A28_A_body_of_exactly_1_MiB_is_read() => inputs.UnharmedAsync(async () =>
    {
        var reply = await inputs.Host.SendAsync(Padded("""{"command": "list-vms"}""", ApiRoutes.MaxRequestBytes));

        Assert.Equal("success", reply.GetProperty("execution-info").GetProperty("status").GetString());
    });

    [Theory]
    [InlineData("c328")]
    [InlineData("ff")]
    [InlineData("80")]
    [InlineData("c080")]
    [InlineData("e28082e282")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    public async Task A29_Invalid_UTF8_is_refused_wherever_it_stands(string hex)
    {
        foreach (var place in new[] { "{\"command\": \"~\"}", "{\"command\": \"show-vm\", \"options\": {\"vm-id\": \"web~\"}}", "{\"~\": 1}", "~" })
        {
            var body = Encoding.UTF8.GetBytes(place);
            var at = Array.IndexOf(body, (byte)'~');
            await inputs.RefusesAsync([.. body[..at], .. Convert.FromHexString(hex), .. body[(at + 1)..]], BadJson);
        }
    }

    [Theory]
    [InlineData(@"\ud800")]
    [InlineData(@"\udfff")]
    [InlineData(@"\ud800\ud800")]
    [InlineData(@"\udc00\ud800")]
    public async Task A29_A_lone_surrogate_is_refused_wherever_it_stands(string escape)
    {
        await RefusesJsonAsync($$"""{"command": "list-vms{{escape}}"}""");
        await RefusesJsonAsync($$"""{"command": "list-vms", "request-id": "{{escape}}"}""");
        await RefusesJsonAsync($$"""{"command": "list-vms", "{{escape}}": 1}""");
        await RefusesJsonAsync($$$"""{"command": "list-vms", "options": {"{{{escape}}}": 1}}""");
        await RefusesJsonAsync($$$"""{"command": "create-vm", "options": {"image": "{{{escape}}}polite"}}""");
        await RefusesJsonAsync($$$"""{"command": "create-vm", "options": {"image": "polite", "x": [{"y": ["{{{escape}}}"]}]}}""");
    }

    [Fact]
    public Task A29_Invalid_UTF8_on_the_command_line_is_refused() => inputs.UnharmedAsync(async () =>
    {
        var result = await Tool.RunAsync(
            "/bin/sh",
            ["-c", "exec \"$0\" create-vm --image=\"$(printf 'pol\\377ite')\"", $"{TestEnvironment.Programs}/aetherscale-cli"],
            new Dictionary<string, string> { ["AETHERSCALE_SOCKET"] = inputs.Host.Socket });

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"({BadName})", result.Error);
    });

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A30_A_NUL_in_any_text_is_refused(string request)
    {
        var tried = 0;
        foreach (var (text, place) in TextsIn((JsonObject)JsonNode.Parse(request)!))
        {
            foreach (var at in new[] { 0, text.Length / 2, text.Length })
            {
                await inputs.RefusesAsync(place(text.Insert(at, "\0")), BadRequest, "NUL");
                tried++;
            }
        }

        // At the least: command, request-id and the names of the three members.
        Assert.InRange(tried, 15, 120);
    }

    public static TheoryData<string> Requests => [.. ValidRequests.All];

    /// <summary>All member names and all texts in a request, each with the request that has another text in its place.</summary>
    private static IEnumerable<(string Text, Func<string, string> Place)> TextsIn(JsonObject request)
    {
        foreach (var part in ValidRequests.ObjectsIn(request))
        {
            foreach (var (name, value) in part.ToArray())
            {
                yield return (name, text => With(part, name, text, value));
                if (value?.GetValueKind() == System.Text.Json.JsonValueKind.String)
                {
                    yield return ((string)value!, text => With(part, name, name, JsonValue.Create(text)));
                }
            }
        }
    }

    private static string With(JsonObject part, string name, string newName, JsonNode? newValue)
    {
        var old = part[name];
        part.Remove(name);
        part[newName] = newValue;
        var text = part.Root.ToJsonString();
        part.Remove(newName);
        part[name] = old;
        return text;
    }

    private static byte[] Padded(string body, int length) => Encoding.ASCII.GetBytes(body.PadRight(length));

    private Task RefusesJsonAsync(string body) => inputs.RefusesAsync(body, BadJson);
}
