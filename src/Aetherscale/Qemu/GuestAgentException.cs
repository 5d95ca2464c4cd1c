namespace Aetherscale.Qemu;

/// <summary>A guest's agent refused a command, in its own words, or cannot be asked.</summary>
internal sealed class GuestAgentException(string message, bool isRefusal, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether it is the agent that says so.</summary>
    public bool IsRefusal { get; } = isRefusal;
}
