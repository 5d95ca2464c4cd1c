namespace Aetherscale.VirtualMachines;

/// <summary>What the probe found out about this host.</summary>
/// <param name="Form">The strongest form in which a unit starts.</param>
/// <param name="Applied">What then really stands around its process (<see cref="ProcessSandbox.Names"/>).</param>
/// <param name="Why">What systemd said of the stronger forms; null when there is none.</param>
internal sealed record SandboxFinding(SandboxForm Form, IReadOnlyList<string> Applied, string? Why)
{
    /// <summary>What does not stand around it.</summary>
    public IReadOnlyList<string> Missing => [.. ProcessSandbox.Names.Except(Applied)];
}
