using System.Text;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Commands;

public sealed class OnceTests : IDisposable
{
    private static readonly Requester s_tester = new("tester pid=1", WaitsByDefault: true) { Scope = "tester" };

    private readonly TestFolder _folder = new();
    private readonly VmStore _store;
    private int _runs;

    public OnceTests() => _store = new VmStore(Directory.CreateDirectory(_folder["vms"]).FullName);

    [Fact]
    public async Task A_request_without_an_id_runs_each_time()
    {
        var route = NewOnce().Wrap(Counting);

        Assert.Equal(["1", "2"], [await AnswerAsync(route, null), await AnswerAsync(route, null)]);
        Assert.False(Directory.Exists(_folder["requests"]));
    }

    [Fact]
    public async Task A_request_with_an_id_runs_once_for_each_requester_and_the_next_daemon_knows()
    {
        var route = NewOnce().Wrap(Counting);

        Assert.Equal("1", await AnswerAsync(route, "r-1"));
        Assert.Equal("1", await AnswerAsync(route, "r-1", s_tester with { Name = "tester pid=2" }));
        Assert.Equal("2", await AnswerAsync(route, "r-1", s_tester with { Scope = "another" }));
        Assert.Equal("1", await AnswerAsync(NewOnce().Wrap(Counting), "r-1"));
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_stored_for_nobody()
    {
        var gate = new TaskCompletionSource();
        var route = NewOnce().Wrap(async (request, requester, stopping) =>
        {
            await gate.Task;
            return ++_runs == 1 ? throw new AetherscaleException(ErrorCodes.NoSpace, "full") : await Counting(request, requester, stopping);
        });

        var both = new[] { AnswerAsync(route, "r-1"), AnswerAsync(route, "r-1") };
        gate.SetResult();

        Assert.All(both, one => Assert.Equal(ErrorCodes.NoSpace, Assert.ThrowsAsync<AetherscaleException>(() => one).Result.Code));
        Assert.Equal("3", await AnswerAsync(route, "r-1"));
    }

    [Fact]
    public async Task Another_request_under_the_id_is_refused_while_the_first_runs_and_after_it()
    {
        var gate = new TaskCompletionSource();
        var route = NewOnce().Wrap(async (request, requester, stopping) =>
        {
            await gate.Task;
            return await Counting(request, requester, stopping);
        });

        var first = AnswerAsync(route, "r-1");
        await AssertConflictAsync(() => AnswerAsync(route, "r-1", options: """{"a": 2}"""));
        gate.SetResult();
        await first;
        await AssertConflictAsync(() => AnswerAsync(route, "r-1", options: """{"a": 2}"""));
    }

    [Theory]
    [InlineData(true, true, "promised")]
    [InlineData(true, false, "1")]
    [InlineData(false, false, "promised")]
    [InlineData(false, true, "1")]
    public async Task What_was_cut_off_is_judged_by_its_vm(bool makes, bool isThere, string expected)
    {
        var outcome = makes ? VmOutcome.Made : VmOutcome.Removed;
        var vm = VmId.New();
        var never = new TaskCompletionSource<Action<Utf8JsonWriter>>();
        var promised = new TaskCompletionSource();
        var cutOff = NewOnce().Wrap(async (_, requester, _) =>
        {
            await requester.Intent!.PromiseAsync(vm, outcome, new VmActionResponse { Status = "promised", VmId = vm.ToString() });
            promised.SetResult();
            return await never.Task;
        });
        _ = AnswerAsync(cutOff, "r-1");
        await promised.Task;
        if (isThere)
        {
            Directory.CreateDirectory(_folder[$"vms/{vm}"]);
        }

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(expected, await AnswerAsync(NewOnce().Wrap(Counting), "r-1"));
        }
    }

    [Fact]
    public async Task A_vm_that_was_made_and_taken_back_leaves_its_id_free()
    {
        var vm = VmId.New();
        var route = NewOnce().Wrap(async (_, requester, _) =>
        {
            await requester.Intent!.PromiseAsync(vm, VmOutcome.Made, new VmActionResponse { Status = "starting", VmId = vm.ToString() });
            await requester.Intent.KeepAsync();
            throw new AetherscaleException(ErrorCodes.StartFailed, "no");
        });

        await Assert.ThrowsAsync<AetherscaleException>(() => AnswerAsync(route, "r-1"));

        Assert.Empty(Directory.GetFiles(_folder["requests"]));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    private static async Task AssertConflictAsync(Func<Task> act) =>
        Assert.Equal(ErrorCodes.RequestIdConflict, (await Assert.ThrowsAsync<AetherscaleException>(act)).Code);

    private static async Task<string> AnswerAsync(Route route, string? id, Requester? requester = null, string options = """{"a": 1}""")
    {
        using var parsed = JsonDocument.Parse(options);
        var request = new RequestEnvelope { Command = "do", Options = parsed.RootElement.Clone(), RequestId = id };
        var write = await route(request, requester ?? s_tester, CancellationToken.None);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        using var answer = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        return answer.RootElement.GetProperty("status").GetString()!;
    }

    private Once NewOnce() => new(
        new RequestFolder(_folder["requests"], TimeProvider.System), _store, new VmLocks(), TimeProvider.System, NullLogger<Once>.Instance);

    private Task<Action<Utf8JsonWriter>> Counting(RequestEnvelope request, Requester requester, CancellationToken stopping)
    {
        var number = ++_runs;
        return Task.FromResult<Action<Utf8JsonWriter>>(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status", $"{number}");
            writer.WriteEndObject();
        });
    }
}
