using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Commands.Checkups;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.Messaging;
using Aetherscale.Messaging.Fleet;
using Microsoft.Extensions.Logging;

namespace Aetherscale.FleetBench;

/// <summary>All that a daemon is to a fleet, with a connection of its own, but for its VMs.</summary>
internal sealed class StubHost : IAsyncDisposable
{
    private readonly BrokerSide _side;
    private readonly CommandRouter _router;
    private readonly BackgroundWork _work;

    public StubHost(string name, StubVms vms, string hostsFile, ILoggerFactory logs)
    {
        Name = name;
        Vms = vms;
        var me = new FleetHost
        {
            Name = name,
            Has = vms.Has,
            Vms = () => vms.All,
            Admit = (_, _) => vms.IsFull ? (null, StubVms.NoRoom) : (new Room(), null),
            HasImage = _ => true,
            Recall = (_, _) => Task.FromResult<JsonElement?>(null),
            MadeLately = () => [],
            News = vms.Listen,
        };
        Members = new FleetMembers(hostsFile, name, TimeProvider.System);
        _side = new BrokerSide(me, Members, TimeProvider.System, logs);
        Commands = vms.Routes.Keys;
        _router = new CommandRouter(vms.Routes, name, _side.Fleet, new ExpiredCommands(), TimeProvider.System, logs.CreateLogger<CommandRouter>());
        _work = new BackgroundWork(logs.CreateLogger<BackgroundWork>());
    }

    public string Name { get; }

    public StubVms Vms { get; }

    public FleetMembers Members { get; }

    private IEnumerable<string> Commands { get; }

    public Task ServeAsync(BrokerAddress address, CancellationToken stopping) =>
        _side.ServeAsync([new BrokerAccess(address, "", BrokerTlsFiles.None)], new BrokerState([address.ToString()]), Commands, _router, _work, stopping);

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        _side.Dispose();
    }

    private sealed class Room : IDisposable
    {
        public void Dispose()
        {
            // There is as much as anybody wants, or none.
        }
    }
}
