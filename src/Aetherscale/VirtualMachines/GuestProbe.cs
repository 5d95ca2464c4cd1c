using System.Text;
using Aetherscale.Networking;
using Aetherscale.Processes;

namespace Aetherscale.VirtualMachines;

/// <summary>Tries to reach a guest from outside, the way <c>connect</c> does, or its agent, until it answers.</summary>
internal sealed class GuestProbe(VmNetworks networks, GuestAgents agents, ProcessRunner processes, TimeProvider time)
{
    private const string Refusal = "Connection refused";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>The kernel takes 3 s to find that nobody has an address.</summary>
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(5);

    private static readonly byte[] s_sshGreeting = Encoding.ASCII.GetBytes("SSH-");

    /// <summary>Returns once the guest has answered.</summary>
    /// <param name="vm">A VM that runs.</param>
    /// <param name="goal">What is to answer.</param>
    /// <param name="tell">Told why the last attempt failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReachAsync(Vm vm, VmGoal goal, Action<string> tell, CancellationToken cancellationToken)
    {
        while (await TryAsync(vm, goal, cancellationToken) is { } failure)
        {
            tell($"it is running: {failure}");
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }

    /// <returns>Null when it has answered, else why not.</returns>
    private async Task<string?> TryAsync(Vm vm, VmGoal goal, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_attempt, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return goal.Kind == VmGoalKind.Agent ? await agents.PingAsync(vm.Id, either.Token)
                : vm.Spec is { } spec ? await ConnectAsync(spec, goal, either.Token)
                : $"nobody knows its address: {vm.Problem}";
        }
        catch (AetherscaleException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {s_attempt.TotalSeconds} s";
        }
    }

    private async Task<string?> ConnectAsync(VmSpec spec, VmGoal goal, CancellationToken cancellationToken)
    {
        var (program, arguments) = networks.ConnectCommand(spec, goal.Port);
        await using var process = processes.Start(program, arguments, NetworkCommands.ConnectedNotice);
        if (await process.Notice.WaitAsync(cancellationToken))
        {
            return goal.Kind != VmGoalKind.Ssh || await GreetsAsync(process, cancellationToken)
                ? null
                : $"port {goal.Port} of {spec.Address} is open, but no ssh server greets there";
        }

        var why = NetworkCommands.WhyNotConnected((await process.WaitAsync(cancellationToken)).Error);
        return goal.Kind == VmGoalKind.Ip && why == Refusal
            ? null
            : $"port {goal.Port} of {spec.Address}: {why}";
    }

    private static async Task<bool> GreetsAsync(PipedProcess process, CancellationToken cancellationToken)
    {
        var greeting = new byte[s_sshGreeting.Length];
        var length = await process.Output.ReadAtLeastAsync(greeting, greeting.Length, throwOnEndOfStream: false, cancellationToken);
        return greeting.AsSpan(0, length).SequenceEqual(s_sshGreeting);
    }
}
