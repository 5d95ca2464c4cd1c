namespace Aetherscale.Contract;

/// <summary>The values of a host's <c>status</c>.</summary>
public static class HostStatus
{
    /// <summary>It answers, and takes new VMs.</summary>
    public const string Alive = "alive";

    /// <summary>It answers, and takes no new VMs until <c>uncordon-host</c>.</summary>
    public const string Cordoned = "cordoned";

    /// <summary>It did not answer in time. What becomes of its VMs is not known; commands for them wait in its queue.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Answer of <c>forget-host</c>.</summary>
    public const string Forgotten = "forgotten";
}
