using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>exec-vm</c>: runs a program in a guest by its agent, and tells how it ended and what it wrote.</summary>
internal sealed class ExecVm(VmStore store, VmLocks locks, VmObserver observer, GuestAgents agents, SystemdManager systemd, TimeProvider time)
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>As long as a guest takes to boot at most, and as ssh waits for one.</summary>
    private static readonly TimeSpan s_boot = TimeSpan.FromMinutes(2);

    public async Task<ExecVmResponse> RunAsync(ExecVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var seconds = Check(options);
        var vm = await RunningVm.FindAsync(store, locks, observer, options.VmId, cancellationToken);
        var guest = new GuestProgram(agents, vm, time);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, requester.Gone, cancellationToken);
        var hasStarted = false;
        try
        {
            await guest.StartAsync(
                options.Command, options.Input ?? ReadOnlyMemory<byte>.Empty, await BootingAsync(vm, cancellationToken), over.Token);
            hasStarted = true;
            return await EndAsync(vm, guest, over.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw !hasStarted ? guest.Unavailable() : new AetherscaleException(
                TimedOut, $"The program in VM \"{vm.DisplayName}\" has not ended after {seconds} s; it goes on.");
        }
    }

    private async Task<ExecVmResponse> EndAsync(Vm vm, GuestProgram guest, CancellationToken over)
    {
        try
        {
            for (var pause = s_firstLook; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
            {
                if (await guest.EndAsync(over) is { } end)
                {
                    return end;
                }

                await Task.Delay(pause, time, over);
            }
        }
        catch (AetherscaleException error) when (error.Code == AgentUnavailable)
        {
            throw new AetherscaleException(
                AgentUnavailable, $"The program was started in VM \"{vm.DisplayName}\"; how it ended is not known, for the guest went down, or its agent did.", error);
        }
    }

    /// <summary>How long a guest that was started just now may still take to boot.</summary>
    private async Task<TimeSpan> BootingAsync(Vm vm, CancellationToken cancellationToken)
    {
        var unit = await systemd.GetUnitAsync(VmUnit.NameOf(vm.Id), cancellationToken);
        return unit?.ActiveEnterTimestamp is { } up ? up + s_boot - time.GetUtcNow() : TimeSpan.Zero;
    }

    private static int Check(ExecVmOptions options)
    {
        if (options.Command is [] or [null or "", ..] || options.Command.Any(word => word is null))
        {
            throw new AetherscaleException(BadRequest, "\"command\" must be a program and its arguments, all of them texts.");
        }

        if (options.Input is { Length: > ExecVmOptions.MaxInputBytes })
        {
            throw new AetherscaleException(BadRequest, $"\"input\" must not hold more than {ExecVmOptions.MaxInputBytes} bytes.");
        }

        var seconds = options.Timeout ?? ExecVmOptions.MaxTimeout;
        return seconds is >= 1 and <= ExecVmOptions.MaxTimeout
            ? seconds
            : throw new AetherscaleException(BadRequest, $"\"timeout\" must be from 1 to {ExecVmOptions.MaxTimeout} seconds.");
    }
}
