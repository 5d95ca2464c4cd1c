using System.Globalization;

namespace Aetherscale.VirtualMachines;

/// <summary>How far a VM must have come for whoever waits for it.</summary>
/// <param name="Kind">What is waited for.</param>
/// <param name="Port">The TCP port that is to be reached; 0 where none is.</param>
internal readonly record struct VmGoal(VmGoalKind Kind, int Port)
{
    /// <summary>The grammar, for people.</summary>
    public const string Grammar = "running, stopped, agent, ip, ssh or port=N with N from 1 to 65535";

    private const int SshPort = 22;
    private const string PortPrefix = "port=";

    public static bool TryParse(string text, out VmGoal goal)
    {
        VmGoal? found = text switch
        {
            "running" => new(VmGoalKind.Running, 0),
            "stopped" => new(VmGoalKind.Stopped, 0),
            "agent" => new(VmGoalKind.Agent, 0),

            // A port that a guest's firewall lets through more often than any other.
            "ip" => new(VmGoalKind.Ip, SshPort),
            "ssh" => new(VmGoalKind.Ssh, SshPort),
            _ when text.StartsWith(PortPrefix, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(PortPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port is >= 1 and <= 65535 => new(VmGoalKind.Port, port),
            _ => null,
        };
        goal = found ?? default;
        return found is not null;
    }

    /// <summary>What a VM that has not come so far is or does, as in "VM x …".</summary>
    public string Lack => Kind switch
    {
        VmGoalKind.Running => "is not running",
        VmGoalKind.Stopped => "is not stopped",
        VmGoalKind.Agent => "has no guest agent that answers",
        VmGoalKind.Ip => "does not answer at its address",
        VmGoalKind.Ssh => "has no ssh server that greets",
        _ => string.Create(CultureInfo.InvariantCulture, $"does not answer on port {Port}"),
    };
}
