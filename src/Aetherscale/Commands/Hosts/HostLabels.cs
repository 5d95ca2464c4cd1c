using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands.Hosts;

/// <summary>What this host says of itself.</summary>
/// <param name="Host">Its name.</param>
/// <param name="All">Its labels.</param>
internal sealed record HostLabels(string Host, IReadOnlyList<string> All)
{
    /// <summary>What is missing of the labels that are wanted, in words; null when all are there.</summary>
    public string? MissingOf(IReadOnlyList<string> wanted)
    {
        var missing = wanted.Except(All).ToList();
        return missing.Count == 0 ? null : $"it lacks the label{(missing.Count == 1 ? "" : "s")} {string.Join(", ", missing)}";
    }

    /// <exception cref="AetherscaleException"><c>no-capacity</c>.</exception>
    public void Require(IReadOnlyList<string> wanted)
    {
        if (MissingOf(wanted) is { } missing)
        {
            throw new AetherscaleException(NoCapacity, $"The host \"{Host}\" cannot take it: {missing}, which its setting host-labels would have to name.");
        }
    }
}
