namespace Aetherscale.Contract;

/// <summary>The values of <c>status</c> in answers about VMs.</summary>
public static class VmStatus
{
    /// <summary>Its disk and unit are being made.</summary>
    public const string Creating = "creating";

    /// <summary>Its unit is starting, or the start was just accepted.</summary>
    public const string Starting = "starting";

    /// <summary>QEMU runs the guest.</summary>
    public const string Running = "running";

    /// <summary>QEMU runs, the guest's CPUs stand still; <c>hint</c> says why.</summary>
    public const string Paused = "paused";

    /// <summary>The guest is shutting down.</summary>
    public const string Stopping = "stopping";

    /// <summary>It does not run, and nothing went wrong.</summary>
    public const string Stopped = "stopped";

    /// <summary>QEMU or the guest ended wrongly; <c>hint</c> says how.</summary>
    public const string Crashed = "crashed";

    /// <summary>Its spec, unit or disk is missing or unreadable; <c>hint</c> says which.</summary>
    public const string Broken = "broken";

    /// <summary>Its removal is under way.</summary>
    public const string Deleting = "deleting";

    /// <summary>Its host does not answer; the rest of the row is as it was last heard.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Answer of a command whose host does not answer: it waits in the host's queue.</summary>
    public const string Parked = "parked";

    /// <summary>Answer of stop-vm after a forced stop.</summary>
    public const string Killed = "killed";

    /// <summary>Answer of delete-vm.</summary>
    public const string Deleted = "deleted";
}
