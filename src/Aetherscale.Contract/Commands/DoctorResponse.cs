namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>doctor</c>: how the host of the daemon is.</summary>
public sealed record DoctorResponse
{
    /// <summary>The gravest of the findings'.</summary>
    public required string Status { get; init; }

    /// <summary>What was looked at, in an order to be read in.</summary>
    public required IReadOnlyList<DoctorFinding> Findings { get; init; }
}

/// <summary>One thing that was looked at.</summary>
public sealed record DoctorFinding
{
    /// <summary>What it is about, such as <c>linger</c>; a name may come more than once.</summary>
    public required string Check { get; init; }

    /// <summary>One of <see cref="DoctorStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>What was found.</summary>
    public required string Found { get; init; }

    /// <summary>The command that mends it; absent when nothing has to be done, or no one command does.</summary>
    public string? Mend { get; init; }
}

/// <summary>How grave a finding is.</summary>
public static class DoctorStatus
{
    /// <summary>As it should be.</summary>
    public const string Ok = "ok";

    /// <summary>VMs run, and could do better.</summary>
    public const string Warning = "warning";

    /// <summary>Something must be done, or VMs are lost, or do not start.</summary>
    public const string Fail = "fail";
}
