namespace Aetherscale.VirtualMachines;

/// <summary>What is waited for.</summary>
internal enum VmGoalKind
{
    /// <summary>QEMU runs the guest's CPUs.</summary>
    Running,

    /// <summary>It is down, and nothing went wrong.</summary>
    Stopped,

    /// <summary>The guest agent answers.</summary>
    Agent,

    /// <summary>The guest's network answers, be it with a refusal.</summary>
    Ip,

    /// <summary>An ssh server greets on port 22.</summary>
    Ssh,

    /// <summary>Something takes connections on a port.</summary>
    Port,
}
