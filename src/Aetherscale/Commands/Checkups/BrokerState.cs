namespace Aetherscale.Commands.Checkups;

/// <summary>How it stands with the broker, as the door to it last told.</summary>
/// <param name="address">Which; null when none is set.</param>
internal sealed class BrokerState(string? address)
{
    private volatile string? _trouble = "it has not been reached yet";

    /// <summary>Its URL, without a password.</summary>
    public string? Address => address;

    /// <summary>Why no commands come from it; null when they do.</summary>
    public string? Trouble
    {
        get => _trouble;
        set => _trouble = value;
    }
}
