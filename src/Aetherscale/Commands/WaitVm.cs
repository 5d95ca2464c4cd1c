using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>wait-vm</c>: answers once a VM has come as far as its requester needs it. It holds up nobody else.</summary>
internal sealed class WaitVm(VmStore store, VmLocks locks, VmWaiter waiter, TimeProvider time)
{
    public async Task<WaitVmResponse> RunAsync(WaitVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var goal = VmGoal.TryParse(options.For, out var parsed)
            ? parsed
            : throw new AetherscaleException(BadRequest, $"\"for\" must be {VmGoal.Grammar}.");
        var seconds = options.Timeout ?? WaitVmOptions.DefaultTimeout;
        if (seconds is < 1 or > WaitVmOptions.MaxTimeout)
        {
            throw new AetherscaleException(BadRequest, $"\"timeout\" must be from 1 to {WaitVmOptions.MaxTimeout} seconds.");
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, requester.Gone, cancellationToken);
        var seen = "commands before this one are under way";
        try
        {
            return await WaitAsync(options.VmId, goal, now => seen = now, over.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AetherscaleException(
                TimedOut, $"VM {Quoted.Of(options.VmId)} {goal.Lack} after {seconds} s; {seen}.");
        }
    }

    private async Task<WaitVmResponse> WaitAsync(string text, VmGoal goal, Action<string> tell, CancellationToken cancellationToken)
    {
        // Commands that were sent before are done first: a start that is under way is no crash of the past.
        VmId id;
        using (var turn = await VmTurn.WaitAsync(store, locks, text, cancellationToken))
        {
            id = turn.Vm.Id;
        }

        var seen = await waiter.WaitAsync(id, goal, tell, cancellationToken);
        return new WaitVmResponse
        {
            Status = StatusWord.Of(seen.State),
            VmId = id.ToString(),
            Name = seen.Vm.Spec?.Name,
            Address = seen.Vm.Spec?.Address,
        };
    }
}
