using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A request takes effect once, however often it comes.</summary>
public sealed class OnceTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A31_The_same_request_again_gets_the_stored_reply_also_from_the_next_daemon()
    {
        var first = await _host.SendAsync("""{"command": "create-vm", "request-id": "r-1", "options": {"image": "polite", "name": "web", "no-start": true}}""");

        // Order, space and escapes are not what is asked for.
        const string Again = """{ "request-id":"r-1", "options":{"no-start":true,"name":"w\u0065b","image":"polite"}, "command":"create-vm" }""";
        Assert.Equal(Text(first), Text(await _host.SendAsync(Again)));
        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();
        Assert.Equal(Text(first), Text(await _host.SendAsync(Again)));
        Assert.Single((await _host.RunAsync("list-vms")).EnumerateArray());

        // Not even after the VM has been deleted.
        await _host.RunAsync("delete-vm", """{"vm-id": "web"}""");
        Assert.Equal(Text(first), Text(await _host.SendAsync(Again)));
        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();
        Assert.Equal(Text(first), Text(await _host.SendAsync(Again)));
        Assert.Empty((await _host.RunAsync("list-vms")).EnumerateArray());
    }

    [Fact]
    public async Task A31_Every_command_that_changes_something_answers_the_same_again()
    {
        var vm = await _host.CreateAsync("polite", """, "no-start": true""");
        foreach (var (command, more) in new[] { ("start-vm", ""), ("stop-vm", """, "kill": true"""), ("delete-vm", "") })
        {
            var request = $$$"""{"command": "{{{command}}}", "request-id": "{{{command}}}", "options": {"vm-id": "{{{vm}}}"{{{more}}}}}""";
            var first = await _host.SendAsync(request);
            Assert.True(first.TryGetProperty("response", out _), $"{first}");
            Assert.Equal(Text(first), Text(await _host.SendAsync(request)));
        }
    }

    [Fact]
    public async Task A31_A_repetition_that_comes_too_early_waits_for_the_first()
    {
        using var slow = new FakeQemu("""sleep 1; exec "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(slow.Settings, "polite");
        const string Request = """{"command": "create-vm", "request-id": "r", "options": {"image": "polite"}}""";

        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.SendAsync(Request)));

        Assert.All(replies, reply => Assert.Equal(Text(replies[0]), Text(reply)));
        Assert.True(replies[0].TryGetProperty("response", out _), $"{replies[0]}");
        Assert.Single((await host.RunAsync("list-vms")).EnumerateArray());
    }

    [Fact]
    public async Task A31_The_header_Idempotency_Key_is_a_request_id()
    {
        var replies = new List<string>();
        foreach (var key in new[] { "\"k-1\"", "k-1" })
        {
            using var body = new StringContent("""{"command": "create-vm", "options": {"image": "polite", "no-start": true}}""");
            body.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            replies.Add(Text((await _host.PostAsync(body)).Reply));
        }

        Assert.Equal(replies[0], replies[1]);
        Assert.Single((await _host.RunAsync("list-vms")).EnumerateArray());
        using var bad = new StringContent("""{"command": "list-vms"}""");
        bad.Headers.TryAddWithoutValidation("Idempotency-Key", "two words");
        Assert.Equal(400, (await _host.PostAsync(bad)).Status);
    }

    [Fact]
    public async Task A32_Another_request_with_the_same_id_is_refused()
    {
        await _host.SendAsync("""{"command": "create-vm", "request-id": "r-1", "options": {"image": "polite", "name": "web", "no-start": true}}""");
        foreach (var other in new[]
        {
            """{"command": "create-vm", "request-id": "r-1", "options": {"image": "polite", "name": "mail", "no-start": true}}""",
            """{"command": "create-vm", "request-id": "r-1", "options": {"image": "polite", "no-start": true}}""",
            """{"command": "delete-vm", "request-id": "r-1", "options": {"vm-id": "web"}}""",
        })
        {
            var (code, reason) = await _host.RefusedAsync(other);
            Assert.Equal("request-id-conflict", code);
            Assert.Contains("\"r-1\"", reason);
        }

        Assert.Single((await _host.RunAsync("list-vms")).EnumerateArray());
    }

    [Fact]
    public async Task What_failed_and_left_nothing_may_be_tried_again_under_its_id()
    {
        const string Request = """{"command": "create-vm", "request-id": "r-1", "options": {"image": "later", "no-start": true}}""";
        Assert.Equal("image-not-found", (await _host.RefusedAsync(Request)).Code);

        _host.DropImage("polite", "later");

        Assert.True((await _host.SendAsync(Request)).TryGetProperty("response", out _));
    }

    private static string Text(JsonElement reply) => reply.GetRawText();
}
