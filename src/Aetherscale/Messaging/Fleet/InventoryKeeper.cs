using System.Threading.Channels;
using Aetherscale.Commands;
using Aetherscale.Contract;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Keeps this host's inventory true while one connection lasts: written at first, and whenever its VMs have changed.</summary>
internal sealed class InventoryKeeper(FleetLink link, Inventories inventories, CommandRouter router, TimeProvider time, ILogger logger)
{
    /// <summary>Many VMs that change at a time make one inventory.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_longPause = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _stale = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What was written last is true no more.</summary>
    public void Renew() => _stale.Writer.TryWrite(true);

    /// <param name="over">Cancelled when the connection is lost, or the daemon stops.</param>
    public async Task RunAsync(CancellationToken over)
    {
        var question = FleetLists.Question(CommandNames.ListVms, null).ToArray();
        var asker = new Requester("inventory", WaitsByDefault: true) { Scope = "inventory", IsForThisHost = true };
        Renew();
        while (true)
        {
            await _stale.Reader.ReadAsync(over);
            var reply = await router.RunAsync(question, asker, over);
            try
            {
                await inventories.WriteAsync(link, reply.ToJson(), over);
            }
            catch (AetherscaleException error) when (error.Code == ErrorCodes.ReplyTooLarge)
            {
                FleetLog.NoInventory(logger, error.Message);
            }
            catch (AetherscaleException error) when (error.Code == ErrorCodes.NoFleet && link.IsOpen)
            {
                // The broker has no leader for it now, which costs nothing else.
                Renew();
                await Task.Delay(s_longPause, time, over);
            }

            await Task.Delay(s_pause, time, over);
        }
    }
}
