using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>Clients side by side, and faults between them. Each answer is held against the model.</summary>
internal sealed class Walk(TestHost host, int seed) : IDisposable
{
    /// <summary>systemd gives a unit up at its fifth start in five minutes.</summary>
    private const int DeathsOfOneVm = 3;

    private readonly Random _chance = new(seed);
    private readonly SemaphoreSlim _oneFault = new(1, 1);
    private readonly Dictionary<string, int> _deaths = [];
    private volatile TaskCompletionSource _daemonIsUp = Done();
    private int _begun;

    public IReadOnlyList<VmModel> Vms { get; } =
        [.. Enumerable.Range(0, WalkPlan.Vms).Select(vm => new VmModel($"walk-{vm}", WalkPlan.ImageOf(vm)))];

    /// <summary>How often each thing was done.</summary>
    public Dictionary<Deed, int> Count { get; } = Enum.GetValues<Deed>().ToDictionary(deed => deed, _ => 0);

    /// <summary>Runs one round; then nothing is under way that a client began.</summary>
    public async Task RunAsync(Round round)
    {
        _begun = 0;
        await Task.WhenAll(round.Steps.Select((steps, client) => Task.Run(() => RunClientAsync(client, steps, round.Faults))));
    }

    /// <summary>Deletes every VM that there is.</summary>
    public Task ClearAsync() => Task.WhenAll(Vms.Select(vm => CommandAsync("end", hasIds: true, Deed.Delete, vm)));

    public void Dispose() => _oneFault.Dispose();

    private static TaskCompletionSource Done()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }

    private async Task RunClientAsync(int client, IReadOnlyList<Step> steps, ILookup<int, Deed> faults)
    {
        foreach (var step in steps)
        {
            foreach (var fault in faults[Interlocked.Increment(ref _begun) - 1])
            {
                await DoAsync(fault);
            }

            await _daemonIsUp.Task;
            Counted(step.Deed);
            await (step.Deed switch
            {
                Deed.List => ListAsync(),
                Deed.Show => ShowAsync(Vms[step.Vm]),
                _ => CommandAsync($"c{client}", hasIds: client % 2 == 0, step.Deed, Vms[step.Vm]),
            });
        }
    }

    private void Counted(Deed deed)
    {
        lock (Count)
        {
            Count[deed]++;
        }
    }

    /// <param name="client">Who asks.</param>
    /// <param name="hasIds">Whether they give requests ids, and repeat those that were cut off.</param>
    /// <param name="deed">The command.</param>
    /// <param name="vm">What it is about.</param>
    private async Task CommandAsync(string client, bool hasIds, Deed deed, VmModel vm)
    {
        var (command, options) = deed switch
        {
            Deed.Create => ("create-vm", $"\"image\": \"{vm.Image}\", \"name\": \"{vm.Name}\""),
            Deed.CreateStopped => ("create-vm", $"\"image\": \"{vm.Image}\", \"name\": \"{vm.Name}\", \"no-start\": true"),
            Deed.Start => ("start-vm", Of(vm)),
            Deed.Stop => ("stop-vm", Of(vm)),
            Deed.Kill => ("stop-vm", $"{Of(vm)}, \"kill\": true"),
            Deed.Pause => ("pause-vm", Of(vm)),
            Deed.Resume => ("resume-vm", Of(vm)),
            Deed.Restart => ("restart-vm", Of(vm)),
            Deed.Reset => ("restart-vm", $"{Of(vm)}, \"hard\": true"),
            _ => ("delete-vm", Of(vm)),
        };
        var id = hasIds ? Guid.NewGuid().ToString() : null;
        var operation = vm.Begin(deed, client);
        var reply = await AskAsync(command, options, id);
        while (reply is null && hasIds)
        {
            await _daemonIsUp.Task;
            if (deed is not (Deed.Create or Deed.CreateStopped))
            {
                // What sets right what there is may have been done in part, and is done again.
                vm.End(operation, null);
                operation = vm.Begin(deed, client);
            }

            operation.IsRepeated = true;
            reply = await AskAsync(command, options, id);
        }

        if (reply is { } told && told.TryGetProperty("response", out var response))
        {
            vm.Knows(response.GetProperty("vm-id").GetString()!);
        }

        vm.End(operation, reply is { } answer ? AnswerOf(answer) : null);
    }

    private async Task ShowAsync(VmModel vm)
    {
        var asked = vm.Now();
        if (await AskAsync("show-vm", Of(vm)) is { } reply)
        {
            var found = reply.TryGetProperty("response", out var details);
            vm.Heard(asked, AnswerOf(reply).Word, found ? details.GetProperty("autostart").GetBoolean() : null);
        }
    }

    private async Task ListAsync()
    {
        var asked = Vms.Select(vm => vm.Now()).ToList();
        if (await AskAsync("list-vms", "") is not { } reply)
        {
            return;
        }

        var rows = reply.GetProperty("response").EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        foreach (var (vm, when) in Vms.Zip(asked))
        {
            if (!rows.TryGetValue(vm.Name, out var row))
            {
                vm.Heard(when, "vm-not-found", null);
            }
            else if (row.GetProperty("status").GetString() is not "creating" and { } status)
            {
                // One that is being made is on neither side of that yet.
                vm.Heard(when, status, row.GetProperty("autostart").GetBoolean());
            }
        }
    }

    private static string Of(VmModel vm) => $"\"vm-id\": \"{vm.Name}\"";

    /// <returns>Null when the daemon's death cut the command off.</returns>
    private async Task<JsonElement?> AskAsync(string command, string options, string? id = null)
    {
        try
        {
            return await host.SendAsync($$"""{"command": "{{command}}", "options": { {{options}} }{{(id is null ? "" : $", \"request-id\": \"{id}\"")}} }""");
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static Answer AnswerOf(JsonElement reply)
    {
        var info = reply.GetProperty("execution-info");
        if (info.TryGetProperty("code", out var code))
        {
            return new Answer(code.GetString()!);
        }

        var response = reply.GetProperty("response");
        return new Answer(
            response.GetProperty("status").GetString()!, response.TryGetProperty("hint", out var hint) ? hint.GetString() : null);
    }

    private async Task DoAsync(Deed fault)
    {
        await _oneFault.WaitAsync();
        try
        {
            await (fault == Deed.DaemonDies ? KillDaemonAsync() : KillQemuAsync());
        }
        finally
        {
            _oneFault.Release();
        }
    }

    private async Task KillDaemonAsync()
    {
        Counted(Deed.DaemonDies);
        var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _daemonIsUp = isUp;
        var deaths = Vms.Select(vm => (Vm: vm, Death: vm.Begin(Deed.DaemonDies, "fault"))).ToList();
        try
        {
            await host.KillDaemonAsync();
            await host.StartDaemonAsync();
            deaths.ForEach(pair => pair.Vm.End(pair.Death, null));
        }
        finally
        {
            isUp.SetResult();
        }
    }

    private async Task KillQemuAsync()
    {
        var victims = QemuProcess.Of(host)
            .Where(qemu => Vms.Any(vm => vm.Has(qemu.VmId)) && _deaths.GetValueOrDefault(qemu.VmId) < DeathsOfOneVm)
            .ToList();
        if (victims.Count == 0)
        {
            return;
        }

        Counted(Deed.QemuDies);
        var victim = victims[_chance.Next(victims.Count)];
        _deaths[victim.VmId] = _deaths.GetValueOrDefault(victim.VmId) + 1;
        var vm = Vms.First(vm => vm.Has(victim.VmId));
        var death = vm.Begin(Deed.QemuDies, "fault");
        await victim.KillAsync();
        vm.End(death, null);
    }
}
