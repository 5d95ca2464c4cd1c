using System.Text;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Ssh;

/// <summary>Learns a guest's ssh host keys by a way that nobody on the network can be in: its console.</summary>
internal sealed class HostKeyLearner(Session session, ITransport transport, KnownHosts known)
{
    /// <summary>Seconds that a guest may take to boot.</summary>
    private const int BootSeconds = 120;

    /// <summary>Seconds that its agent may take; most guests have none.</summary>
    private const int AgentSeconds = 3;

    private const int MaxLines = 10_000;

    /// <summary>Waits until the guest's ssh server greets, and notes its keys.</summary>
    /// <param name="vm">The VM's id or name.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The VM, and whether its guest has told its keys, now or before; if not, that was said.</returns>
    /// <exception cref="CliException">It does not run, or does not get there.</exception>
    public async Task<(VmDetails Vm, bool AreTold)> LearnAsync(string vm, CancellationToken cancel)
    {
        var shown = await AskAsync(CommandNames.ShowVm, new VmOptions { VmId = vm }, ContractJson.Wire.VmOptions, cancel);
        var details = shown.Read(Replies.Json.VmDetails);
        if (details.Status is VmStatus.Stopped or VmStatus.Crashed or VmStatus.Broken)
        {
            throw new CliException(ExitCodes.Refused, $"VM \"{vm}\" is {details.Status} ({ErrorCodes.VmNotRunning})")
            {
                Advice = $"Try: {CliRoot.ProgramName} start-vm {vm}",
            };
        }

        if (details.Status == VmStatus.Paused)
        {
            throw new CliException(ExitCodes.Refused, $"VM \"{vm}\" is paused, and its guest answers nobody")
            {
                Advice = $"Try: {CliRoot.ProgramName} resume-vm {vm}",
            };
        }

        var waiting = new WaitVmOptions { VmId = details.VmId, For = "ssh", Timeout = BootSeconds };
        await AskAsync(CommandNames.WaitVm, waiting, ContractJson.Wire.WaitVmOptions, cancel);
        if (await TryLearnAsync(details.VmId, cancel))
        {
            return (details, true);
        }

        session.Terminal.Note(
            $"the guest of VM \"{vm}\" has not told its ssh host keys on its console; the key that its server shows first is taken for the right one");
        return (details, false);
    }

    /// <summary>Notes the keys if the guest has told them.</summary>
    /// <returns>Whether it has, now or before.</returns>
    public async Task<bool> TryLearnAsync(string id, CancellationToken cancel)
    {
        var keys = await OnConsoleAsync(id, cancel);
        if (keys.Count > 0)
        {
            known.Set(id, keys);
        }

        return keys.Count > 0 || known.AreTold(id) || await ByAgentAsync(id, cancel);
    }

    private async Task<bool> ByAgentAsync(string id, CancellationToken cancel)
    {
        var options = new ExecVmOptions { VmId = id, Command = ["/bin/sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"], Timeout = AgentSeconds };
        var reply = await transport.SendAsync(session.Request(CommandNames.ExecVm, options, ContractJson.Wire.ExecVmOptions), cancel);
        var keys = reply.ExecutionInfo.Status == ExecutionInfo.Success
            ? HostKeys.InFiles(Encoding.UTF8.GetString(reply.Read(Replies.Json.ExecVmResponse).Stdout.Span))
            : [];
        if (keys.Count > 0)
        {
            known.Set(id, keys);
        }

        return keys.Count > 0;
    }

    private async Task<IReadOnlyList<string>> OnConsoleAsync(string id, CancellationToken cancel)
    {
        var options = new LogsVmOptions { VmId = id, Console = true, Lines = MaxLines };
        var log = await AskAsync(CommandNames.LogsVm, options, ContractJson.Wire.LogsVmOptions, cancel);
        return HostKeys.OnConsole(log.Read(Replies.Json.LogsVmResponse).Lines.Select(line => line.Text));
    }

    private Task<Reply> AskAsync<T>(
        string command, T options, JsonTypeInfo<T> type, CancellationToken cancel) =>
        transport.AskAsync(session.Request(command, options, type), cancel);
}
