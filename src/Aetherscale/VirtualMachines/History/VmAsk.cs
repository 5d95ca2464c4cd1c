namespace Aetherscale.VirtualMachines.History;

/// <summary>What a command is about to have done to a VM.</summary>
internal enum AskKind
{
    Start,
    Stop,
    Kill,
    Delete,
    Pause,
    Resume,
    Reboot,

    /// <summary>A create that failed takes back what it made.</summary>
    Undo,

    /// <summary>A start that failed brings the unit to rest.</summary>
    GiveUp,
}

/// <summary>Somebody asked for something that has not been seen to happen yet.</summary>
internal sealed class VmAsk(AskKind kind, VmRequester? who)
{
    public AskKind Kind => kind;

    /// <summary>Null when the daemon does it of itself.</summary>
    public VmRequester? Who => who;

    /// <summary>Whether it ends the VM.</summary>
    public bool IsDown => Kind is AskKind.Stop or AskKind.Kill or AskKind.Delete or AskKind.Undo or AskKind.GiveUp;

    /// <summary>Whether it ends the VM without asking the guest.</summary>
    public bool IsForced => IsDown && Kind is not AskKind.Stop;
}
