using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.Consoles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>console-vm</c>: the guest's serial console, for one more viewer.</summary>
internal sealed class ConsoleVm(
    VmStore store, VmLocks locks, VmObserver observer, GuestConsoles consoles, BackgroundWork background, TimeProvider time)
{
    /// <summary>Lines of a terminal whose size is not told.</summary>
    private const int DefaultLines = 24;

    private const int MaxLines = 200;

    /// <summary>Answers when the console is joined; it is carried by messages from then on.</summary>
    public async Task<ConnectVmResponse> RunAsync(ConsoleVmOptions options, Requester requester, CancellationToken stopping)
    {
        var open = requester.StreamTo(CommandNames.ConsoleVm, options.Queue);
        var session = await OpenAsync(options.VmId, options.Lines, stopping);
        try
        {
            var (queue, client) = await open(stopping);
            background.Adopt(CarryAsync(session, client, stopping), $"{CommandNames.ConsoleVm} {Quoted.Plain(options.VmId)}");
            return new ConnectVmResponse { Queue = queue };
        }
        catch (Exception)
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <param name="text">The VM's id or name.</param>
    /// <param name="lines">So many lines of what was printed before come first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException">There is no such VM, or it does not run.</exception>
    public async Task<ConsoleSession> OpenAsync(string text, int? lines, CancellationToken cancellationToken)
    {
        if (lines is < 0 or > MaxLines)
        {
            throw new AetherscaleException(BadRequest, $"\"lines\" must be a whole number from 0 to {MaxLines}.");
        }

        var (vm, _) = await RunningVm.FindEvenPausedAsync(store, locks, observer, text, cancellationToken);
        return new ConsoleSession(await consoles.OpenAsync(vm, lines ?? DefaultLines, cancellationToken), time);
    }

    private static async Task CarryAsync(ConsoleSession session, IConnectedClient client, CancellationToken stopping)
    {
        await using (session)
        await using (client)
        {
            await session.CarryAsync(client, stopping);
        }
    }
}
