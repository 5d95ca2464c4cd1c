using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Networking;
using Aetherscale.Processes;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>connect-vm</c>: a TCP connection to a port of the guest, through its network's router.</summary>
internal sealed class ConnectVm(
    VmStore store, VmLocks locks, VmObserver observer, VmNetworks networks, ProcessRunner processes, BackgroundWork background, TimeProvider time)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    /// <summary>Answers when the connection stands; it is carried by messages from then on.</summary>
    public async Task<ConnectVmResponse> RunAsync(ConnectVmOptions options, Requester requester, CancellationToken stopping)
    {
        var open = requester.StreamTo(CommandNames.ConnectVm, options.Queue);
        if (options.Port is < 1 or > 65535)
        {
            throw new AetherscaleException(BadRequest, "\"port\" must be a whole number from 1 to 65535.");
        }

        var guest = await OpenAsync(options.VmId, options.Port, stopping);
        try
        {
            var (queue, client) = await open(stopping);
            background.Adopt(CarryAsync(guest, client, stopping), $"{CommandNames.ConnectVm} {Quoted.Plain(options.VmId)}");
            return new ConnectVmResponse { Queue = queue };
        }
        catch (Exception)
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <param name="text">The VM's id or name.</param>
    /// <param name="port">From 1 to 65535.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException">There is no such VM, it does not run, or nothing listens there.</exception>
    public async Task<GuestConnection> OpenAsync(string text, int port, CancellationToken cancellationToken)
    {
        var vm = await VmTurn.FindAsync(store, locks, text, cancellationToken);
        var observation = (await observer.ObserveAsync([vm], cancellationToken))[0];
        if (observation.State is not (VmState.Running or VmState.Starting or VmState.Stopping))
        {
            throw new AetherscaleException(
                VmNotRunning, $"VM \"{vm.DisplayName}\" is {StatusWord.Of(observation.State)}; start it with start-vm first.");
        }

        var spec = vm.Spec ?? throw new AetherscaleException(VmBroken, $"VM \"{vm.Id}\" cannot be reached: {vm.Problem}.");
        var (program, arguments) = networks.ConnectCommand(spec, port);
        var process = processes.Start(program, arguments, NetworkCommands.ConnectedNotice);
        try
        {
            await WaitUntilConnectedAsync(process, vm, port, cancellationToken);
            return new GuestConnection(process, time);
        }
        catch (Exception)
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static async Task CarryAsync(GuestConnection guest, IConnectedClient client, CancellationToken stopping)
    {
        await using (guest)
        await using (client)
        {
            await guest.CarryAsync(client, stopping);
        }
    }

    /// <summary>socat says on stderr when it is connected, and ends when it cannot.</summary>
    private async Task WaitUntilConnectedAsync(PipedProcess process, Vm vm, int port, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (await process.Notice.WaitAsync(either.Token))
            {
                return;
            }

            var (_, words) = await process.WaitAsync(either.Token);
            throw new AetherscaleException(
                ConnectFailed, $"VM \"{vm.DisplayName}\" does not answer on port {port} of {vm.Spec!.Address}: {NetworkCommands.WhyNotConnected(words)}. It may still be booting.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AetherscaleException(
                ConnectFailed, $"VM \"{vm.DisplayName}\" did not answer on port {port} within {s_deadline.TotalSeconds} s.");
        }
    }
}
